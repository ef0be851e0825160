"""What a process remembers for a moment: asked once, renewed by one, never kept when it failed."""

import pytest

from webapp import memory
from webapp.memory import Recent


class Moment:
    """A monotonic clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    moment = Moment()
    monkeypatch.setattr(memory, "monotonic", moment)
    return moment


def test_many_who_ask_within_a_moment_ask_once(moment: Moment) -> None:
    asked: list[float] = []
    recent: Recent[int] = Recent(1.0)

    def ask() -> int:
        asked.append(moment.now)
        return len(asked)

    assert [recent.get("stock", ask) for _ in range(5)] == [1] * 5
    moment.now += 0.99
    assert recent.get("stock", ask) == 1
    moment.now += 0.01
    assert recent.get("stock", ask) == 2
    assert recent.get("another", ask) == 3


def test_while_one_renews_the_others_take_the_old_answer(moment: Moment) -> None:
    recent: Recent[str] = Recent(1.0)
    recent.get("stock", lambda: "old")
    moment.now += 1
    met: list[str] = []

    def renew() -> str:
        met.append(recent.get("stock", lambda: "asked twice"))
        return "new"

    assert recent.get("stock", renew) == "new"
    assert met == ["old"]


def test_what_is_from_before_a_quiet_hour_is_given_to_nobody(moment: Moment) -> None:
    recent: Recent[str] = Recent(1.0)
    recent.get("stock", lambda: "an hour old")
    moment.now += 3600
    met: list[str] = []

    def renew() -> str:
        met.append(recent.get("stock", lambda: "asked too"))
        return "new"

    assert recent.get("stock", renew) == "new"
    assert met == ["asked too"]


def test_while_a_renewal_hangs_the_old_answer_is_given_for_three_moments_at_most(moment: Moment) -> None:
    recent: Recent[str] = Recent(1.0)
    recent.get("stock", lambda: "old")
    moment.now += 2.9
    met: list[str] = []

    def renew() -> str:
        met.append(recent.get("stock", lambda: "asked too"))
        moment.now += 0.2
        met.append(recent.get("stock", lambda: "asked too"))
        return "new"

    assert recent.get("stock", renew) == "new"
    assert met == ["old", "asked too"]


def test_an_error_is_not_an_answer() -> None:
    recent: Recent[int] = Recent(1.0)
    with pytest.raises(ZeroDivisionError):
        recent.get("stock", lambda: 1 // 0)
    assert recent.get("stock", lambda: 7) == 7


def test_it_does_not_grow_for_ever() -> None:
    recent: Recent[int] = Recent(60.0, most=10)
    for key in range(1_000):
        recent.get(key, lambda: 1)
    assert len(recent._known) <= 10
