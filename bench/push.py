"""`bin/bench push`: the live position, from a tick's making to the last page that knows it, and sockets coming back."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from bench import crowd, figures, pushing, stage
from bench.pushing import LIBRARY, OURS, Connecting, Line, Ticks
from bench.stage import Stage
from webapp import clock
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.waiting_room import steering

SLUG = "last-stop-first-light"
ADMITTED = 10
MOST_US, MOST_MS, MOST_KIB = 15.0, 500.0, 60.0

Note = Callable[..., None]


def run() -> None:
    """Print what a delivery costs beside the library's way, how late the last page is, and how long coming back is."""
    options = _options()
    with stage.opened() as standing:
        line = _line(max(options.sockets, options.fans, options.two))
        print(f"The live position: sockets of signed-in fans in one line, {pushing.TICKS} ticks of one a second.")
        print(figures.machine(), flush=True)
        note = _noting(options.json)
        if options.sockets:
            _costs(standing, _first(line, options.sockets), note)
        if options.fans:
            _waiting(standing, _first(line, options.fans), note)
        if options.two:
            _over_two(standing, _first(line, options.two), note)
        figures.audit()
        print("\nThe audit is clean.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench push", description="Measure the live position. 0 leaves one out.")
    parser.add_argument("--sockets", type=int, default=4_000, help="for the cost of a delivery, ours and the library's")
    parser.add_argument("--fans", type=int, default=10_000, help="waiting on one web process, and coming back to it")
    parser.add_argument("--two", type=int, default=16_000, help="waiting on two web processes")
    parser.add_argument("--json", type=Path, help="a file to append each figure to, as a line of JSON")
    return parser.parse_args(sys.argv[2:])


def _line(size: int) -> Line:
    """So many fans waiting, and nobody called while they are measured."""
    user_ids = crowd.fill(SLUG, size + ADMITTED, admitted=ADMITTED)[ADMITTED:]
    concert_id = db.session.scalars(select(Concert.id).where(Concert.slug == SLUG)).one()
    with transaction():
        steering.pause(concert_id, clock.now())
    return Line(concert_id, user_ids)


def _first(line: Line, count: int) -> Line:
    return Line(line.concert_id, line.user_ids[:count])


def _costs(standing: Stage, line: Line, note: Note) -> None:
    print(f"\n{len(line.user_ids):,} sockets on one web process")
    costs = {}
    for name, app in (("ours", OURS), ("python-socketio's own", LIBRARY)):
        with pushing.scene(standing, line, 1, app) as scene:
            _say_connecting(name, len(line.user_ids), pushing.connect(scene), note)
            ticks = pushing.tick(scene)
        costs[name] = ticks.cpu_us
        _say_ticks(name, len(line.user_ids), ticks, note)
    ours, theirs = costs.values()
    print(f"  a delivery costs {ours / theirs:.0%} of the library's way")
    figures.verdict(f"a delivered position for {MOST_US:.0f} us of processor time or less; {ours:.1f}", ours <= MOST_US)


def _waiting(standing: Stage, line: Line, note: Note) -> None:
    size = len(line.user_ids)
    print(f"\n{size:,} fans waiting on one web process")
    with pushing.scene(standing, line, 1) as scene:
        connecting = pushing.connect(scene)
        _say_connecting("ours", size, connecting, note)
        ticks = pushing.tick(scene)
        _say_ticks("ours", size, ticks, note)
        last = figures.percentile(ticks.last_ms, 99)
        figures.verdict(f"tick to last fan p99 under {MOST_MS:.0f} ms; {last:.0f}", last < MOST_MS)
        memory = connecting.kib_each
        figures.verdict(f"{MOST_KIB:.0f} KiB of memory a fan or less; {memory:.1f}", memory <= MOST_KIB)
        seconds = pushing.kill_and_wait(scene)
        again = pushing.tick(scene)
    print(f"  the web process killed: all {size:,} live again after {seconds:.1f} s, every place kept")
    print(f"  and the next ticks reach the last after {figures.spread(again.last_ms)} ms")
    note("reconnect", "ours", size, seconds=seconds)


def _over_two(standing: Stage, line: Line, note: Note) -> None:
    size = len(line.user_ids)
    print(f"\n{size:,} fans waiting on two web processes")
    with pushing.scene(standing, line, 2) as scene:
        _say_connecting("two processes", size, pushing.connect(scene), note)
        _say_ticks("two processes", size, pushing.tick(scene), note)


def _say_connecting(name: str, size: int, one: Connecting, note: Note) -> None:
    rate = size / one.seconds
    print(
        f"  {name}: {rate:,.0f} sockets/s until live, {one.cpu_ms:.2f} ms of processor time"
        f" and {one.kib_each:.1f} KiB each",
        flush=True,
    )
    note("connect", name, size, per_second=rate, cpu_ms=one.cpu_ms, kib_each=one.kib_each)


def _say_ticks(name: str, size: int, ticks: Ticks, note: Note) -> None:
    last = [figures.percentile(ticks.last_ms, share) for share in (50, 99)]
    each = [figures.percentile(ticks.all_ms, share) for share in (50, 99)]
    print(
        f"  {name}: {ticks.cpu_us:.1f} us of processor time a delivery; tick to last fan p50 {last[0]:.0f} ms,"
        f" p99 {last[1]:.0f} ms; to any fan p50 {each[0]:.0f} ms, p99 {each[1]:.0f} ms",
        flush=True,
    )
    note("tick", name, size, cpu_us=ticks.cpu_us, last_ms=ticks.last_ms, each_p50_ms=each[0], each_p99_ms=each[1])


def _noting(file: Path | None) -> Note:
    """Appends a figure to the file, if there is one."""

    def note(figure: str, name: str, size: int, **values: object) -> None:
        if file:
            noted = {"bench": "push", "figure": figure, "name": name, "size": size, "at": clock.now().isoformat()}
            with file.open("a") as lines:
                lines.write(json.dumps({**noted, **values}) + "\n")

    return note
