"""The estimated wait: an honest range from the measured rate, or not known yet."""

from datetime import timedelta

import pytest

from tests.builders import NOW, at, concert, do, fans
from webapp.waiting_room import admission, estimate, joining

pytestmark = pytest.mark.usefixtures("house")


def test_nobody_can_tell_before_enough_were_called() -> None:
    show = concert(capacity=4)
    do(joining.join_all, fans(10), show.id, NOW)
    assert estimate.wait(show.id, 6, at(minutes=1)) is None


def test_the_range_holds_what_the_rate_says() -> None:
    show, crowd = concert(capacity=10), fans(40)
    do(joining.join_all, crowd, show.id, NOW)
    for number, user in enumerate(crowd[:20]):
        do(admission.finish, user, show.id, NOW + timedelta(seconds=6 * number))
    # 30 were called within two minutes: 15 a minute, so 150 ahead are ten minutes away.
    wait = estimate.wait(show.id, 150, at(minutes=2))
    assert wait is not None
    assert wait.low_minutes <= 10 <= wait.high_minutes
    assert wait.high_minutes <= 4 * wait.low_minutes


def test_a_line_that_stopped_long_ago_tells_nothing() -> None:
    show = concert(capacity=10)
    do(joining.join_all, fans(10), show.id, NOW)
    assert estimate.wait(show.id, 5, at(minutes=6)) is None
