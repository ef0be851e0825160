"""A line that has to be waited for: the clock is read when it is ours, so nobody loses the wait of their time."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.builders import NOW, at, concert, do, fans, operator
from tests.races.racing import held_up
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor, timepiece, visit
from webapp.db import db
from webapp.waiting_room import admission, joining
from webapp.waiting_room.models import Counter
from workers import line

__all__ = ["timepiece", "visit"]

Action = Callable[[], object]


def work(_visit: Visitor, _served: int) -> Action:
    def make_room() -> None:
        db.session.query(Counter).update({"capacity": 2})

    do(make_room)
    return line.call


def leave(visit: Visitor, served: int) -> Action:
    return partial(visit(served).post, "/concerts/show/line/departure")


def steer(visit: Visitor, _served: int) -> Action:
    return partial(visit(operator()).post, "/admin/concerts/show/line/capacity", data={"capacity": "2"})


@pytest.mark.parametrize("which", [work, leave, steer])
def test_whoever_is_called_after_a_wait_has_all_of_their_ten_minutes(
    visit: Visitor, timepiece: Timepiece, which: Callable[[Visitor, int], Action]
) -> None:
    show, (served, waiting) = concert(capacity=1), fans(2)
    do(joining.join_all, [served, waiting], show.id, NOW)
    held_up(show.id, which(visit, served), lambda: timepiece.pass_(seconds=10))
    place = admission.latest(waiting, show.id)
    assert place is not None
    assert (place.called_at, place.expires_at) == (at(seconds=10), at(minutes=10, seconds=10))
