"""Time as the sandbox company keeps it: UTC, one fixed-width spelling, so that texts sort as times do."""

from datetime import UTC, datetime, timedelta, timezone

KOREA = timezone(timedelta(hours=9), "KST")  # no summer time, so no time zone database is needed


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def spell(moment: datetime) -> str:
    """The stored and published spelling: 2026-12-24T10:00:00.123Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(spelling: str) -> datetime:
    """The moment that spell() wrote down."""
    return datetime.fromisoformat(spelling)
