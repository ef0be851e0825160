"""The load: raw HTTP requests over kept-alive connections, sent by a process of its own.

`run` is what benches call. Open loop: requests leave when they are due, whatever the answers do, and a late one counts
from when it was due. Closed loop: each connection asks again as soon as it is answered, for the most there is.
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle

HOST = "127.0.0.1"
GIVE_UP_SECONDS = 60
LATE_SECONDS = 5.0  # so long after the last arrival an open loop asks nothing more


@dataclass(frozen=True)
class Plan:
    """Requests to send: in open loop with a `rate` (a second), else in closed loop; `repeat` begins them again."""

    port: int
    connections: int
    requests: Sequence[str]
    seconds: float
    rate: float | None = None
    repeat: bool = False


@dataclass(frozen=True)
class Result:
    """How many answers had which status, how long each took in milliseconds, and how long it all took.

    `unsent` were due in open loop but found every connection busy until the run was given up.
    """

    statuses: dict[str, int]
    latencies: list[float]
    seconds: float
    unsent: int = 0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


def request(method: str, path: str, headers: dict[str, str], body: str = "") -> str:
    """One HTTP request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", body])


def run(plan: Plan) -> Result:
    """Send what the plan says from another process, so that measuring and being measured share no interpreter."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(asdict(plan)), check=True, capture_output=True, text=True
    )
    return Result(**json.loads(done.stdout))


class Connection(asyncio.Protocol):
    """One kept-alive connection with at most one request under way."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.received, self.answer = transport, b"", asyncio.Future[str]()

    def ask(self, request: bytes) -> asyncio.Future[str]:
        """The status of the answer, once all of it is here."""
        self.received, self.answer = b"", asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.answer

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            self.answer.set_result(head[9:12].decode())

    def connection_lost(self, problem: Exception | None) -> None:
        if not self.answer.done():
            self.answer.set_exception(problem or ConnectionResetError("the server hung up"))


class Load:
    """The run of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.statuses: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.unsent = 0

    async def send_all(self) -> Result:
        loop = asyncio.get_running_loop()
        opened = [loop.create_connection(Connection, HOST, self.plan.port) for _ in range(self.plan.connections)]
        connections = [protocol for _, protocol in await asyncio.gather(*opened)]
        encoded = [request.encode() for request in self.plan.requests]
        requests = cycle(encoded) if self.plan.repeat else iter(encoded)
        started = time.perf_counter()
        await (self._closed(connections, requests) if self.plan.rate is None else self._open(connections, requests))
        return Result(dict(self.statuses), self.latencies, time.perf_counter() - started, self.unsent)

    async def _closed(self, connections: list[Connection], requests: Iterator[bytes]) -> None:
        until = time.perf_counter() + self.plan.seconds

        async def drive(connection: Connection) -> None:
            while (due := time.perf_counter()) < until and (request := next(requests, None)):
                await self._ask(connection, request, due)

        await asyncio.gather(*map(drive, connections))

    async def _open(self, connections: list[Connection], requests: Iterator[bytes]) -> None:
        idle: asyncio.Queue[Connection] = asyncio.Queue()
        for connection in connections:
            idle.put_nowait(connection)

        async def ask(connection: Connection, request: bytes, due: float) -> None:
            await self._ask(connection, request, due)
            idle.put_nowait(connection)

        given_up = time.perf_counter() + self.plan.seconds + LATE_SECONDS
        async with asyncio.TaskGroup() as group:
            for due, request in zip(self._arrivals(), requests, strict=False):
                await asyncio.sleep(due - time.perf_counter())
                connection = await idle.get()
                if time.perf_counter() < given_up:
                    group.create_task(ask(connection, request, due))
                else:
                    self.unsent += 1
                    idle.put_nowait(connection)

    def _arrivals(self) -> Iterator[float]:
        """When requests are due: fans come independently of each other, so the gaps between them are exponential."""
        chance = random.Random(7)
        due = started = time.perf_counter()
        while (due := due + chance.expovariate(self.plan.rate or 1)) < started + self.plan.seconds:
            yield due

    async def _ask(self, connection: Connection, request: bytes, due: float) -> None:
        status = await asyncio.wait_for(connection.ask(request), GIVE_UP_SECONDS)
        self.latencies.append((time.perf_counter() - due) * 1000)
        self.statuses[status] += 1


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(Load(Plan(**json.load(sys.stdin))).send_all()))))
