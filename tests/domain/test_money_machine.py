"""Random evenings (tests/domain/evening.py) end as the model says; with a bug put in, one of them does not.

With MONEY_EVENINGS=500 in the environment there are as many, at least 20, and other ones each time, audited after
every step.
"""

import os
from collections import Counter

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.internal.conjecture import providers as choices
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import SQLAlchemyError

from tests.domain.evening import Evening
from tests.domain.money_model import FAILED, PAID, REFUNDED, RETURNED
from webapp import clock
from webapp.checkout.models import Payment
from webapp.checkout.providers import Report


@pytest.fixture
def machinery(stage: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's clock is everybody's, and the bank its provider."""
    monkeypatch.setattr(clock, "now", lambda: Evening.now)
    monkeypatch.setitem(stage.extensions["providers"], "sandbox", None)
    # Hypothesis takes some of its numbers from the sources of whatever modules happen to be loaded: alone, among other
    # tests, or after a change anywhere, the evenings would be others.
    monkeypatch.setattr(choices, "_get_local_constants", choices.Constants)
    choices.CONSTANTS_CACHE.cache.clear()


EVENINGS = int(os.environ.get("MONEY_EVENINGS") or 0)


def run(examples: int = 20, *, is_random: bool = False) -> None:
    Evening.outcomes, Evening.is_audited = Counter(), is_random
    run_state_machine_as_test(
        Evening,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            derandomize=not is_random,  # the same evenings every time: a failure in CI is the same on every desk
            database=None,
            deadline=None,
            phases=[Phase.generate],  # shrinking takes minutes; a failing evening of fifty steps can be read
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_evenings_end_as_the_model_says_and_every_promise_holds(machinery: None) -> None:
    run(max(EVENINGS, 20), is_random=EVENINGS > 0)
    seen = (PAID, FAILED, RETURNED, REFUNDED, "fee", "topped up", "stray", "called off")
    assert min(Evening.outcomes[one] for one in seen) > 2, Evening.outcomes


def _of_amount_alone(payment: Payment, report: Report) -> str | None:
    return None if report.amount == payment.amount else "wrong_amount"


BUGS = {
    "seats that somebody else has are sold again": ("webapp.checkout.winning._is_free", lambda *_: True),
    "a wrong amount buys": ("webapp.checkout.settling._mismatch", lambda *_: None),
    "a wrong currency buys": ("webapp.checkout.settling._mismatch", _of_amount_alone),
    "money under a foreign key is ours": ("webapp.checkout.settling._is_foreign", lambda *_: False),
    "cancelling costs nothing": ("webapp.checkout.fees._fee", lambda *_: 0),
    "what was refunded is refunded once more": ("webapp.checkout.refunding.of_order", lambda *_: None),
    "attempts stay open when another begins": ("webapp.checkout.settling.close_open", lambda *_: None),
    "a success after its points went back sells": ("webapp.checkout.settling._cannot_win", lambda *_: None),
    "points do not come back": ("webapp.checkout.points.give_back", lambda *_: True),
    "money is never asked for": ("webapp.checkout.reconciling.due", lambda *_: []),
}


@pytest.mark.parametrize("bug", BUGS)
def test_the_machine_finds_a_bug_that_is_put_in(machinery: None, monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    monkeypatch.setattr(*BUGS[bug])
    # Or an evening goes otherwise when it is played again, which without the bug none does.
    with pytest.raises((AssertionError, SQLAlchemyError, Flaky)):
        run()
