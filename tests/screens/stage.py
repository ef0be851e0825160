"""A running house for scenes, web and gateway, and a browser that looks at one of them at a time.

Neither clock nor worker runs: a scene stays as it was made.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import Context
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from tests.builders import do
from tests.emptying import empty
from tests.running import answers, free_port, process, wait_until
from tests.screens.pages import ENDPOINT_OF, endpoint_of
from tests.screens.scenes import Place, Scene
from webapp import clock, memory
from webapp.accounts import signing_in
from webapp.accounts.models import User
from webapp.db import db
from webapp.jobs import redis

PATIENCE_MS = 60_000  # a machine that runs a whole house and a browser may be slow
expect.set_options(timeout=PATIENCE_MS)
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
LANGUAGES = {"en": "en-GB", "ko": "ko-KR"}


@dataclass(frozen=True)
class Look:
    """How somebody looks: the window in pixels, the language asked for, and the colours preferred."""

    width: int = 1280
    height: int = 900
    language: str = "en"
    scheme: str = "light"

    @property
    def name(self) -> str:
        return f"{self.width}-{self.language}-{self.scheme}"


@contextmanager
def running(app: Flask, environment: Mapping[str, str]) -> Iterator[Place]:
    """Web and gateway as the Procfile starts them, on the servers that the environment names."""
    port, gateway_port = free_port(), free_port()
    address, gateway = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{gateway_port}"
    with ExitStack() as stack:
        told = {
            **environment,
            "PORT": str(port),
            "WEB_CONCURRENCY": "1",
            "DATABASE_POOL": "10",
            "PUBLIC_URL": address,
            "SANDBOX_URL": gateway,
            "GATEWAY_PORT": str(gateway_port),
            "GATEWAY_DATA": stack.enter_context(tempfile.TemporaryDirectory()),
        }
        for name in ("gateway", "web"):
            stack.enter_context(process(name, told))
        for url in (f"{address}/healthz", f"{gateway}/healthz"):
            wait_until(lambda url=url: answers(url), 90, f"{url} answers")  # type: ignore[misc]
        yield Place(address, gateway, app)


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None, args=FLAGS)
        yield opened
        opened.close()


def clear(*, from_one: bool = False) -> None:
    """An empty house. Ids go on counting unless told: the running one remembers pages by them for a moment."""
    redis().flushall()
    memory.forget()
    empty(from_one=from_one)


class Windows:
    """A browser's windows, one for each language and each way of looking, kept: what they loaded once they know.

    Cookies end with the scene. Whoever meddles with what a page loads, or with its clock, gets a window of their own.
    """

    def __init__(self, place: Place, browser: Browser) -> None:
        self.place, self._browser = place, browser
        self._open: dict[str, Page] = {}

    @contextmanager
    def page(self, look: Look, is_own: bool, **options: Any) -> Iterator[Page]:
        page = self._opened(look, options) if is_own else self._kept(look, options)
        page.set_viewport_size({"width": look.width, "height": look.height})
        page.emulate_media(media="screen", color_scheme="dark" if look.scheme == "dark" else "light")
        try:
            yield page
        finally:
            page.context.close() if is_own else page.goto("about:blank")

    def _kept(self, look: Look, options: dict[str, Any]) -> Page:
        key = f"{look.language} {sorted(options.items())}"
        kept = self._open.get(key) or self._open.setdefault(key, self._opened(look, options))
        kept.context.clear_cookies()
        return kept

    def _opened(self, look: Look, options: dict[str, Any]) -> Page:
        context = self._browser.new_context(
            base_url=self.place.address, locale=LANGUAGES[look.language], timezone_id="Asia/Seoul", **options
        )
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()


@contextmanager
def looking(
    scene: Scene, path: str, windows: Windows, look: Look, is_own: bool = False, **options: Any
) -> Iterator[Page]:
    """The scene's page as its role sees it, after whatever the scene does there."""
    place = windows.place
    with windows.page(look, is_own or scene.before is not None, **options) as page:
        if scene.role:
            cookie = _signed_in(scene.role, place)
            page.context.add_cookies([{"name": "frontrow", "value": cookie, "url": place.address}])
        if scene.before:
            scene.before(page)
        # Of a page that sends itself on at once the browser never says that it is loaded.
        page.goto(path, wait_until="commit" if scene.before else "load")
        wait_until(lambda: page.evaluate("document.readyState") == "complete", what="the page is loaded")
        page.evaluate("document.fonts.ready")
        if scene.name in ENDPOINT_OF:
            assert endpoint_of(place.app, urlsplit(page.url).path) == ENDPOINT_OF[scene.name], page.url
        if scene.then:
            scene.then(page)
        yield page


def _signed_in(role: str, place: Place) -> str:
    """The session's cookie, as the form of signing in gives it."""
    user = db.session.scalars(select(User.id).where(User.email == f"{role}@frontrow.test")).one()
    key = do(signing_in.start, user, clock.now())
    return Context().run(_cookie, place.app, key)


def _cookie(app: Flask, key: str) -> str:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = key
        session["_fresh"] = True
    cookie = client.get_cookie("frontrow", domain=urlsplit("http://localhost").hostname or "")
    assert cookie is not None
    return cookie.value
