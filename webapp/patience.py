"""How long each kind of process waits for Postgres: the one place that says so.

A fan hears within seconds that something does not answer; a job has its minute; a command takes as long as it takes.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from webapp.db import db


@dataclass(frozen=True)
class Patience:
    """Seconds for one statement, and for one lock within it; 0: without end."""

    statement_seconds: int
    lock_seconds: int


WEB = Patience(30, 15)
JOB = Patience(55, 30)  # a job has a minute in all: jobs.JOB_SECONDS
COMMAND = Patience(0, 0)  # migrations, the audit of a large house, the demo

DRAW_SECONDS = 300

# A connection whose other end went away without a word: found out at a statement and while waiting for its answer.
LIVELINESS = {
    "connect_timeout": 10,
    "tcp_user_timeout": 10_000,  # milliseconds
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


def connect_args(patience: Patience) -> dict[str, Any]:
    """What every connection of a process with this patience is opened with."""
    if patience == COMMAND:
        return dict(LIVELINESS)
    limits = {"statement_timeout": patience.statement_seconds, "lock_timeout": patience.lock_seconds}
    return {**LIVELINESS, "options": " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items())}


def take_time(seconds: int) -> None:
    """Let the statements of this transaction take so long each, whatever process it is in."""
    db.session.execute(text(f"SET LOCAL statement_timeout = '{int(seconds)}s'"))
