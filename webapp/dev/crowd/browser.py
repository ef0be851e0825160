"""One fan's browser: its cookies, its forms, following where it is led, waiting where a server asks for it."""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp

from webapp.dev.crowd.diary import Journal

TRIES = 5
RETRY_SECONDS = 2.0
MOST_STEPS = 6
IDS = re.compile(r"/(orders|payments|schedules|pay|tickets)/[^/?]+")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

PATIENT = {429, 503}
# Joining and gathering once more gives the same place, so a fan who got no answer simply presses again.
REPEATABLE = re.compile(r"/concerts/[^/]+/(line|lobby)$")


class Lost(Exception):
    """The fan got no usable answer and goes home; it is in the journal why."""


@dataclass(frozen=True)
class Page:
    """An answer. `url` is where it came from in the end."""

    status: int
    text: str
    url: str
    json: Any = None

    @property
    def token(self) -> str:
        """The token that this page's forms carry; empty where it has none."""
        found = TOKEN.search(self.text)
        return found[1] if found else ""

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


class Browser:
    """Requests with this fan's cookies; every answer's time goes into the journal under its page."""

    def __init__(self, http: aiohttp.ClientSession, url: str, slug: str, cookie: str | None, journal: Journal) -> None:
        self.http, self.url, self.slug, self.journal = http, url.rstrip("/"), slug, journal
        self.cookies: dict[str, str] = {"frontrow": cookie} if cookie else {}

    async def get(self, path: str, *, json: bool = False) -> Page:
        """The page at a path or address, wherever it leads. Raises Lost."""
        return await self._follow("GET", path, None, json)

    async def post(self, path: str, form: dict[str, Any], *, json: bool = False) -> Page:
        """Send a form and follow. A list is sent as several fields of one name. Raises Lost."""
        return await self._follow("POST", path, form, json)

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def _follow(self, method: str, path: str, form: dict[str, Any] | None, json: bool) -> Page:
        address = urljoin(self.url + "/", path)
        for _ in range(MOST_STEPS):
            page, onward = await self._patiently(method, address, form, json)
            if onward is None:
                return page
            method, form, address = "GET", None, urljoin(address, onward)
        raise self._lost(f"{self._name(method, address)} leads in circles")

    async def _patiently(
        self, method: str, address: str, form: dict[str, Any] | None, json: bool
    ) -> tuple[Page, str | None]:
        name = self._name(method, address)
        for _ in range(TRIES):
            try:
                page, headers = await self._ask(method, address, form, json, name)
            except (aiohttp.ClientError, TimeoutError) as problem:
                self.journal.errors[f"{name}: {type(problem).__name__}"] += 1
                # Whoever does not know whether a form arrived must not send it again.
                if method == "POST" and not REPEATABLE.search(urlsplit(address).path):
                    raise Lost() from problem
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if page.status not in PATIENT:
                if page.status >= 500:
                    raise self._lost(f"{name}: {page.status}")
                return page, headers.get("Location") if 300 <= page.status < 400 else None
            self.journal.errors[f"{name}: {page.status}, tried again"] += 1
            await asyncio.sleep(float(headers.get("Retry-After") or RETRY_SECONDS))
        raise self._lost(f"{name}: no answer after {TRIES} tries")

    async def _ask(
        self, method: str, address: str, form: dict[str, Any] | None, json: bool, name: str
    ) -> tuple[Page, Any]:
        headers = {"Accept": "application/json" if json else "text/html"}
        if address.startswith(self.url):
            headers |= {"Cookie": self.cookie_header, "Referer": self.url + "/"}
        began = time.perf_counter()
        async with self.http.request(method, address, data=form, headers=headers, allow_redirects=False) as answer:
            text = await answer.text()
            self.journal.latencies[name].append((time.perf_counter() - began) * 1000)
            if address.startswith(self.url):
                self.cookies |= {key: morsel.value for key, morsel in answer.cookies.items()}
            body = await answer.json(content_type=None) if json and answer.status < 300 and text else None
            if json and answer.content_type == "application/problem+json":
                body = await answer.json(content_type=None)
            return Page(answer.status, text, address, body), answer.headers

    def _name(self, method: str, address: str) -> str:
        path = IDS.sub(r"/\1/·", urlsplit(address).path).replace(f"/{self.slug}", "/·")
        return f"{method} {path}" if address.startswith(self.url) else f"{method} provider {path}"

    def _lost(self, why: str) -> Lost:
        self.journal.errors[why] += 1
        return Lost(why)
