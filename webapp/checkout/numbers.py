"""Whole numbers as people type them and providers say them; and what providers say, as a column can hold it."""

from webapp.errors import BadAmount

MOST = 1_000_000_000
# Beyond every amount of ours, and within a column: what is more than this is as wrong when it is stored as this.
MOST_STORED = 10**15


def whole_number(text: str | None) -> int:
    """ "132,000" and " 132000 " are 132000. Raises BadAmount for anything that is no whole number from 0 up."""
    digits = (text or "").strip().replace(",", "").removeprefix("₩")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10 or int(digits) > MOST:
        raise BadAmount(low=0, high=MOST)
    return int(digits)


def storable(amount: int) -> int:
    """What a provider said it took, as a number that a column can hold."""
    return max(-MOST_STORED, min(amount, MOST_STORED))


def won(value: object) -> int:
    """An amount as it was said; half a won, or a number in words, is no amount and must not be rounded to one."""
    if type(value) is not int:
        raise ValueError(f"{value!r} is no amount of won")
    return value


def storable_text(said: str, most: int) -> str:
    """Words that are only to be read, as a column of so many letters can hold them: no NUL, no half letters."""
    return said.encode("utf-8", "replace").decode().replace("\0", "?")[:most]
