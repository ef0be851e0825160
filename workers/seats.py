"""Jobs of seats and holds."""

from webapp import clock
from webapp.booking import holds
from webapp.db import transaction

BATCH = 200
MOST_BATCHES = 50  # then the next run goes on: a job stays short


def release_holds() -> str:
    """Free the seats of lapsed holds in batches, a transaction each."""
    freed = 0
    for _ in range(MOST_BATCHES):
        with transaction():
            batch = holds.tidy_expired(clock.now(), BATCH)
        freed += batch
        if batch < BATCH:
            break
    return f"{freed} freed"
