"""A headless Chromium in front of a bench: when pages can be used, how their frames come, what they hear."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.crowd import Fan

FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
WIDE = {"width": 1280, "height": 800}
PATIENCE_MS = 60_000
STEP_MS = 16  # between two movements of a hand: one for each frame of a usual screen
DRAG_PX, WHEEL_PX = 9, 60

# Runs in the page before its own scripts. A map can be used once its note to wait is gone and a frame has been shown.
WATCH = """
    window.usableAt = new Promise((done) => {
        const look = () => {
            const map = document.querySelector("[data-controller=seat-map]");
            const isThere = map && !map.querySelector("[data-part=wait]");
            requestAnimationFrame(isThere ? () => done(performance.now()) : look);
        };
        requestAnimationFrame(look);
    });
    window.frames_ = [];
    window.recording = false;
    const tick = (now) => (window.recording && window.frames_.push(now), requestAnimationFrame(tick));
    requestAnimationFrame(tick);
    window.drawnAt = [];
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => entry.name === "seats-drawn" &&
        window.drawnAt.push(performance.timeOrigin + entry.startTime))).observe({ type: "mark" });
"""
BARE = """<canvas width="900" height="700" id="bare"></canvas>"""
PAINT_BARE = """() => {
    const pen = document.getElementById("bare").getContext("2d");
    let turn = 0;
    const draw = () => {
        pen.clearRect(0, 0, 900, 700);
        pen.fillRect(turn++ % 900, 300, 40, 40);
        requestAnimationFrame(draw);
    };
    draw();
}"""


def name() -> str:
    """Which program it is."""
    return Path(os.environ.get("CHROMIUM") or "Playwright's own").name


@contextmanager
def opened() -> Iterator[Browser]:
    """The browser of `CHROMIUM`, or Playwright's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def page_of(browser: Browser, address: str, fan: Fan | None = None) -> Iterator[Page]:
    """A page with empty caches, signed in as this fan."""
    context = browser.new_context(viewport=WIDE, base_url=address, locale="en-GB")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(WATCH)
    if fan:
        name, _, value = fan.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": address}])
    yield context.new_page()
    context.close()


def usable_ms(page: Page, path: str) -> float:
    """Milliseconds from asking for a page to a map that can be used."""
    page.goto(path)
    return float(page.evaluate("window.usableAt"))


def loaded_ms(page: Page, path: str) -> float:
    """The same for a page without a map: until it has been shown."""
    page.goto(path)
    return float(page.evaluate("new Promise((done) => requestAnimationFrame(() => done(performance.now())))"))


def frames_ms(page: Page, where: tuple[float, float]) -> list[float]:
    """Milliseconds between frames while a hand zooms in on this point, drags about, and zooms out again."""
    page.mouse.move(*where)
    page.evaluate("window.recording = true")
    _wheel(page, -WHEEL_PX, 45)
    page.mouse.down()
    for turn in ((1, 0), (0, 1), (-1, -1), (1, 0)):
        _drag(page, where, turn)
    page.mouse.up()
    _wheel(page, WHEEL_PX, 45)
    page.evaluate("window.recording = false")
    times = page.evaluate("window.frames_.splice(0)")
    return [later - sooner for sooner, later in pairwise(times)]


def _wheel(page: Page, pixels: int, times: int) -> None:
    for _ in range(times):
        page.mouse.wheel(0, pixels)
        page.wait_for_timeout(STEP_MS)


def _drag(page: Page, where: tuple[float, float], turn: tuple[int, int]) -> None:
    for step in range(20):
        page.mouse.move(where[0] + turn[0] * step * DRAG_PX, where[1] + turn[1] * step * DRAG_PX)
        page.wait_for_timeout(STEP_MS)


def drawn_at(page: Page) -> list[Any]:
    """When this page has drawn what it heard of seats, in milliseconds since 1970; each is told once."""
    return list(page.evaluate("window.drawnAt.splice(0)"))
