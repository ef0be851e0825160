"""The draw: numbers by lot, before anybody else's, once."""

import random
from collections import Counter as Tally

import pytest
from sqlalchemy import select

from tests.builders import NOW, at, do, fan, fans, gather, soon
from webapp.db import db
from webapp.waiting_room import admission, calling, drawing, joining, lobby, steering, verifying
from webapp.waiting_room.lobby_models import LobbyEntry
from webapp.waiting_room.models import CLAIM, Counter, QueueSession

pytestmark = pytest.mark.usefixtures("house")


def numbers(concert_id: int) -> dict[int, int]:
    """The number of each fan."""
    statement = select(QueueSession.user_id, QueueSession.wait_number).where(QueueSession.concert_id == concert_id)
    return {row.user_id: row.wait_number for row in db.session.execute(statement)}


def lots(concert_id: int) -> dict[str, int]:
    statement = select(LobbyEntry.public_id, LobbyEntry.user_id).where(LobbyEntry.concert_id == concert_id)
    return {str(public_id): user for public_id, user in db.session.execute(statement)}


def drawn(concert_id: int) -> verifying.Published:
    public = verifying.published(concert_id)
    assert public is not None
    assert public.seed is not None
    return public


def test_everyone_in_the_lobby_gets_the_number_of_their_lot() -> None:
    show, crowd = soon(capacity=10), fans(25)
    gather(show.id, crowd)
    assert do(drawing.draw_at, show.id, at(minutes=5)) == 25
    of = lots(show.id)
    order = [of[one] for one in verifying.in_order(bytes.fromhex(drawn(show.id).seed or ""), of)]
    assert numbers(show.id) == {user: number for number, user in enumerate(order, start=1)}
    assert order != crowd, "entering early gave an advantage"
    counter = db.session.get_one(Counter, show.id, populate_existing=True)
    assert (counter.created_count, counter.serving_number, counter.awaits_draw) == (25, 10, False)


def test_nobody_is_drawn_before_the_opening() -> None:
    show, crowd = soon(), fans(3)
    gather(show.id, crowd)
    assert drawing.concerts_to_draw(NOW) == []
    assert do(drawing.draw_at, show.id, at(minutes=4, seconds=59)) == 0
    assert numbers(show.id) == {}
    assert drawing.concerts_to_draw(at(minutes=5)) == [show.id]


def test_a_second_draw_changes_nothing() -> None:
    show = soon()
    gather(show.id, fans(5))
    do(drawing.draw_at, show.id, at(minutes=5))
    before = numbers(show.id)
    assert do(drawing.draw_at, show.id, at(minutes=6)) == 0
    assert numbers(show.id) == before
    assert drawing.concerts_to_draw(at(minutes=6)) == []


def test_with_a_late_worker_the_first_to_join_is_still_behind_the_lobby() -> None:
    show, crowd = soon(capacity=0), fans(6)
    gather(show.id, crowd[:5])
    assert do(joining.join, crowd[5], show.id, at(minutes=5)).wait_number == 6
    assert sorted(numbers(show.id).values()) == [1, 2, 3, 4, 5, 6]


def test_a_fan_of_the_lobby_who_joins_gets_the_number_that_was_drawn() -> None:
    show, crowd = soon(capacity=1), fans(3)
    gather(show.id, crowd)
    place = do(joining.join, crowd[0], show.id, at(minutes=5))
    assert place.wait_number == numbers(show.id)[crowd[0]]
    assert len(numbers(show.id)) == 3
    assert db.session.get_one(Counter, show.id, populate_existing=True).serving_number == 1


def test_who_left_the_lobby_gets_no_number() -> None:
    show, (stayer, leaver) = soon(), fans(2)
    gather(show.id, [stayer, leaver])
    do(lobby.leave, leaver, show.id, NOW)
    do(drawing.draw_at, show.id, at(minutes=5))
    assert numbers(show.id) == {stayer: 1}
    assert do(joining.join, leaver, show.id, at(minutes=5)).wait_number == 2


