"""`bin/bench map`: the seat map of four houses in headless Chromium, beside an empty page and a bare canvas."""

import argparse
import random
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

import requests
from playwright.sync_api import Browser, Page
from sqlalchemy import select, text

from bench import chromium, crowd, figures, stage
from bench.chromium import page_of
from bench.crowd import Fan
from bench.stage import HOST, Stage
from webapp.concerts.models import Concert, Schedule
from webapp.db import db, transaction

SLUGS = {
    "club": "low-tide",
    "theatre": "last-stop-first-light",
    "arena": "nova-parade-everyone-louder",
    "stadium": "every-light-on",
}
USABLE_MS = {"theatre": 700.0, "stadium": 1_500.0}
FRAME_MS, SMOOTH, HOLD_MS, SNAPSHOT_KB = 20.0, 0.95, 300.0, 60.0
HOLDS = 40
MIDDLE = (450.0, 430.0)
SETTLE_SECONDS = 1.5  # for pictures that are drawn ahead, and for the socket
HEARD_SECONDS = 10.0


@dataclass(frozen=True)
class House:
    """A schedule on the stage, its size, and two fans who may see it."""

    name: str
    schedule_id: int
    seats: int
    fans: list[Fan]

    @property
    def path(self) -> str:
        return f"/schedules/{self.schedule_id}"


def run(options: argparse.Namespace) -> None:
    """Print how soon each map can be used, how smooth it moves, how soon a hold is seen, and the states' bytes."""
    with stage.opened() as standing:
        houses = _houses(standing, options.houses)
        print(f"The seat map in headless Chromium ({chromium.name()}); two web workers; caches empty at every opening.")
        print(figures.machine(), flush=True)
        with stage.web(standing, workers=2) as port, chromium.opened() as browser:
            address = f"http://{HOST}:{port}"
            _openings(browser, address, houses, options.openings)
            _frames(browser, address, houses)
            _holds(browser, address, houses[-1])
            _bytes(address, houses[-1])
        figures.audit()
        print("\nThe audit is clean.")


def add_options(group: argparse._ArgumentGroup) -> None:
    """Which houses, and how often each is opened."""
    names = list(SLUGS)
    group.add_argument("--houses", nargs="+", choices=names, default=names)
    group.add_argument("--openings", type=int, default=5)


def _houses(standing: Stage, wanted: list[str]) -> list[House]:
    """The houses wanted, in the order of their size: the first date of each."""
    houses = []
    for name in [name for name in SLUGS if name in wanted]:
        user_ids = crowd.fill(SLUGS[name], HOLDS + 1, admitted=HOLDS + 1)
        fans = [crowd.signed_in(standing.app, user_id) for user_id in user_ids]
        first = select(Schedule.id).join(Concert).where(Concert.slug == SLUGS[name]).order_by(Schedule.id).limit(1)
        houses.append(_house(name, db.session.scalars(first).one(), fans))
    return houses


def _house(name: str, schedule_id: int, fans: list[Fan]) -> House:
    count = text("SELECT count(*) FROM seats WHERE schedule_id = :id")
    return House(name, schedule_id, db.session.execute(count, {"id": schedule_id}).scalar_one(), fans)


def _openings(browser: Browser, address: str, houses: list[House], rounds: int) -> None:
    """Each house in turn, round by round, with the empty page of the same round beside it."""
    times: dict[str, list[float]] = {"empty page": []} | {house.name: [] for house in houses}
    for _ in range(rounds):
        with page_of(browser, address) as page:
            times["empty page"].append(chromium.loaded_ms(page, "/noop"))
        for house in houses:
            with page_of(browser, address, house.fans[0]) as page:
                times[house.name].append(chromium.usable_ms(page, house.path))
    sizes = {house.name: f", {house.seats:,} seats" for house in houses}
    print(f"\nUsable after, ms: median of {rounds} (lowest to highest)")
    for name, values in times.items():
        print(f"  {name + sizes.get(name, ''):24}{figures.spread(values):>24}")
        figures.note("map", "usable", name=name, milliseconds=values)
    for name, most in USABLE_MS.items():
        if name in times:
            took = median(times[name])
            figures.verdict(f"{name} usable in under {most:,.0f} ms; {took:,.0f}", took < most)


def _frames(browser: Browser, address: str, houses: list[House]) -> None:
    print(f"\nFrames while a hand zooms and drags: share under {FRAME_MS:.0f} ms, p50, p95, the longest")
    with page_of(browser, address) as page:
        page.goto("/noop")
        page.set_content(chromium.BARE)
        page.evaluate(chromium.PAINT_BARE)
        _say_frames("bare canvas", chromium.frames_ms(page, MIDDLE))
    for house in houses:
        with page_of(browser, address, house.fans[0]) as page:
            chromium.usable_ms(page, house.path)
            time.sleep(SETTLE_SECONDS)
            share = _say_frames(house.name, chromium.frames_ms(page, MIDDLE))
        figures.verdict(f"95 % of the {house.name}'s frames under {FRAME_MS:.0f} ms; {share:.1%}", share >= SMOOTH)


