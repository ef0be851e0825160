"""The tour and the client do what they say, against real processes, from signing up to a ticket."""

import re
import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.api.live import running
from tests.builders import concert, hall, schedule
from webapp import clock
from webapp.checkout.models import Ticket
from webapp.db import db
from workers.payments import settle_stored

ROOT = Path(__file__).parents[2]
TOUR = ROOT / "docs" / "api-tour.md"


def test_the_tour_buys_a_ticket(house: Flask, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", TOUR.read_text(), re.DOTALL)
    assert len(blocks) > 6
    days = (clock.now().date() - date(2027, 1, 1)).days + 60
    schedule(concert(), hall(), days=days)
    monkeypatch.syspath_prepend(str(ROOT / "clients"))
    with tempfile.TemporaryDirectory() as folder, running(environment, Path(folder)) as address:
        monkeypatch.setenv("FRONTROW", address)
        told: dict[str, object] = {}
        for number, block in enumerate(blocks, start=1):
            exec(compile(block, f"{TOUR.name}, block {number}", "exec"), told)
    sys.modules.pop("frontrow_client")
    assert told["ticket"] == db.session.scalars(select(Ticket.code)).one()
    settle_stored()  # the callback of the top-up, which its answer has overtaken


def test_the_client_renews_its_token_and_says_what_was_refused(
    house: Flask, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "clients"))
    from frontrow_client import Frontrow, Problem

    with tempfile.TemporaryDirectory() as folder, running(environment, Path(folder)) as address:
        fan = Frontrow(address)
        fan.sign_up("fan@example.com", "an evening in the stalls", "Fan")
        fan._access = "stale"
        assert fan.points() == 0
        with pytest.raises(Problem, match="invalid"):
            fan.top_up(1)
        fan.sign_out()
        with pytest.raises(Problem) as refused:
            fan.points()
    assert (refused.value.status, refused.value.code) == (401, "unauthorized")