def test_whoever_is_called_by_the_draw_has_three_minutes_from_when_their_page_may_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lobby, "MOVES_PER_SECOND", 0.1)
    show, crowd = soon(capacity=2), fans(2)
    gather(show.id, crowd)
    do(drawing.draw_at, show.id, at(minutes=5))
    place = admission.latest(crowd[0], show.id)
    assert place is not None
    assert (place.claim_by, place.expires_at) == (at(minutes=8, seconds=20), at(minutes=15))


def test_an_empty_lobby_is_drawn_too() -> None:
    show, latecomer = soon(), fan("latecomer")
    do(lobby.open_lobby, show.id, NOW)
    assert do(joining.join, latecomer, show.id, at(minutes=5)).wait_number == 1
    assert drawn(show.id).fans == 0


def test_a_sale_opened_early_by_hand_draws_the_lobby_first() -> None:
    show, crowd = soon(capacity=2), fans(4)
    gather(show.id, crowd[:3])
    do(steering.open_sale, show.id, NOW)
    assert sorted(numbers(show.id).values()) == [1, 2, 3]
    assert do(joining.join, crowd[3], show.id, NOW).wait_number == 4


def test_a_sale_closed_before_its_opening_is_drawn_when_it_opens_at_last() -> None:
    show, crowd = soon(), fans(3)
    gather(show.id, crowd)
    do(steering.close_sale, show.id, NOW)
    assert do(drawing.draw_at, show.id, at(minutes=6)) == 0
    assert drawing.concerts_to_draw(at(minutes=6)) == []
    do(steering.open_sale, show.id, at(minutes=9))
    assert len(numbers(show.id)) == 3


def test_paused_at_the_opening_numbers_are_drawn_and_nobody_is_called() -> None:
    show = soon()
    gather(show.id, fans(3))
    do(steering.pause, show.id, NOW)
    assert do(drawing.draw_at, show.id, at(minutes=5)) == 3
    assert db.session.get_one(Counter, show.id, populate_existing=True).serving_number == 0
    do(steering.resume, show.id, at(minutes=6))
    assert db.session.get_one(Counter, show.id, populate_existing=True).serving_number == 3


def test_a_drawn_fan_who_leaves_and_joins_again_is_at_the_back() -> None:
    show, crowd = soon(capacity=0), fans(3)
    gather(show.id, crowd)
    do(drawing.draw_at, show.id, at(minutes=5))
    do(admission.leave, crowd[0], show.id, at(minutes=5))
    assert do(joining.join, crowd[0], show.id, at(minutes=5)).wait_number == 4


def test_the_lot_favours_nobody() -> None:
    # The order of entering, against the order of the lots, over many seeds: each place as likely as any other.
    chance = random.Random(1)
    ids = [str(number) for number in range(4)]
    first = Tally(verifying.in_order(chance.randbytes(32), ids)[0] for _ in range(4_000))
    assert all(900 < first[one] < 1_100 for one in ids)


def test_a_published_draw_is_checked_and_a_wrong_one_is_named() -> None:
    show = soon()
    gather(show.id, fans(5))
    do(drawing.draw_at, show.id, at(minutes=5))
    public = drawn(show.id)
    assert verifying.faults(show.id, public) == []
    wrong = verifying.Published("00" * 32, public.committed_at, "11" * 32, public.drawn_at, 6)
    assert len(verifying.faults(show.id, wrong)) == 3


def test_the_list_is_in_the_order_of_the_numbers() -> None:
    show = soon()
    gather(show.id, fans(12))
    do(drawing.draw_at, show.id, at(minutes=5))
    lines = verifying.csv(show.id, 12).splitlines()
    assert lines[0] == "number,id"
    assert [line.split(",")[0] for line in lines[1:]] == [str(number) for number in range(1, 13)]
    assert {line.split(",")[1] for line in lines[1:]} == set(lots(show.id))


def test_whoever_the_draw_calls_has_the_way_to_their_turn_on_top_however_many_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calling, "MOST_AT_ONCE", 2)
    show = soon(capacity=5)
    gather(show.id, fans(6))
    do(drawing.draw_at, show.id, at(minutes=5))
    do(admission.call, show.id, at(minutes=5))
    drawn = db.session.scalars(select(QueueSession).where(QueueSession.called_at.is_not(None))).all()
    assert len(drawn) == 5
    assert {one.claim_by for one in drawn} == {at(minutes=5) + CLAIM + lobby.spread(6)}