def _say_frames(name: str, frames: list[float]) -> float:
    share = sum(frame < FRAME_MS for frame in frames) / len(frames)
    p50, p95 = (figures.percentile(frames, part) for part in (50, 95))
    print(f"  {name:14}{share:>8.1%}{p50:>8.1f}{p95:>8.1f}{max(frames):>9.1f}   of {len(frames)}")
    figures.note("map", "frames", name=name, share_in_time=share, p50=p50, p95=p95)
    return share


def _holds(browser: Browser, address: str, house: House) -> None:
    """Fans hold seats one after another; a page that looks on says when it has drawn each."""
    watcher, *takers = house.fans
    took: list[float] = []
    with page_of(browser, address, watcher) as page:
        chromium.usable_ms(page, house.path)
        time.sleep(SETTLE_SECONDS)
        for number, taker in zip(range(1, house.seats, 3), takers, strict=False):
            chromium.drawn_at(page)
            asked_at = time.time() * 1_000
            _hold(address, house, taker, number)
            took.append(_heard_at(page) - asked_at)
    p50, p95 = (figures.percentile(took, part) for part in (50, 95))
    print(f"\nA hold seen in another browser, ms after it was asked for: p50 {p50:.0f}, p95 {p95:.0f}, of {len(took)}")
    figures.note("map", "hold seen", milliseconds=took)
    figures.verdict(f"a hold seen in under {HOLD_MS:.0f} ms, p95; {p95:.0f}", p95 < HOLD_MS)


def _hold(address: str, house: House, taker: Fan, number: int) -> None:
    form: dict[str, Any] = {"csrf_token": taker.csrf_token, "seat": str(number)}
    headers = {"User-Agent": crowd.BROWSER, "Cookie": taker.cookie, "Accept": "application/json"}
    answer = requests.post(f"{address}{house.path}/holds", data=form, headers=headers, timeout=30)
    figures.require_all({str(answer.status_code): 1}, 201, "a hold")


def _heard_at(page: Page) -> float:
    deadline = time.monotonic() + HEARD_SECONDS
    while time.monotonic() < deadline:
        if drawn := chromium.drawn_at(page):
            return float(drawn[0])
        page.wait_for_timeout(5)
    raise figures.Wrong("a hold was never drawn in the other browser")


def _bytes(address: str, house: House) -> None:
    """The states of a house in which every seat is at random free, held or sold: nothing compresses worse."""
    chance = random.Random(3)
    states = [chance.randrange(3) for _ in range(house.seats)]
    spoil = text(
        "UPDATE seats SET is_sold = state = 2, held_until = CASE WHEN state = 1 THEN now() + interval '1 hour' END"
        " FROM unnest(CAST(:states AS int[])) WITH ORDINALITY AS known (state, number)"
        " WHERE schedule_id = :id AND seats.number = known.number"
    )
    kept = "CREATE TABLE bench_seats AS SELECT id, is_sold, held_until FROM seats WHERE schedule_id = :id"
    with transaction():
        db.session.execute(text(kept), {"id": house.schedule_id})
        db.session.execute(spoil, {"states": states, "id": house.schedule_id})
    sent = {path: _sent(address, house, path) for path in (f"{house.path}/seats.json", _plan_path(address, house))}
    back = "UPDATE seats SET is_sold = was.is_sold, held_until = was.held_until FROM bench_seats was"
    with transaction():
        db.session.execute(text(f"{back} WHERE seats.id = was.id"))
        db.session.execute(text("DROP TABLE bench_seats"))
    snapshot, plan = (size / 1_000 for size in sent.values())
    print(f"\nOn the wire for {house.seats:,} seats: states {snapshot:.1f} kB, where they are {plan:.1f} kB, once")
    figures.note("map", "bytes", states_kb=snapshot, plan_kb=plan)
    figures.verdict(f"states in under {SNAPSHOT_KB:.0f} kB; {snapshot:.1f}", snapshot < SNAPSHOT_KB)


def _sent(address: str, house: House, path: str) -> int:
    headers = {"User-Agent": crowd.BROWSER, "Cookie": house.fans[0].cookie, "Accept-Encoding": "gzip"}
    with requests.get(f"{address}{path}", headers=headers, timeout=30, stream=True) as answer:
        answer.raise_for_status()
        return len(answer.raw.read(decode_content=False))


def _plan_path(address: str, house: House) -> str:
    headers = {"User-Agent": crowd.BROWSER, "Cookie": house.fans[0].cookie}
    page = requests.get(f"{address}{house.path}", headers=headers, timeout=30).text
    return page.partition('data-plan-url="')[2].partition('"')[0]
