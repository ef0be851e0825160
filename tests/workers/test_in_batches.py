"""What piles up goes batch by batch, a transaction each: nobody waits for a lock until ten thousand are done."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from tests.builders import NOW, at, concert, do, fan, fans
from tests.timepiece import Timepiece, timepiece
from webapp.accounts.models import SignIn
from webapp.api.models import RefreshToken, StoredAnswer
from webapp.db import db
from webapp.waiting_room import admission, calling, joining, steering
from webapp.waiting_room.models import QueueSession
from webapp.waiting_room.sample_models import LineSample
from workers import line, upkeep

__all__ = ["timepiece"]

pytestmark = pytest.mark.usefixtures("house")

LONG_AGO = NOW - timedelta(days=40)


def sign_ins() -> type[SignIn]:
    user = fan("holder")
    rows = [{"key": f"old-{number}", "user_id": user, "created_at": LONG_AGO} for number in range(5)]
    do(db.session.execute, insert(SignIn), rows)
    return SignIn


def samples() -> type[LineSample]:
    facts = {"concert_id": concert().id, "waiting": 0, "serving": 0, "called": 0, "seconds": 10}
    rows = [{**facts, "sampled_at": LONG_AGO + timedelta(seconds=number)} for number in range(5)]
    do(db.session.execute, insert(LineSample), rows)
    return LineSample


def answers() -> type[StoredAnswer]:
    facts = {"owner": "fan:1", "operation": "hold", "fingerprint": "f", "status": 201, "body": ""}
    rows = [{**facts, "key": f"old-{number}", "created_at": LONG_AGO} for number in range(5)]
    do(db.session.execute, insert(StoredAnswer), rows)
    return StoredAnswer


def refresh_tokens() -> type[RefreshToken]:
    do(db.session.execute, insert(SignIn), [{"key": "kept", "user_id": fan("holder"), "created_at": NOW}])
    rows = [{"hash": f"old-{number}", "sign_in_key": "kept", "expires_at": LONG_AGO} for number in range(5)]
    do(db.session.execute, insert(RefreshToken), rows)
    return RefreshToken


@pytest.mark.parametrize(
    ("pile_up", "work", "said"),
    [
        (sign_ins, upkeep.forget_sign_ins, "5 forgotten"),
        (samples, upkeep.forget_samples, "5 forgotten"),
        (answers, upkeep.forget_answers, "5 answers, 0 tokens forgotten"),
        (refresh_tokens, upkeep.forget_answers, "0 answers, 5 tokens forgotten"),
    ],
)
def test_what_is_old_is_forgotten_in_batches(
    timepiece: Timepiece,
    monkeypatch: pytest.MonkeyPatch,
    pile_up: Callable[[], type],
    work: Callable[[], str],
    said: str,
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    kind, left, transaction = pile_up(), [], upkeep.transaction

    def noted() -> object:
        left.append(db.session.scalar(select(func.count()).select_from(kind)))
        return transaction()

    monkeypatch.setattr(upkeep, "transaction", noted)
    assert work() == said
    assert [count for count in left if count and count < 5] == [3, 1]


def called() -> int:
    served = select(func.count()).where(QueueSession.called_at.is_not(None), ~QueueSession.is_terminated)
    return db.session.scalar(served) or 0


def test_a_line_whose_time_is_over_is_ended_and_called_in_batches(
    timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, crowd = concert(capacity=8), fans(16)
    do(joining.join_all, crowd, show.id, NOW)
    monkeypatch.setattr(calling, "MOST_AT_ONCE", 3)
    assert do(admission.expire, show.id, at(minutes=11)) == 3
    assert called() == 8
    timepiece.pass_(minutes=11)
    assert line.expire_sessions() == "5 ended"
    assert called() == 8


def test_a_raised_capacity_calls_a_batch_at_once_and_the_clock_calls_the_rest(
    timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = concert(capacity=0)
    do(joining.join_all, fans(8), show.id, NOW)
    monkeypatch.setattr(calling, "MOST_AT_ONCE", 3)
    do(steering.set_capacity, show.id, 7, NOW)
    assert called() == 3
    assert line.call() == "4 called"
    assert called() == 7


def test_whose_place_ran_out_draws_a_new_number_however_many_others_did(monkeypatch: pytest.MonkeyPatch) -> None:
    show, crowd = concert(capacity=6), fans(6)
    do(joining.join_all, crowd, show.id, NOW)
    monkeypatch.setattr(calling, "MOST_AT_ONCE", 2)
    assert do(joining.join, crowd[5], show.id, at(minutes=11)).wait_number == 7
