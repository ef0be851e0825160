"""Whom to look at when, by the second: of thousands of sockets only a few have a turn in any one of them."""

from math import ceil


class Rounds:
    """Names with the second in which each has its turn, once. Who is gone by then is for the caller to notice."""

    def __init__(self) -> None:
        self._turns: dict[int, list[str]] = {}

    def add(self, name: str, at: float) -> None:
        """Give this one a turn, in the second that begins `at` or next after it."""
        self._turns.setdefault(ceil(at), []).append(name)

    def due(self, now: float) -> list[str]:
        """Those whose turn it is, the longest due first; they have none any more."""
        seconds = sorted(second for second in self._turns if second <= now)
        return [name for second in seconds for name in self._turns.pop(second)]
