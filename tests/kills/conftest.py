"""One house for all kills of a run, with a clock that all its processes and this one share."""

import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import alembic.command
import pytest
from flask import Flask

from tests import builders
from tests.apps import second_app
from tests.kills.buyer import PRICE, Buyer, Saver
from tests.kills.premises import Premises, open_premises
from webapp import clock, jobs
from webapp.audit import broken_promises
from webapp.cli import alembic_config
from webapp.concerts.models import Schedule
from webapp.config import from_environment

NewBuyer = Callable[..., Buyer]
HALF = PRICE // 2


@pytest.fixture(scope="package")
def premises() -> Iterator[Premises]:
    with tempfile.TemporaryDirectory(prefix="frontrow-") as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o755)
        with open_premises(Path(folder)) as premises:
            patch.setattr(clock, "now", premises.now)
            yield premises


@pytest.fixture(scope="package")
def watcher(premises: Premises) -> Iterator[Flask]:
    """The same app in this process: it prepares, and looks at what is left."""
    with second_app(from_environment(premises.environment)) as app:
        with app.app_context():
            alembic.command.upgrade(alembic_config(), "head")
        premises.revive()
        yield app


@pytest.fixture
def inside(premises: Premises, watcher: Flask) -> Iterator[Flask]:
    """An app context; whatever was killed, every promise must hold at the end."""
    premises.points.clear()
    with watcher.app_context():
        premises.revive()
        # A wake-up that was lost with Redis keeps callbacks from waking another for five seconds; here nobody waits.
        jobs.begin_to_look(jobs.SETTLE_STORED)
        yield watcher
        assert broken_promises(clock.now()) == []


@pytest.fixture(scope="package")
def night(premises: Premises, watcher: Flask) -> Schedule:
    with watcher.app_context():
        return builders.house(rows=20, seats=20, capacity=10_000)


_numbers = count(1)


@pytest.fixture
def buyer(inside: Flask, premises: Premises, night: Schedule) -> NewBuyer:
    """A new fan each time, with a seat held; every third pays half of it in points, where nothing else is said."""

    def new(in_points: int | None = None) -> Buyer:
        number = next(_numbers)
        by_turns = 0 if number % 3 else HALF
        return Buyer(inside, premises, night, number, by_turns if in_points is None else in_points)

    return new


@pytest.fixture
def saver(inside: Flask, premises: Premises) -> Callable[[], Saver]:
    """A new fan each time, who puts points in."""
    return lambda: Saver(inside, premises, next(_numbers))
