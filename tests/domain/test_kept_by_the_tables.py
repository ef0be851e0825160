"""What the tables refuse, whoever writes to them."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, at, concert, do, fan
from webapp.db import db, transaction
from webapp.languages import gettext, speaking
from webapp.waiting_room import admission, joining
from webapp.waiting_room.models import PAID

REFUSED = {
    "language_known": "UPDATE users SET language = 'xx'",
    "bands_have_a_width": "UPDATE counters SET band_width = 0",
    "end_reason_known": "UPDATE sessions SET is_terminated = true, terminated_at = :now, end_reason = 'bored'",
    "called_to_come_by_a_time": "UPDATE sessions SET called_at = :now, expires_at = :now",
    "only_the_called_come": "UPDATE sessions SET claimed_at = :now",
    "only_the_called_run_out": "UPDATE sessions SET is_terminated = true, terminated_at = :now, end_reason = 'no_show'",
}


@pytest.mark.parametrize("promise", REFUSED)
def test_what_no_row_may_say_is_refused(house: Flask, promise: str) -> None:
    do(joining.join, fan("waiter"), concert(capacity=0).id, NOW)
    with pytest.raises(IntegrityError, match=promise), transaction():
        db.session.execute(text(REFUSED[promise]), {"now": NOW})


@pytest.mark.usefixtures("house")
def test_who_pays_late_and_waits_again_is_done_without_having_been_called_again() -> None:
    line, buyer = concert(capacity=0).id, fan("buyer")
    do(joining.join, buyer, line, NOW)
    assert do(admission.finish, buyer, line, at(minutes=1))
    found = admission.latest(buyer, line)
    assert found is not None
    assert (found.end_reason, found.called_at) == (PAID, None)


def test_one_job_may_speak_to_each_in_their_own_language(house: Flask) -> None:
    with speaking("ko"):
        korean = gettext("Email")
    with speaking("en"):
        assert gettext("Email") == "Email" != korean
