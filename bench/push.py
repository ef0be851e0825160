"""`bin/bench push`: the live position, from a tick's making to the last page that knows it, and sockets coming back."""

import argparse
import json

from sqlalchemy import select

from bench import apart, bare, crowd, figures, pushing, stage
from bench.pushing import LIBRARY, OURS, Connecting, Line, Scene, Ticks
from bench.stage import Stage
from webapp import clock
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.live import frames
from webapp.waiting_room import steering, tick

SLUG = "last-stop-first-light"
ADMITTED = 10
MOST_US, MOST_MS, MOST_KIB = 15.0, 500.0, 60.0

Options = argparse._ArgumentGroup


def run(options: argparse.Namespace) -> None:
    """Print what a delivery costs beside the library's way, how late the last page is, and how long coming back is."""
    if options.apart:
        apart.enter()
    with stage.opened() as standing:
        line = _line(max(options.sockets, options.fans, options.two))
        print(f"The live position: sockets of signed-in fans in one line, {pushing.TICKS} ticks of one a second.")
        print(figures.machine(), flush=True)
        if options.sockets:
            _costs(standing, _first(line, options.sockets), options.apart)
        if options.fans:
            _waiting(standing, _first(line, options.fans))
        if options.two:
            _over_two(standing, _first(line, options.two))
        figures.audit()
        print("\nThe audit is clean.")


def add_options(group: Options) -> None:
    """How many sockets; 0 leaves a part out."""
    group.add_argument("--sockets", type=int, default=4_000, help="for the cost of a delivery, ours and the library's")
    group.add_argument("--fans", type=int, default=10_000, help="waiting on one web process, and coming back to it")
    group.add_argument("--two", type=int, default=16_000, help="waiting on two web processes")
    group.add_argument("--apart", action="store_true", help="the cost also with the fans' half of it on another core")


def _line(size: int) -> Line:
    """So many fans waiting, and nobody called while they are measured."""
    user_ids = crowd.fill(SLUG, size + ADMITTED, admitted=ADMITTED)[ADMITTED:]
    concert_id = db.session.scalars(select(Concert.id).where(Concert.slug == SLUG)).one()
    with transaction():
        steering.pause(concert_id, clock.now())
    return Line(concert_id, user_ids)


def _first(line: Line, count: int) -> Line:
    return Line(line.concert_id, line.user_ids[:count])


def _costs(standing: Stage, line: Line, with_apart: bool) -> None:
    size = len(line.user_ids)
    print(f"\n{size:,} sockets on one web process")
    costs = {}
    for name, app in (("ours", OURS), ("python-socketio's own", LIBRARY)):
        with pushing.scene(standing, line, 1, app) as scene:
            _say_connecting(name, size, pushing.connect(scene))
            ticks = pushing.tick(scene)
            costs[name] = ticks.cpu_us - ticks.upkeep_us
            _say_ticks(name, size, ticks)
            if with_apart and app == OURS:
                _apart(scene, line)
    limit = bare.measure(size, _bytes(line)).us
    ours, theirs = costs.values()
    print(f"  a bare send of the same {_bytes(line)} bytes, in a loop over as many sockets: {limit:.1f} us")
    print(f"  a delivery costs {ours / limit:.1f} times that, and {ours / theirs:.0%} of the library's way")
    figures.note("push", "bare", size=size, cpu_us=limit)
    figures.verdict(
        f"a delivered position for {MOST_US:.0f} us or less, beyond pings and presence; {ours:.1f}", ours <= MOST_US
    )


def _apart(scene: Scene, line: Line) -> None:
    """The same with the fans' half of each delivery on another core, as if they were elsewhere."""
    size = len(line.user_ids)
    with apart.steered(scene.workers):
        ticks = pushing.tick(scene)
        limit = bare.measure(size, _bytes(line), apart.SENDS).us
    beyond = ticks.cpu_us - ticks.upkeep_us
    print(
        f"  ours, with what the fans' own machines would do on another core: {beyond:.1f} us a delivery beyond"
        f" the {ticks.upkeep_us:.1f} of pings and presence; a bare send {limit:.1f} us",
        flush=True,
    )
    figures.note("push", "apart", size=size, cpu_us=ticks.cpu_us, upkeep_us=ticks.upkeep_us, bare_us=limit)


def _bytes(line: Line) -> int:
    """The size of a tick on the wire."""
    said = json.dumps(["line_moved", tick.read(db.session.get_one(Concert, line.concert_id), clock.now())])
    return len(frames.frame(f"42{said}"))


def _waiting(standing: Stage, line: Line) -> None:
    size = len(line.user_ids)
    print(f"\n{size:,} fans waiting on one web process")
    with pushing.scene(standing, line, 1) as scene:
        connecting = pushing.connect(scene)
        _say_connecting("ours", size, connecting)
        ticks = pushing.tick(scene)
        _say_ticks("ours", size, ticks)
        last = figures.percentile(ticks.last_ms, 99)
        figures.verdict(f"tick to last fan p99 under {MOST_MS:.0f} ms; {last:.0f}", last < MOST_MS)
        memory = connecting.kib_each
        figures.verdict(f"{MOST_KIB:.0f} KiB of memory a fan or less; {memory:.1f}", memory <= MOST_KIB)
        seconds = pushing.kill_and_wait(scene)
        again = pushing.tick(scene)
    print(f"  the web process killed: all {size:,} live again after {seconds:.1f} s, every place kept")
    print(f"  and the next ticks reach the last after {figures.spread(again.last_ms)} ms")
    figures.note("push", "reconnect", name="ours", size=size, seconds=seconds)


def _over_two(standing: Stage, line: Line) -> None:
    size = len(line.user_ids)
    print(f"\n{size:,} fans waiting on two web processes")
    with pushing.scene(standing, line, 2) as scene:
        _say_connecting("two processes", size, pushing.connect(scene))
        _say_ticks("two processes", size, pushing.tick(scene))


def _say_connecting(name: str, size: int, one: Connecting) -> None:
    rate = size / one.seconds
    print(
        f"  {name}: {rate:,.0f} sockets/s until live, {one.cpu_ms:.2f} ms of processor time"
        f" and {one.kib_each:.1f} KiB each",
        flush=True,
    )
    figures.note("push", "connect", name=name, size=size, per_second=rate, cpu_ms=one.cpu_ms, kib_each=one.kib_each)


def _say_ticks(name: str, size: int, ticks: Ticks) -> None:
    last = [figures.percentile(ticks.last_ms, share) for share in (50, 99)]
    each = [figures.percentile(ticks.all_ms, share) for share in (50, 99)]
    print(
        f"  {name}: {ticks.cpu_us:.1f} us of processor time a delivery, {ticks.upkeep_us:.1f} of it pings and presence,"
        f" which go on without ticks; tick to last fan p50 {last[0]:.0f} ms,"
        f" p99 {last[1]:.0f} ms; to any fan p50 {each[0]:.0f} ms, p99 {each[1]:.0f} ms",
        flush=True,
    )
    figures.note(
        "push",
        "tick",
        name=name,
        size=size,
        cpu_us=ticks.cpu_us,
        upkeep_us=ticks.upkeep_us,
        last_ms=ticks.last_ms,
        each_p50_ms=each[0],
        each_p99_ms=each[1],
    )
