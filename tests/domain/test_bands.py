"""How many are really ahead: those who left are counted by bands, and a page's number is exact but for its own band."""

import random

import pytest
from sqlalchemy import text

from tests.builders import NOW, concert, do, fans
from webapp.concerts.models import Concert
from webapp.db import db
from webapp.waiting_room import admission, bands, calling, joining, steering, tick
from webapp.waiting_room.models import Counter, QueueSession


def counter(concert_id: int) -> Counter:
    db.session.expire_all()
    return db.session.get_one(Counter, concert_id)


def seen(show: Concert, number: int) -> int:
    """What the page with this number works out from the tick."""
    line = tick.read(show, NOW)
    return bands.ahead(line["serving"], line["left"], number)


def crowd(show: Concert, size: int) -> None:
    """So many fans in the line at once, written in bulk."""
    with_users = "INSERT INTO users (email, name, password) SELECT n || '@frontrow.test', 'Fan', '-'"
    with_places = (
        "INSERT INTO sessions (user_id, concert_id, wait_number, created_at)"
        " SELECT id, :concert, row_number() OVER (ORDER BY id), :now FROM users"
    )
    do(db.session.execute, text(f"{with_users} FROM generate_series(1, :size) n"), {"size": size})
    do(db.session.execute, text(with_places), {"concert": show.id, "now": NOW})
    do(db.session.execute, text("UPDATE counters SET created_count = :size"), {"size": size})


def leave_all(show: Concert, *numbers: int) -> None:
    for number in numbers:
        user_id = db.session.scalar(
            db.select(QueueSession.user_id).where(QueueSession.wait_number == number, ~QueueSession.is_terminated)
        )
        assert do(admission.leave, user_id, show.id, NOW)


@pytest.mark.usefixtures("house")
def test_a_departure_in_front_brings_the_page_forward_and_one_behind_does_not() -> None:
    show = concert(capacity=0)
    crowd(show, 100)
    leave_all(show, 3, 90)
    assert seen(show, 50) == 48
    assert seen(show, 2) == 1


@pytest.mark.usefixtures("house")
def test_the_page_is_wrong_by_its_own_band_at_most_and_never_says_too_few() -> None:
    show = concert(capacity=0)
    crowd(show, 400)
    leave_all(show, *random.Random(3).sample(range(1, 401), 120))
    waiting = db.session.scalars(db.select(QueueSession).where(~QueueSession.is_terminated)).all()
    assert len(waiting) == 280
    for place in waiting:
        exact = admission.ahead(place, NOW)
        assert exact is not None
        assert exact <= seen(show, place.wait_number) < exact + counter(show.id).band_width


@pytest.mark.usefixtures("house")
def test_a_number_shown_never_goes_up_whatever_the_line_does() -> None:
    show = concert(capacity=0)
    crowd(show, 300)
    chance, shown = random.Random(5), seen(show, 300)
    for turn in range(60):
        if turn % 3:
            number = db.session.scalar(
                db.select(QueueSession.wait_number)
                .where(~QueueSession.is_terminated, QueueSession.called_at.is_(None), QueueSession.wait_number < 300)
                .order_by(db.func.md5(db.cast(QueueSession.id + chance.randrange(99), db.Text)))
                .limit(1)
            )
            assert number
            leave_all(show, number)
        else:
            do(steering.set_capacity, show.id, turn, NOW)
        assert seen(show, 300) <= shown
        shown = seen(show, 300)
    assert counter(show.id).skipped_count > 0
    assert counter(show.id).serving_number > 0


@pytest.mark.usefixtures("house")
def test_whoever_the_line_has_passed_is_counted_no_more() -> None:
    show = concert(capacity=0)
    crowd(show, 60)
    leave_all(show, 2, 3, 20, 21, 40)
    do(steering.set_capacity, show.id, 18, NOW)
    assert counter(show.id).serving_number == 22
    assert sum(counter(show.id).departures) == counter(show.id).skipped_count == 1
    do(steering.set_capacity, show.id, 100, NOW)
    assert counter(show.id).departures == []


@pytest.mark.usefixtures("house")
def test_bands_are_few_in_a_long_line_and_fine_again_at_its_end() -> None:
    show = concert(capacity=0)
    crowd(show, 4_000)
    leave_all(show, 5, 1_800, 3_950)
    assert counter(show.id).band_width >= 4_000 / bands.MOST_BANDS
    assert len(tick.read(show, NOW)["left"]) <= bands.MOST_BANDS + 2
    do(steering.set_capacity, show.id, 3_900, NOW)
    while do(admission.call, show.id, NOW):
        pass
    assert counter(show.id).band_width <= 4
    assert seen(show, 4_000) == 4_000 - counter(show.id).serving_number - 2


@pytest.mark.usefixtures("house")
def test_a_line_that_grows_joins_its_bands_in_pairs() -> None:
    show = concert(capacity=0)
    for fan_id in fans(3):
        do(joining.join, fan_id, show.id, NOW)
    leave_all(show, 2)
    assert counter(show.id).band_width == bands.FINEST
    do(db.session.execute, text("UPDATE counters SET created_count = 3"))
    grown = counter(show.id)
    grown.created_count = 70_000
    bands.settle(grown)
    assert (grown.band_width, grown.departures) == (2048, [1])
    db.session.rollback()


@pytest.mark.usefixtures("house")
def test_departures_that_nobody_counted_are_found() -> None:
    show = concert(capacity=0)
    crowd(show, 40)
    do(
        db.session.execute,
        text(
            "UPDATE sessions SET is_terminated = true, terminated_at = :now, end_reason = 'left' WHERE wait_number > 30"
        ),
        {"now": NOW},
    )
    do(db.session.execute, text("UPDATE counters SET skipped_count = 10"))
    do(lambda: tick.changed(calling.lock(show.id), NOW))
    assert sum(counter(show.id).departures) == 10
