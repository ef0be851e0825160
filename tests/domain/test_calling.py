"""Being called: capacity, pause, rate, passed-over places, and the ten-minute clock."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, at, concert, do, fan, fans
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.errors import NotYourTurn
from webapp.waiting_room import admission, joining, steering
from webapp.waiting_room.models import Counter, QueueSession

pytestmark = pytest.mark.usefixtures("house")


def counter(show: Concert) -> Counter:
    return db.session.get_one(Counter, show.id, populate_existing=True)


def called(show: Concert) -> list[int]:
    """The numbers being served."""
    found = db.session.query(QueueSession).filter_by(concert_id=show.id, is_terminated=False)
    return sorted(one.wait_number for one in found.populate_existing() if one.called_at)


def join(show: Concert, crowd: list[int]) -> None:
    do(joining.join_all, crowd, show.id, NOW)


def test_as_many_are_called_as_there_are_slots() -> None:
    show = concert(capacity=3)
    join(show, fans(5))
    assert called(show) == [1, 2, 3]


def test_the_source_documents_rule_holds_while_nobody_leaves_early() -> None:
    show, crowd = concert(capacity=2), fans(6)
    join(show, crowd)
    for ended, user in enumerate(crowd[:3], start=1):
        do(admission.finish, user, show.id, NOW)
        now_counter = counter(show)
        assert now_counter.serving_number == now_counter.terminated_count + 2
        assert max(called(show)) == ended + 2


def test_the_clock_starts_when_called_and_not_on_joining() -> None:
    show, (first, second) = concert(capacity=1), fans(2)
    join(show, [first, second])
    do(admission.finish, first, show.id, at(minutes=30))
    place = admission.latest(second, show.id)
    assert place is not None
    assert place.called_at == at(minutes=30)
    assert place.expires_at == at(minutes=40)
    assert place.claim_by == at(minutes=33)


def test_thirty_join_ten_in_the_back_leave_and_no_eleventh_is_over_admitted() -> None:
    show, crowd = concert(capacity=10), fans(30)
    join(show, crowd)
    for user in crowd[20:]:
        do(admission.leave, user, show.id, NOW)
    assert called(show) == list(range(1, 11))
    assert counter(show).terminated_count == 0  # not counted before the line reaches them
    for user in crowd[:10]:
        do(admission.finish, user, show.id, NOW)
    assert called(show) == list(range(11, 21))
    do(admission.finish, crowd[10], show.id, NOW)
    after = counter(show)
    assert (after.serving_number, after.terminated_count) == (30, 21)
    assert called(show) == list(range(12, 21))


def test_a_place_given_up_while_waiting_is_passed_over_and_takes_no_slot() -> None:
    show, crowd = concert(capacity=1), fans(4)
    join(show, crowd)
    do(admission.leave, crowd[1], show.id, NOW)
    do(admission.finish, crowd[0], show.id, NOW)
    assert called(show) == [3]


def test_a_paused_line_calls_nobody_and_resuming_calls_at_once() -> None:
    show, crowd = concert(capacity=2), fans(4)
    do(steering.pause, show.id, NOW)
    join(show, crowd)
    assert called(show) == []
    do(steering.resume, show.id, NOW)
    assert called(show) == [1, 2]


def test_lowering_the_capacity_throws_nobody_out() -> None:
    show, crowd = concert(capacity=3), fans(5)
    join(show, crowd)
    do(steering.set_capacity, show.id, 1, NOW)
    assert called(show) == [1, 2, 3]
    do(admission.finish, crowd[0], show.id, NOW)
    do(admission.finish, crowd[1], show.id, NOW)
    assert called(show) == [3]
    do(admission.finish, crowd[2], show.id, NOW)
    assert called(show) == [4]


def test_raising_the_capacity_calls_the_next_at_once() -> None:
    show = concert(capacity=1)
    join(show, fans(4))
    do(steering.set_capacity, show.id, 3, NOW)
    assert called(show) == [1, 2, 3]


def test_a_rate_spreads_admissions_over_the_minute() -> None:
    show = concert(capacity=100)
    do(steering.set_rate, show.id, 60, NOW)
    join(show, fans(20))
    seen = []
    for second in range(6):
        do(admission.call, show.id, at(seconds=second))
        seen.append(len(called(show)))
    assert seen == [0, 1, 2, 3, 4, 5]


def test_a_quiet_spell_under_a_rate_is_no_flood_afterwards() -> None:
    show = concert(capacity=100)
    do(steering.set_rate, show.id, 60, NOW)
    join(show, fans(20))
    do(admission.call, show.id, at(minutes=5))
    assert len(called(show)) == 4  # three seconds' worth and one


def test_no_shows_and_expired_sessions_free_their_slots() -> None:
    show, crowd = concert(capacity=2), fans(5)
    join(show, crowd)
    place = admission.latest(crowd[0], show.id)
    assert place is not None
    do(admission.claim, place.id, at(minutes=1))
    assert do(admission.expire, show.id, at(minutes=3)) == 1  # the second never came
    no_show = admission.latest(crowd[1], show.id)
    assert no_show is not None
    assert no_show.end_reason == "no_show"
    assert called(show) == [1, 3]
    assert do(admission.expire, show.id, at(minutes=10)) == 2  # the first ran out; the third did not come
    assert called(show) == [4, 5]
    assert do(admission.expire, show.id, at(minutes=10)) == 0


def test_an_admission_is_over_by_the_clock_before_anybody_tidies() -> None:
    show, (claimed, absent) = concert(capacity=2), fans(2)
    join(show, [claimed, absent])
    place = admission.latest(claimed, show.id)
    assert place is not None
    do(admission.claim, place.id, NOW)
    just_before = timedelta(milliseconds=1)
    admission.require(absent, show.id, show.slug, at(minutes=3) - just_before)
    with pytest.raises(NotYourTurn):
        admission.require(absent, show.id, show.slug, at(minutes=3))
    admission.require(claimed, show.id, show.slug, at(minutes=10) - just_before)
    with pytest.raises(NotYourTurn):
        admission.require(claimed, show.id, show.slug, at(minutes=10))


def test_whose_time_is_over_can_no_longer_come_in() -> None:
    show, (late, paid) = concert(capacity=2), fans(2)
    join(show, [late, paid])
    for user in (late, paid):
        place = admission.latest(user, show.id)
        assert place is not None
        if user == paid:
            do(admission.finish, user, show.id, NOW)
        with pytest.raises(NotYourTurn):
            do(admission.claim, place.id, at(minutes=3))
        assert admission.latest(user, show.id).claimed_at is None


def test_coming_in_twice_counts_the_first_time() -> None:
    show, caller = concert(), fan("caller")
    place = do(joining.join, caller, show.id, NOW)
    for minutes in (1, 2):
        do(admission.claim, place.id, at(minutes=minutes))
    assert admission.latest(caller, show.id).claimed_at == at(minutes=1)


def test_a_closed_sale_calls_nobody_and_opening_it_again_goes_on() -> None:
    show, crowd = concert(capacity=1), fans(3)
    join(show, crowd)
    do(steering.close_sale, show.id, NOW)
    do(admission.finish, crowd[0], show.id, NOW)
    assert called(show) == []
    do(steering.open_sale, show.id, NOW)
    assert called(show) == [2]


def test_people_ahead_counts_those_who_still_wait() -> None:
    show, crowd = concert(capacity=1), fans(5)
    join(show, crowd)
    last = admission.latest(crowd[4], show.id)
    assert admission.ahead(last, NOW) == 3
    do(admission.leave, crowd[2], show.id, NOW)
    assert admission.ahead(last, NOW) == 2
    assert admission.ahead(admission.latest(crowd[0], show.id), NOW) == 0
    assert admission.ahead(None, NOW) is None


def test_a_lines_times_never_go_back_though_somebody_read_the_clock_long_before_the_line_was_theirs() -> None:
    show, crowd = concert(capacity=2), fans(6)
    join(show, crowd)
    for user, second in zip(crowd, (20, 5, 21, 19), strict=False):
        do(admission.finish, user, show.id, at(seconds=second))
    times = [one.called_at for one in db.session.query(QueueSession).order_by(QueueSession.wait_number)]
    assert times == [NOW, NOW, at(seconds=20), at(seconds=20), at(seconds=21), at(seconds=21)]


def test_a_clock_that_was_an_hour_ahead_and_is_put_right_is_believed() -> None:
    show, crowd = concert(capacity=1), fans(3)
    join(show, crowd)
    do(admission.finish, crowd[0], show.id, at(minutes=60))
    do(admission.finish, crowd[1], show.id, at(minutes=1))
    last = admission.latest(crowd[2], show.id)
    assert last is not None
    assert last.called_at == at(minutes=1)


def test_ending_twice_frees_one_slot() -> None:
    show, crowd = concert(capacity=1), fans(3)
    join(show, crowd)
    assert do(admission.finish, crowd[0], show.id, NOW)
    assert not do(admission.finish, crowd[0], show.id, NOW)
    assert called(show) == [2]


def test_an_operators_message_and_numbers_out_of_bounds() -> None:
    show = concert()
    do(steering.say, show.id, " Doors are late. ", NOW)
    assert counter(show).message == "Doors are late."
    for verb, bad in ((steering.set_capacity, -1), (steering.set_rate, 0), (steering.say, "x" * 281)):
        with pytest.raises(steering.BadSteering):
            do(verb, show.id, bad, NOW)


def test_a_counter_never_goes_back() -> None:
    show = concert(capacity=1)
    do(joining.join, fan("waiter"), show.id, NOW)
    with pytest.raises(IntegrityError, match="a counter never goes back"), transaction():
        db.session.execute(update(Counter).values(serving_number=0))
    assert counter(show).serving_number == 1
