"""Entering the line or its lobby, for pages and programs: with everybody else who asks this process at this moment."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from webapp import clock
from webapp.accounts import signing_in
from webapp.batches import Batches
from webapp.db import release, transaction
from webapp.errors import BookingError, LineTooBusy, LobbyClosed, NotSignedIn, SaleNotOpen
from webapp.waiting_room import calling, joining, lobby
from webapp.waiting_room.models import Standing

# A browser's fan is known by the key of its sign-in, which the batch looks up; a program's by the user's id.
Who = str | int


class Entered(NamedTuple):
    """A fan's place in the line, and whether its number was drawn in answer to them."""

    place: Standing
    is_new: bool


def enter(concert_id: int, who: Who) -> Entered:
    """The fan's place, a new one or the one they have. Raises NotSignedIn, SaleNotOpen or LineTooBusy."""
    # What was read until now keeps a connection, and others need it more than somebody who waits.
    release()
    return _batches.ask(concert_id, who)


def write(concert_id: int, collect: Callable[[], Sequence[Who]]) -> list[Entered | BookingError]:
    """The places of all who ask by the time the counter is ours, each in its turn; or why there is none."""
    with transaction():
        counter = calling.lock(concert_id)
        drawn_before, asking = counter.created_count, collect()
        users = _users(asking)
        known = [users[who] for who in asking if who in users]
        places = joining.join_locked(counter, known, clock.now()) if known else {}
    entered = {user: Entered(place, place.wait_number > drawn_before) for user, place in places.items()}
    return [(entered.get(users[who]) or SaleNotOpen()) if who in users else NotSignedIn() for who in asking]


def gather(concert_id: int, who: Who) -> None:
    """The fan is in the lobby, as they may have been before. Raises NotSignedIn, LobbyClosed or LineTooBusy."""
    release()
    _gathering.ask(concert_id, who)


def let_in(concert_id: int, collect: Callable[[], Sequence[Who]]) -> list[BookingError | None]:
    """Everybody who asks, in one transaction; or for each of them why not."""
    asking, closed = collect(), None
    with transaction():
        users = _users(asking)
        try:
            lobby.enter_all(users.values(), concert_id, clock.now())
        except LobbyClosed as error:
            closed = error  # to everybody: there is no spoilt wish among them to be looked for
    return [closed if who in users else NotSignedIn() for who in asking]


def _users(asking: Sequence[Who]) -> dict[Who, int]:
    """Whose wishes these are; without those who are not signed in any more."""
    users: dict[Who, int] = {who: who for who in asking if isinstance(who, int)}
    users.update(signing_in.users_of([who for who in asking if isinstance(who, str)]))
    return users


_batches: Batches[Who, Entered] = Batches(write, LineTooBusy)
_gathering: Batches[Who, None] = Batches(let_in, LineTooBusy)
