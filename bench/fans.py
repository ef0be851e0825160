"""Fans who wait, thousands in one process: they connect, listen, and come back when their server dies.

Told what to do by lines of JSON on its standard input; answers each with one line on its standard output.
"""

import gc
import heapq
import json
import resource
import select
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench.client import DOWN, LIVE, NEW, REFUSED, Client
from bench.crowd import BROWSER

STDIN = 0
MOMENT_SECONDS = 0.05
EVENTS_AT_ONCE = 2_000


@dataclass
class Tick:
    """When the clients of this process heard one tick, in seconds after it was made."""

    made_at: float
    delays: list[float] = field(default_factory=list)


class Fans:
    """The clients of this process, and what they have heard."""

    def __init__(self, clients: Sequence[Client], in_flight: int) -> None:
        self.clients, self.in_flight = list(clients), in_flight
        self.by_file: dict[int, Client] = {}
        self.poll = select.epoll()
        self.poll.register(STDIN, select.EPOLLIN)
        self.ticks: dict[bytes, Tick] = {}
        self.live_at: list[float] = []
        self.due: list[tuple[float, int, Client]] = []
        self.waiting_to_open: list[Client] = []
        self.opening: set[int] = set()
        self.opened, self.lost = 0, 0

    def step(self, seconds: float) -> bool:
        """Serve whatever happens within this time; True once a line of orders has come."""
        ordered = False
        for number, event in self.poll.poll(seconds, EVENTS_AT_ONCE):
            if number == STDIN:
                ordered = True
            elif client := self.by_file.get(number):
                self._serve(number, client, event)
        self._open_more()
        return ordered

    def connect(self) -> None:
        """Open every socket, so many at a time."""
        self.live_at.clear()
        self.waiting_to_open = [client for client in reversed(self.clients) if client.state in (NEW, DOWN)]

    def _serve(self, number: int, client: Client, event: int) -> None:
        before = client.state
        try:
            if event & select.EPOLLOUT:
                client.ask(BROWSER)
                self.poll.modify(number, select.EPOLLIN)
                return
            for payload in client.hear():
                self._note(payload)
        except BlockingIOError:
            return
        except OSError:
            self._lose(number, client)
            return
        if before != client.state and client.state in (LIVE, REFUSED):
            self.opening.discard(number)
            self.live_at.append(time.time())

    def _note(self, payload: bytes) -> None:
        """A tick is the same bytes for everybody, so it is read once."""
        tick = self.ticks.get(payload)
        if tick is None:
            if not payload.startswith(b'42["line_moved"'):
                return
            made_at = datetime.fromisoformat(json.loads(payload[2:])[1]["now"]).timestamp()
            tick = self.ticks[payload] = Tick(made_at)
        tick.delays.append(time.time() - tick.made_at)

    def _lose(self, number: int, client: Client) -> None:
        self.poll.unregister(number)
        del self.by_file[number]
        self.opening.discard(number)
        self.lost += client.state == LIVE
        client.close()
        self.opened += 1
        heapq.heappush(self.due, (time.monotonic() + client.retry_seconds(), self.opened, client))

    def _open_more(self) -> None:
        while self.due and self.due[0][0] <= time.monotonic():
            self._open(heapq.heappop(self.due)[-1])
        while self.waiting_to_open and len(self.opening) < self.in_flight:
            self._open(self.waiting_to_open.pop())

    def _open(self, client: Client) -> None:
        number = client.open()
        self.by_file[number] = client
        self.opening.add(number)
        self.poll.register(number, select.EPOLLOUT)

    def report(self) -> dict[str, Any]:
        """How many are live, when they came to be, and the ticks heard since the last report."""
        counts = Counter(client.state for client in self.clients)
        heard = [{"made_at": tick.made_at, "delays": tick.delays} for tick in self.ticks.values()]
        self.ticks.clear()
        refused = next((client.answer.decode() for client in self.clients if client.state == REFUSED), "")
        return {
            "live": counts[LIVE],
            "refused": refused,
            "lost": self.lost,
            "live_at": [min(self.live_at), max(self.live_at)] if self.live_at else [],
            "ticks": heard,
        }


def main() -> None:
    """The plan is the first line; after it come orders: connect, report, or the end of the input."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    gc.disable()  # nothing here is a cycle, and a collection would be measured as a late tick
    plan = json.loads(sys.stdin.readline())
    clients = [Client(cookie, plan["address"], plan["port"], plan["concert"]) for cookie in plan["cookies"]]
    fans = Fans(clients, plan["in_flight"])
    print(json.dumps(fans.report()), flush=True)
    while True:
        if not fans.step(MOMENT_SECONDS):
            continue
        order = sys.stdin.readline().strip()
        if not order:
            return
        if order == "connect":
            fans.connect()
        print(json.dumps(fans.report()), flush=True)


if __name__ == "__main__":
    main()
