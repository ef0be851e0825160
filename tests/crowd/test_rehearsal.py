"""A small crowd on the real processes: lobby, draw, waiting, seats, the provider's page, the report."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.builders import concert, do, hall, schedule
from tests.running import ROOT, answers, free_port, process, wait_until
from webapp import clock
from webapp.accounts.models import SignIn
from webapp.checkout.models import Ticket
from webapp.db import db
from webapp.waiting_room import lobby, steering, verifying

FANS = 20
PATIENCE_SECONDS = 240


@pytest.fixture
def running(house: Flask, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Every process of Frontrow on the tests' servers; the environment they were given."""
    port, gateway_port = str(free_port()), str(free_port())
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        urls = {"PUBLIC_URL": f"http://127.0.0.1:{port}", "SANDBOX_URL": f"http://127.0.0.1:{gateway_port}"}
        own = {"PORT": port, "GATEWAY_PORT": gateway_port, "GATEWAY_DATA": folder, "WEB_CONCURRENCY": "1"}
        told = {**environment, **urls, **own, "DATABASE_POOL": "10"}
        for name in ("gateway", "web", "line", "worker", "clock"):
            stack.enter_context(process(name, told))
        wait_until(lambda: answers(f"{urls['SANDBOX_URL']}/healthz"), 60, "the gateway answers")
        wait_until(lambda: answers(f"{urls['PUBLIC_URL']}/readyz"), 60, "the web process answers")
        yield told


def rehearse(told: dict[str, str], page: Path, *options: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "flask",
        "--app",
        "wsgi",
        "crowd",
        "--concert",
        "show",
        "--url",
        told["PUBLIC_URL"],
    ]
    return subprocess.Popen(
        [*command, "--report", str(page), *options],
        cwd=ROOT,
        env=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_crowd_from_the_lobby_to_its_tickets(running: dict[str, str], tmp_path: Path) -> None:
    show = concert(capacity=6, opens_at=clock.now() + timedelta(minutes=30))
    schedule(show, hall(rows=3, seats=10))
    page = tmp_path / "evening" / "report.html"
    shares = ["--buy", "0.7", "--points", "0.3", "--decline", "0.3", "--dither", "0", "--no-show", "0"]
    crowd = rehearse(
        running, page, "--fans", str(FANS), "--over", "4", "--think", "0.2", "--sign-in-form", "0.2", *shares
    )
    wait_until(lambda: lobby.count(show.id) == FANS, 120, "everyone is in the lobby")
    do(steering.open_sale, show.id, clock.now())
    said, complaints = crowd.communicate(timeout=PATIENCE_SECONDS)
    assert crowd.returncode == 0, said + complaints
    assert "The audit is clean: every promise holds." in said
    found = json.loads(page.with_suffix(".json").read_text())
    assert found["joined"] == found["called"] == FANS
    assert set(found["ended"]) <= {"bought", "looked and left", "found no seats"}, found["ended"]
    assert found["ended"]["bought"] >= 5
    assert found["declined_cards"] >= 1
    assert found["order_inversions"] == 0
    assert found["errors"] == {}
    assert found["audit"] == []
    assert found["called_to_known_ms"]["count"] == FANS
    assert found["http_ms"]["POST /sign-in"]["count"] >= 1
    public = verifying.published(show.id)
    assert public is not None
    assert public.fans == FANS, "they all came by the lobby"
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == found["seats_bought"]
    assert db.session.scalar(select(func.count()).select_from(SignIn)) == 0, "nobody can go on in their name"
    _is_whole(page.read_text())


def _is_whole(page: str) -> None:
    """One file that needs nothing else, with every plot."""
    assert "A rehearsal of Show" in page
    assert "The audit is clean" in page
    assert page.count("<svg") == 5
    assert "There is nothing to show." not in page.split("What pages said")[0]
    assert 'src="' not in page
    assert "http://" not in page.replace("http://127.0.0.1", "")


def test_another_servers_fans_are_noticed_before_anybody_comes(running: dict[str, str], tmp_path: Path) -> None:
    concert()
    other = {**running, "SECRET_KEY": "another secret for tests and nothing else"}
    crowd = rehearse(other, tmp_path / "report.html", "--fans", "2")
    _, complaints = crowd.communicate(timeout=PATIENCE_SECONDS)
    assert crowd.returncode == 1
    assert "does not know the crowd's sign-ins" in complaints
    assert not (tmp_path / "report.html").exists()
