"""Real servers for the whole run, a clean database for each test, and an audit at the end of each."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import alembic.command
import pytest
from flask import Flask
from xdist.scheduler import LoadScopeScheduling

from tests import builders
from tests.auditing import Auditor
from tests.emptying import empty
from webapp import clock, create_app, garbage, memory
from webapp.accounts import passwords
from webapp.cli import alembic_config
from webapp.config import Settings, from_environment
from webapp.dev.services import Services
from webapp.extensions import limiter
from webapp.jobs import redis
from webapp.live import delivery

TEST_SECRETS = {
    "TOKEN_KEYS": "new:the key that signs tokens in tests,old:the key that signed tokens before it",
    "SECRET_KEY": "a secret for tests and nothing else",
    "SANDBOX_API_KEY": "sk_for_tests_and_nothing_else",
    "SANDBOX_WEBHOOK_SECRET": "whsec_Zm9yIHRlc3RzIGFuZCBub3RoaW5nIGVsc2UhISE=",
}


# Folders whose tests share something dear: a running house, a browser.
TOGETHER = ("tests/browser", "tests/kills", "tests/screens")
# Who takes longest begins first, or a process would still be at it minutes after the others are done.
FIRST = ("tests/screens/", "tests/browser/")


class Together(LoadScopeScheduling):
    """A file's tests, or those of such a folder, run one after the other in one process."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return folder if folder in TOGETHER else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Not by the marks of --dist loadgroup: xdist writes them into names that this pytest no longer reads."""
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((place for place, one in enumerate(FIRST) if item.nodeid.startswith(one)), 9))


@pytest.fixture(scope="session")
def servers() -> Iterator[Services]:
    """PostgreSQL and Valkey on a folder of their own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="frontrow-") as folder:
        Path(folder).chmod(0o755)
        with Services.start(Path(folder) / "data", durable=False) as running:
            yield running


@pytest.fixture(scope="session")
def environment(servers: Services) -> dict[str, str]:
    """What the processes of a running Frontrow are told."""
    addresses = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    return {**os.environ, **TEST_SECRETS, **addresses, "RATE_LIMITS": "off", "DATABASE_POOL": "120"}


@pytest.fixture(scope="session")
def settings(environment: dict[str, str]) -> Settings:
    return from_environment(environment)


@pytest.fixture(scope="session")
def app(settings: Settings) -> Flask:
    """The app on a migrated database."""
    passwords._hasher = builders.QUICK
    garbage.wait()
    app = create_app(replace(settings, rate_limits=True))
    # Nobody tells of one test's house, or looks into it, while the next one stands: where news are to be delivered,
    # a process of its own does it, or the test itself.
    delivery._state["running"] = True
    limiter.enabled = False  # tests/web/test_signing_in.py switches it on
    app.config["WTF_CSRF_ENABLED"] = False  # tests/web/test_signing_in.py switches it on
    with app.app_context():
        alembic.command.upgrade(alembic_config(), "head")
    garbage.keep()
    return app


@pytest.fixture(scope="session")
def auditor(app: Flask, settings: Settings) -> Iterator[Auditor]:
    auditor = Auditor(settings.database_url)
    yield auditor
    auditor.close()


@pytest.fixture
def counts_from_one() -> bool:
    """Whether the ids of the next house begin at one again."""
    return True


@pytest.fixture
def stage(app: Flask, counts_from_one: bool) -> Iterator[Flask]:
    """An empty house in an app context, for tests that break promises on purpose."""
    with app.app_context():
        redis().flushall()
        memory.forget()
        yield app
        empty(from_one=counts_from_one)


@pytest.fixture
def house(stage: Flask, auditor: Auditor) -> Iterator[Flask]:
    """An empty house in an app context; whatever the test does, every promise must hold at its end."""
    yield stage
    latest = max(clock.now(), builders.latest_now())
    assert auditor.broken(latest) == []
