"""Each promise, broken on purpose, is named by the audit."""

from collections.abc import Callable

import pytest

from tests.auditing import Auditor
from tests.builders import NOW, at
from tests.domain import breaking
from tests.domain.breaking import BREAKS
from tests.domain.mending import mend
from webapp.audit import PROMISES, broken_promises


def test_every_promise_has_a_test_that_breaks_it() -> None:
    assert set(BREAKS) == set(PROMISES)


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("promise", BREAKS)
def test_a_broken_promise_is_named(promise: str, auditor: Auditor) -> None:
    """By the audit, and by the one statement that every test ends with."""
    assert broken_promises(NOW) == []
    assert auditor.broken(NOW) == []
    try:
        BREAKS[promise]()
        broken = broken_promises(at(seconds=1))
        names_at_once, broken_for_tests = auditor.names(at(seconds=1)), auditor.broken(at(seconds=1))
    finally:
        mend()
    assert promise in {one.name for one in broken}
    assert names_at_once == {one.name for one in broken}
    assert broken_for_tests == broken


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    ("promise", "happening"),
    [
        ("points-come-back", breaking.withheld_points),
        ("money-is-accounted-for", breaking.lost_fee),
        ("money-is-accounted-for", breaking.end_without_a_refund),
        ("refunds-go-back-as-paid", breaking.points_never_came),
        ("refunds-end-their-order", breaking.end_without_a_refund),
        ("paid-seats-have-tickets", breaking.living_ticket),
    ],
)
def test_other_ways_to_break_it_are_named_too(promise: str, happening: Callable[[], None]) -> None:
    try:
        happening()
        names = {broken.name for broken in broken_promises(at(seconds=1))}
    finally:
        mend()
    assert promise in names
