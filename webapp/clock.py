"""The only clock. Everything that needs the time is given it, or asks here."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)
