"""Jobs of the line. The clock in the predicates is right without them; they tidy and call."""

from webapp import clock
from webapp.db import transaction
from webapp.waiting_room import admission, drawing, lobby, sampling


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


def sample() -> str:
    """Write down how every line stands. A turn that nobody took is made up for by the next."""
    with transaction():
        return f"{sampling.take(clock.now())} sampled"


def open_lobbies() -> str:
    """Commit to a seed where a lobby opens, and draw where its sale has opened; one concert a transaction."""
    drawn = 0
    for concert_id in lobby.concerts_to_open(clock.now()):
        with transaction():
            lobby.open_lobby(concert_id, clock.now())
    for concert_id in drawing.concerts_to_draw(clock.now()):
        with transaction():
            drawn += drawing.hold_at(concert_id, clock.now())
    return f"{drawn} drawn"
