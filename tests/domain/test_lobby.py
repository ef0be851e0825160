"""The lobby: who is in it, what was committed to, and what nobody can change any more."""

from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, at, concert, do, fan, fans, gather, soon
from tests.timepiece import Timepiece, timepiece
from webapp.db import db
from webapp.errors import LobbyClosed, NotSignedIn
from webapp.waiting_room import drawing, entering, joining, lobby, steering, verifying
from webapp.waiting_room.models import Counter

__all__ = ["timepiece"]

pytestmark = pytest.mark.usefixtures("house")


def sql(statement: str) -> None:
    do(lambda: db.session.execute(text(statement)))


def test_entering_twice_is_one_entry() -> None:
    show, waiter = soon(), fan("waiter")
    first = do(lobby.enter, waiter, show.id, NOW).public_id
    assert do(lobby.enter, waiter, show.id, at(minutes=1)).public_id == first
    assert lobby.count(show.id) == 1


def test_a_fan_who_leaves_and_comes_back_has_the_same_lot() -> None:
    show, waiter = soon(), fan("waiter")
    first = do(lobby.enter, waiter, show.id, NOW).public_id
    assert do(lobby.leave, waiter, show.id, NOW)
    assert lobby.count(show.id) == 0
    assert not do(lobby.leave, waiter, show.id, NOW)
    assert do(lobby.enter, waiter, show.id, NOW).public_id == first


def test_fans_who_come_together_are_let_in_together_each_with_their_own_answer(timepiece: Timepiece) -> None:
    show, (early, waiter) = soon(), fans(2)
    first = do(lobby.enter, early, show.id, NOW).public_id
    said = entering.let_in(show.id, lambda: [early, "the key of nobody", waiter, waiter])
    assert [type(one) for one in said] == [type(None), NotSignedIn, type(None), type(None)]
    assert lobby.count(show.id) == 2
    assert lobby.lot(early, show.id) == str(first)
    timepiece.pass_(minutes=6)
    said = entering.let_in(show.id, lambda: [fan("late"), "the key of nobody"])
    assert [type(one) for one in said] == [LobbyClosed, NotSignedIn]
    assert lobby.count(show.id) == 2


@pytest.mark.parametrize(("minutes", "lobby_minutes"), [(61, 60), (5, 0), (5, 4), (-1, 60)])
def test_outside_its_time_nobody_enters(minutes: int, lobby_minutes: int) -> None:
    show = soon(minutes, lobby_minutes=lobby_minutes)
    with pytest.raises(LobbyClosed):
        do(lobby.enter, fan("early"), show.id, NOW)
    assert lobby.concerts_to_open(NOW) == []


def test_the_seed_is_committed_to_when_the_lobby_opens_and_kept_secret() -> None:
    show = soon()
    assert lobby.concerts_to_open(NOW) == [show.id]
    do(lobby.open_lobby, show.id, NOW)
    assert lobby.concerts_to_open(NOW) == []
    before = verifying.published(show.id)
    assert before is not None
    assert (before.seed, before.fans) == (None, None)
    do(lobby.open_lobby, show.id, at(minutes=1))
    gather(show.id, fans(3))
    do(drawing.draw_at, show.id, at(minutes=5))
    after = verifying.published(show.id)
    assert after is not None
    assert after.seed is not None
    assert after.commitment == before.commitment == sha256(bytes.fromhex(after.seed)).hexdigest()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE draws SET seed = sha256('other'), commitment = sha256(sha256('other'))",
        "UPDATE draws SET committed_at = now()",
        "DELETE FROM draws",
        "UPDATE lobby_entries SET public_id = gen_random_uuid()",
        "UPDATE lobby_entries SET user_id = user_id + 1",
    ],
)
def test_seed_and_lots_cannot_be_changed(statement: str) -> None:
    gather(soon().id, fans(2))
    with pytest.raises(IntegrityError, match=r"a draw keeps its seed|a lot never changes hands"):
        sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE draws SET drawn_at = now()",
        "UPDATE lobby_entries SET left_at = now()",
        "DELETE FROM lobby_entries",
        "INSERT INTO lobby_entries (user_id, concert_id, entered_at) SELECT max(id), 1, now() FROM users",
    ],
)
def test_after_the_draw_nobody_is_added_or_taken_out(statement: str) -> None:
    show, crowd = soon(), fans(3)
    gather(show.id, crowd[:2])
    do(drawing.draw_at, show.id, at(minutes=5))
    with pytest.raises(IntegrityError, match=r"a draw keeps its seed|the lobby is closed by its draw"):
        sql(statement)


def test_a_commitment_that_is_not_the_seeds_is_refused() -> None:
    show = soon()
    with pytest.raises(IntegrityError, match=r"commitment_is_the_seeds"):
        sql(f"INSERT INTO draws VALUES ({show.id}, sha256('a'), sha256('b'), now())")


def test_while_the_lobby_waits_the_database_refuses_everybody_elses_number() -> None:
    gather(soon().id, fans(1))
    with pytest.raises(IntegrityError, match=r"the_lobby_goes_first"):
        sql("UPDATE counters SET created_count = 1")


def test_switched_off_nobody_enters_and_whoever_is_in_stays_in() -> None:
    show, (early, late) = soon(), fans(2)
    gather(show.id, [early])
    before, after = do(steering.set_lobby, show.id, 0, NOW)
    assert (before["lobby_minutes"], after["lobby_minutes"]) == (60, 0)
    with pytest.raises(LobbyClosed):
        do(lobby.enter, late, show.id, NOW)
    assert do(drawing.draw_at, show.id, at(minutes=5)) == 1


@pytest.mark.parametrize("minutes", [-1, 10_081])
def test_a_lobby_longer_than_a_week_is_refused(minutes: int) -> None:
    with pytest.raises(steering.BadSteering):
        do(steering.set_lobby, soon().id, minutes, NOW)


def test_a_line_that_has_given_out_numbers_has_no_lobby() -> None:
    show, (early, late) = concert(), fans(2)
    do(joining.join, early, show.id, NOW)
    do(lambda: db.session.execute(text("UPDATE concerts SET sale_opens_at = :at"), {"at": at(minutes=5)}))
    assert lobby.concerts_to_open(NOW) == []
    with pytest.raises(LobbyClosed):
        do(lobby.enter, late, show.id, NOW)
    assert not db.session.get_one(Counter, show.id).awaits_draw


@pytest.mark.parametrize(("number", "said"), [(0, 0), (99, 99), (100, 100), (187, 180), (12_999, 12_000)])
def test_the_crowd_is_told_coarsely(number: int, said: int) -> None:
    assert lobby.coarse(number) == said
