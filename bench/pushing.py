"""What `bin/bench push` measures: a crowd of real sockets on real web processes, and ticks from real transactions."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
from sqlalchemy import text

from bench import figures, stage
from bench.gathering import Gathering, gathered
from bench.stage import WEB, Stage
from webapp import clock
from webapp.db import db, transaction
from webapp.waiting_room import steering

OURS, LIBRARY = "bench.wsgi:app", "bench.library_wsgi:app"
TICKS = 12
TICK_SECONDS = 1.0
SETTLE_SECONDS = 2.0
QUIET_SECONDS = 10.0  # two reports of who is present, and pings to two fifths of the sockets
KIB, MICRO, MILLI = 1024, 1e6, 1e3


@dataclass(frozen=True)
class Line:
    """The concert whose line is watched, and the users who wait in it."""

    concert_id: int
    user_ids: Sequence[int]


@dataclass
class Scene:
    """Web processes with a crowd on them."""

    standing: Stage
    crowd: Gathering
    line: Line
    workers: list[psutil.Process]
    before: list[int] = field(default_factory=list)

    def cpu(self) -> float:
        """Seconds of processor time of the web processes so far."""
        return sum(one.cpu_times().user + one.cpu_times().system for one in self.workers)

    def memory(self) -> list[int]:
        return [one.memory_info().rss for one in self.workers]


@dataclass(frozen=True)
class Connecting:
    seconds: float
    cpu_ms: float
    kib_each: float


@dataclass(frozen=True)
class Ticks:
    """Processor time for each delivery in microseconds, and what of it goes on without ticks: pings, saying who is
    present. Milliseconds from a tick's making to clients knowing it."""

    cpu_us: float
    upkeep_us: float
    last_ms: list[float]
    all_ms: list[float]


@contextmanager
def scene(standing: Stage, line: Line, workers: int, app: str = OURS) -> Iterator[Scene]:
    """So many web processes, and the line's fans, who have not connected yet."""
    with (
        stage.web(standing, workers, app) as port,
        gathered(standing.app, port, line.concert_id, line.user_ids) as crowd,
    ):
        yield Scene(standing, crowd, line, psutil.Process(standing.pids[WEB]).children())


def connect(scene: Scene) -> Connecting:
    """All of the fans open their sockets, as fast as they are taken."""
    size = len(scene.line.user_ids)
    cpu, memory = scene.cpu(), sum(scene.memory())
    seconds = scene.crowd.connect()
    spent = scene.cpu() - cpu
    time.sleep(SETTLE_SECONDS)
    return Connecting(seconds, spent / size * MILLI, (sum(scene.memory()) - memory) / size / KIB)


def tick(scene: Scene) -> Ticks:
    """An operator says something to everyone waiting, again and again; raises Wrong unless everyone hears it."""
    say(scene, "Good evening.")
    scene.crowd.heard()
    upkeep = _upkeep(scene)
    cpu, began = scene.cpu(), time.monotonic()
    for number in range(TICKS):
        say(scene, f"The doors open in {TICKS - number} minutes.")
        time.sleep(TICK_SECONDS)
    delays = scene.crowd.heard()
    spent, upkeep = scene.cpu() - cpu, upkeep * (time.monotonic() - began)
    if len(delays) < TICKS // 2:
        raise figures.Wrong(f"of {TICKS} ticks only {len(delays)} went out: the web process is too far behind")
    everyone = [delay * MILLI for one in delays for delay in one]
    each = MICRO / len(everyone)
    return Ticks(spent * each, upkeep * each, [max(one) * MILLI for one in delays], everyone)


def _upkeep(scene: Scene) -> float:
    """Seconds of processor time a second while nothing is said: sockets are pinged, and who is present is told."""
    cpu, began = scene.cpu(), time.monotonic()
    time.sleep(QUIET_SECONDS)
    return (scene.cpu() - cpu) / (time.monotonic() - began)


def say(scene: Scene, words: str) -> None:
    with transaction():
        steering.say(scene.line.concert_id, words, clock.now())


def kill_and_wait(scene: Scene) -> float:
    """Kill one web process; the seconds until every fan is live again. Raises Wrong if a place was lost."""
    waiting = _waiting(scene)
    victim = scene.workers[0]
    share = len(scene.line.user_ids) if len(scene.workers) == 1 else 1
    killed = time.time()
    os.kill(victim.pid, signal.SIGKILL)
    scene.crowd.lost(share)
    seconds = scene.crowd.all_live() - killed
    scene.workers = psutil.Process(scene.standing.pids[WEB]).children()
    if _waiting(scene) != waiting:
        raise figures.Wrong(f"{waiting:,} fans waited before, {_waiting(scene):,} after")
    return seconds


def _waiting(scene: Scene) -> int:
    db.session.rollback()
    counted = text("SELECT count(*) FROM sessions WHERE concert_id = :id AND called_at IS NULL AND NOT is_terminated")
    waiting: int = db.session.execute(counted, {"id": scene.line.concert_id}).scalar_one()
    db.session.rollback()
    return waiting
