"""A crowd of fans in processes of their own, each from its own address, steered from here."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask

from bench import crowd
from bench.figures import Wrong

MOST_IN_A_PROCESS = 8_000  # open files are limited, and so are the ports of one address
IN_FLIGHT = 100  # sockets each process is opening at a time
GIVE_UP_SECONDS = 600.0
QUIET_SECONDS = 60.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Reports:
    """What the processes said, together. Times in seconds."""

    live: int
    lost: int
    live_at: list[float]


class Gathering:
    """Fans in several processes."""

    def __init__(self, processes: list[subprocess.Popen[str]], size: int) -> None:
        self.processes, self.size = processes, size
        self.ticks: dict[float, list[float]] = {}

    def connect(self) -> float:
        """Every fan opens a socket and watches the line; returns the seconds until the last was live."""
        started = time.time()
        self._order("connect")
        return self.all_live() - started

    def all_live(self) -> float:
        """Wait until every fan is live; returns when the last came to be. Raises Wrong when some never do."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while (reports := self.report()).live < self.size:
            if time.monotonic() > deadline:
                raise Wrong(f"only {reports.live:,} of {self.size:,} fans are live")
            time.sleep(LOOK_SECONDS)
        return max(reports.live_at)

    def lost(self, count: int) -> None:
        """Wait until so many have lost their socket."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while self.report().lost < count:
            if time.monotonic() > deadline:
                raise Wrong(f"fewer than {count:,} fans have noticed that their server is gone")
            time.sleep(LOOK_SECONDS)

    def heard(self) -> list[list[float]]:
        """Seconds from a tick's making to each fan, tick by tick since the last time somebody asked.

        Waits until nothing more comes in. Raises Wrong unless every tick was heard by everyone.
        """
        deadline, before = time.monotonic() + QUIET_SECONDS, -1
        while (count := sum(map(len, self.ticks.values()))) != before or count % self.size:
            if time.monotonic() > deadline:
                break
            before = count
            time.sleep(LOOK_SECONDS)
            self.report()
        heard = [self.ticks[made_at] for made_at in sorted(self.ticks)]
        self.ticks.clear()
        if {len(one) for one in heard} - {self.size}:
            raise Wrong(f"ticks for {self.size:,} fans were heard by {[len(one) for one in heard]}")
        return heard

    def report(self) -> Reports:
        """What has happened so far."""
        said = self._order("report")
        if refused := next((one["refused"] for one in said if one["refused"]), None):
            raise Wrong(f"a fan was refused: {refused}")
        for one in said:
            for tick in one["ticks"]:
                self.ticks.setdefault(tick["made_at"], []).extend(tick["delays"])
        return Reports(
            live=sum(one["live"] for one in said),
            lost=sum(one["lost"] for one in said),
            live_at=sorted(moment for one in said for moment in one["live_at"]),
        )

    def _order(self, order: str) -> list[dict[str, Any]]:
        for process in self.processes:
            assert process.stdin
            process.stdin.write(f"{order}\n")
            process.stdin.flush()
        return [_answer(process) for process in self.processes]


@contextmanager
def gathered(app: Flask, port: int, concert_id: int, user_ids: Sequence[int]) -> Iterator[Gathering]:
    """These fans, with their cookies, in as many processes as they need; not yet connected."""
    count = -(-len(user_ids) // MOST_IN_A_PROCESS)
    processes = []
    try:
        for turn in range(count):
            address = f"127.0.0.{turn + 2}"
            cookies = [crowd.signed_in(app, user_id, address).cookie for user_id in user_ids[turn::count]]
            plan = {"port": port, "concert": concert_id, "address": address, "cookies": cookies, "in_flight": IN_FLIGHT}
            processes.append(_start(plan))
        for process in processes:
            _answer(process)
        yield Gathering(processes, len(user_ids))
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _start(plan: dict[str, Any]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.fans"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    process.stdin.write(json.dumps(plan) + "\n")
    process.stdin.flush()
    return process


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        raise Wrong("a process of fans died")
    answer: dict[str, Any] = json.loads(line)
    return answer
