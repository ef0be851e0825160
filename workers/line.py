"""Jobs of the line. The clock in the predicates is right without them; they tidy and call."""

from webapp import clock
from webapp.db import transaction
from webapp.waiting_room import admission


def expire_sessions() -> str:
    """End overdue sessions, one concert a transaction, and call whoever is next."""
    ended = 0
    for concert_id in admission.concerts_to_tidy(clock.now()):
        with transaction():
            ended += admission.expire(concert_id, clock.now())
    return f"{ended} ended"


def call() -> str:
    """Give the lines with a rate their next second's admissions, and any line a push it may have missed."""
    called = 0
    for concert_id in admission.concerts_to_call(clock.now()):
        with transaction():
            called += admission.call(concert_id, clock.now())
    return f"{called} called"
