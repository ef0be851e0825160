"""Joining the line: one place per fan and concert, numbers gapless from 1."""

import pytest

from tests.builders import NOW, at, concert, do, fan, fans
from webapp.errors import SaleNotOpen
from webapp.waiting_room import admission, joining, steering

pytestmark = pytest.mark.usefixtures("house")


def test_numbers_are_drawn_from_one_without_gaps() -> None:
    show = concert(capacity=0)
    numbers = [do(joining.join, one, show.id, NOW).wait_number for one in fans(5)]
    assert numbers == [1, 2, 3, 4, 5]


def test_joining_again_gives_the_same_place() -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    first = do(joining.join, waiter, show.id, NOW)
    again = do(joining.join, waiter, show.id, at(minutes=3))
    assert (again.id, again.wait_number) == (first.id, 1)


def test_a_batch_keeps_its_order_and_gives_known_fans_their_own_place() -> None:
    show, crowd = concert(capacity=0), fans(4)
    do(joining.join, crowd[2], show.id, NOW)
    places = do(joining.join_all, [crowd[0], crowd[2], crowd[1], crowd[0]], show.id, NOW)
    assert {user: place.wait_number for user, place in places.items()} == {crowd[0]: 2, crowd[2]: 1, crowd[1]: 3}


def test_each_concert_has_a_line_of_its_own() -> None:
    one, other, waiter = concert("one", capacity=0), concert("other", capacity=0), fan("waiter")
    assert do(joining.join, waiter, one.id, NOW).wait_number == 1
    assert do(joining.join, waiter, other.id, NOW).wait_number == 1


def test_nobody_joins_before_the_sale_opens_or_after_it_closed() -> None:
    waiter = fan("waiter")
    early = concert("early", opens_at=at(minutes=1))
    over = concert("over", sale_closed_at=at(minutes=-1))
    for show in (early, over):
        with pytest.raises(SaleNotOpen):
            do(joining.join, waiter, show.id, NOW)
    assert do(joining.join, waiter, early.id, at(minutes=1)).wait_number == 1


def test_whoever_has_a_place_keeps_it_when_the_sale_closes() -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    do(joining.join, waiter, show.id, NOW)
    do(steering.close_sale, show.id, NOW)
    assert do(joining.join, waiter, show.id, NOW).wait_number == 1


def test_a_place_that_ran_out_is_not_given_back_but_a_new_number_drawn() -> None:
    show, sleeper = concert(capacity=1), fan("sleeper")
    do(joining.join, sleeper, show.id, NOW)
    again = do(joining.join, sleeper, show.id, at(minutes=11))
    assert again.wait_number == 2
    assert again.called_at == at(minutes=11)


def test_a_slot_that_is_found_free_on_joining_again_is_given_on_at_once() -> None:
    show, (no_show, waiter) = concert(capacity=1), fans(2)
    do(joining.join_all, [no_show, waiter], show.id, NOW)
    again = do(joining.join, waiter, show.id, at(minutes=3))
    assert (again.wait_number, again.called_at) == (2, at(minutes=3))


def test_who_leaves_and_joins_again_stands_at_the_end() -> None:
    show, (first, second) = concert(capacity=0), fans(2)
    do(joining.join, first, show.id, NOW)
    do(joining.join, second, show.id, NOW)
    assert do(admission.leave, first, show.id, NOW)
    assert do(joining.join, first, show.id, NOW).wait_number == 3


@pytest.mark.parametrize("is_tidied", [True, False])
def test_whose_time_is_over_has_nothing_to_leave_whoever_has_tidied(is_tidied: bool) -> None:
    show, (late, waiting) = concert(capacity=1), fans(2)
    do(admission.claim, do(joining.join, late, show.id, NOW).id, NOW)
    do(joining.join, waiting, show.id, NOW)
    if is_tidied:
        do(admission.expire, show.id, at(minutes=10))
    assert not do(admission.leave, late, show.id, at(minutes=10))
    over, called = (admission.latest(one, show.id) for one in (late, waiting))
    assert over is not None
    assert called is not None
    assert (over.end_reason, called.called_at) == ("expired", at(minutes=10))
