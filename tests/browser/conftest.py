"""A whole Frontrow, its processes as the Procfile has them, and a real browser in front."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests import emptying
from tests.builders import PASSWORD
from tests.emptying import empty
from tests.running import answers, free_port, process, wait_until
from tests.screens.stage import browser
from webapp.concerts import recent

# A web process may take what it has read for true as long as this. Ids go on from house to house, names do not.
REMEMBERED_SECONDS = recent.SECONDS
PATIENCE_MS = 60_000  # a machine that runs a whole Frontrow and a browser may be slow
expect.set_options(timeout=PATIENCE_MS)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="package")
def address(app: Flask, environment: dict[str, str]) -> Iterator[str]:
    """Where the running Frontrow answers: web, both workers, clock and gateway on the tests' servers.

    It runs for the browser tests only: its workers would take other tests' jobs from their queues.
    """
    port, gateway_port = free_port(), free_port()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        told = {
            **environment,
            "PORT": str(port),
            "WEB_CONCURRENCY": "2",
            "DATABASE_POOL": "10",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SANDBOX_URL": f"http://127.0.0.1:{gateway_port}",
            "GATEWAY_PORT": str(gateway_port),
            "GATEWAY_DATA": folder,
        }
        for name in ("gateway", "web", "line", "worker", "clock"):
            stack.enter_context(process(name, told))
        for url in (f"http://127.0.0.1:{port}/healthz", f"http://127.0.0.1:{gateway_port}/healthz"):
            wait_until(lambda url=url: answers(url), 90, f"{url} answers")  # type: ignore[misc]
        yield f"http://127.0.0.1:{port}"
    with app.app_context():
        empty()


@pytest.fixture
def counts_from_one() -> bool:
    """No house has the ids of one before it: the running web, or a late job, still knows of those."""
    return False


@pytest.fixture(scope="module")  # not longer: two at a time in one process is more than Playwright can do
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


Stage = Callable[..., Page]


@pytest.fixture
def open_page(request: pytest.FixtureRequest, house: Flask, address: str, chromium: Browser) -> Iterator[Stage]:
    """A fresh browser profile with one page; what its scripts complain about fails the test.

    What the pages of a test that failed showed last is written beside its failure.
    """
    complaints: list[str] = []
    failed = request.session.testsfailed
    contexts = []
    forgotten_at = emptying.emptied_at + REMEMBERED_SECONDS
    wait_until(lambda: time.monotonic() > forgotten_at, what="the running web has forgotten the house before")

    def opened(wide: bool = True, **options: Any) -> Page:
        context = chromium.new_context(viewport=WIDE if wide else NARROW, base_url=address, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        for page in context.pages:
            if request.session.testsfailed > failed:
                sys.stderr.write(f"{page.url}\n{page.locator('body').inner_text()[:2000]}\n")
        context.close()
    assert complaints == []


@pytest.fixture
def enter(open_page: Stage) -> Stage:
    """A page signed in through the form as `role`, at `path`."""

    def entered(role: str, path: str = "/", **options: Any) -> Page:
        page = open_page(**options)
        page.goto(f"/sign-in?next={path}")
        page.get_by_label("Email").fill(f"{role}@frontrow.test")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return entered
