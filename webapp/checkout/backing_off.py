"""How long to wait before a provider is asked again."""

from datetime import timedelta

LONGEST_WAIT = timedelta(minutes=10)


def wait(asks: int) -> timedelta:
    """30 seconds after the first ask, then twice as long each time, at most ten minutes."""
    return min(timedelta(seconds=15 * 2 ** min(asks, 10)), LONGEST_WAIT)
