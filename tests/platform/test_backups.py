"""A backup made during a sale, restored into another database: everything is there, and every promise holds."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.apps import second_app
from tests.builders import admit, do, fan, hold, house
from webapp import clock
from webapp.accounts.models import User
from webapp.audit import broken_promises
from webapp.booking.models import Reservation
from webapp.checkout import payments
from webapp.checkout.models import PointHistory, Ticket
from webapp.checkout.payments import Wish
from webapp.config import Settings
from webapp.db import db

ROOT = Path(__file__).parents[2]
ANOTHER = "restored"


@pytest.fixture
def another(house: Flask, settings: Settings) -> Iterator[Settings]:
    """The settings of a house on a new, empty database of the same server."""
    statement = "DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {} TEMPLATE template0"
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
        for one in statement:
            server.execute(text(one.format(ANOTHER)))
        yield replace(settings, database_url=settings.database_url.replace("/frontrow?", f"/{ANOTHER}?"))
        server.execute(text(statement[0].format(ANOTHER)))


def run(program: str, file: Path, settings: Settings) -> subprocess.CompletedProcess[str]:
    told = {**os.environ, "DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}
    command = [str(ROOT / "bin" / program), str(file)]
    return subprocess.run(command, env=told, capture_output=True, text=True, check=False)


def counts() -> list[int | None]:
    tables = (User, Reservation, Ticket, PointHistory)
    return [db.session.scalar(select(func.count()).select_from(table)) for table in tables]


def sell() -> None:
    """One seat sold from points, one held."""
    show = house()
    for role, number in (("buyer", 1), ("holder", 2)):
        user_id = fan(role, 100_000)
        admit(user_id, show.concert_id)
        order = hold(user_id, show, number)
        if role == "buyer":
            do(payments.start, user_id, order.id, Wish(100_000, 100_000, "points", "first"), order.created_at)


def test_a_backup_restores_into_a_new_database_and_every_promise_holds(
    another: Settings, settings: Settings, tmp_path: Path
) -> None:
    sell()
    before, file = counts(), tmp_path / "frontrow.dump"
    assert before == [2, 2, 1, 3]
    backed_up, restored = run("backup", file, settings), run("restore", file, another)
    assert (backed_up.returncode, restored.returncode) == (0, 0), backed_up.stderr + restored.stderr
    with second_app(another) as restored_app, restored_app.app_context():
        assert counts() == before
        assert broken_promises(clock.now()) == []
        # The rules came along: points move with the ledger and in no other way.
        with pytest.raises(Exception, match="point_histories"):
            db.session.execute(text("UPDATE users SET point = 1"))
        db.session.rollback()
        db.engine.dispose()


def test_nothing_is_overwritten(another: Settings, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "frontrow.dump"
    missing = run("restore", file, another)
    assert (missing.returncode, missing.stderr) == (1, f"There is no backup {file}.\n")
    assert run("backup", file, settings).returncode == 0
    again = run("backup", file, settings)
    assert (again.returncode, again.stderr) == (1, f"{file} is there already; a backup never overwrites another.\n")
    full = run("restore", file, settings)
    assert full.returncode == 1
    assert full.stderr.startswith("The database is not empty.")
