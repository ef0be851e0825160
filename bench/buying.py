"""Fans who buy, so many at once, in a process of its own: from the hold to the ticket on the order's page.

Each does what a browser without a socket does: it holds, opens the order's page, sends its form, opens the payment
company's page and approves there, is led back, and asks the order's page again until the ticket is on it.
"""

import asyncio
import json
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode, urlsplit

from bench.load import GIVE_UP_SECONDS, HOST, Connection, request

SOON_SECONDS, SPREAD = 1.5, 0.3  # how soon a page asks again, as static/js/controllers/order-status.js has it
FIELD = re.compile(r'name="(csrf_token|amount|idempotency_key|token)" value="([^"]*)"')
STATUS = re.compile(r'id="order-status" data-status="(\w+)"')
PAYING, PAID = "paying", "paid"
RAMP_SECONDS = 5.0
MINUTE = 60  # seconds


@dataclass(frozen=True)
class Buyer:
    """A signed-in fan who has been admitted, and the form that holds their seats."""

    cookie: str
    hold: str


@dataclass(frozen=True)
class Plan:
    """Who buys: so many `at_once`, each fan once, and no one begins after so many seconds."""

    port: int
    gateway_port: int
    schedule_id: int
    user_agent: str
    at_once: int
    seconds: float
    buyers: Sequence[Buyer]


@dataclass
class Outcome:
    """What became of it. Latencies in milliseconds, from wishing to hold until the ticket was on the page.

    `ended_at` is when, in seconds from the beginning. `per_minute` counts those that ended while as many as ever were
    buying: neither in the first seconds, when nobody can be through yet, nor when the last are and nobody follows.
    """

    begun: int = 0
    latencies: list[float] = field(default_factory=list)
    ended_at: list[float] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=dict)
    steps: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0
    processor_seconds: float = 0.0

    @property
    def per_minute(self) -> float:
        counted = sum(RAMP_SECONDS <= ended < self.seconds for ended in self.ended_at)
        return counted / (self.seconds - RAMP_SECONDS) * MINUTE


class Astray(Exception):
    """An answer that a fan cannot go on with."""


def run(plan: Plan) -> Outcome:
    """Let them buy, from another process, so that measuring and being measured share no interpreter."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.buying"],
        input=json.dumps(asdict(plan)),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Outcome(**json.loads(done.stdout))


class Lane:
    """One fan after the other over two kept-alive connections: to the shop and to the payment company."""

    def __init__(self, plan: Plan, outcome: Outcome, opened: float) -> None:
        self.plan, self.outcome, self.opened = plan, outcome, opened
        self.headers: dict[str, str] = {}
        self.connections: dict[int, Connection] = {}

    async def buy(self, buyer: Buyer) -> None:
        self.headers = {"User-Agent": self.plan.user_agent, "Cookie": buyer.cookie, "Accept-Language": "en"}
        began = time.perf_counter()
        self.outcome.begun += 1
        try:
            order = await self._ask("hold", f"/schedules/{self.plan.schedule_id}/holds", 303, form=buyer.hold)
            fields = dict(FIELD.findall(await self._ask("order page", order, 200)))
            form = {name: fields[name] for name in ("csrf_token", "amount", "idempotency_key")} | {"method": "card"}
            onward = await self._ask("pay", f"{order}/payments", 303, form=urlencode(form))
            back = await self._approve(onward)
            await self._wait_for_ticket(await self._ask("return", urlsplit(back).path, 303))
            ended = time.perf_counter()
            self.outcome.latencies.append((ended - began) * 1000)
            self.outcome.ended_at.append(ended - self.opened)
        except (Astray, KeyError) as problem:
            self.outcome.wrong[str(problem)] = self.outcome.wrong.get(str(problem), 0) + 1

    async def _approve(self, address: str) -> str:
        """Where the payment company sends the fan afterwards."""
        path = urlsplit(address).path
        page = await self._ask("company's page", path, 200, company=True)
        form = urlencode({"token": dict(FIELD.findall(page))["token"], "choice": "approve"})
        return await self._ask("approve", path, 303, form=form, company=True)

    async def _wait_for_ticket(self, order: str) -> None:
        text = await self._ask("order page, back", order, 200)
        until = time.perf_counter() + GIVE_UP_SECONDS
        self.headers["X-Fragment"] = "1"
        while (found := STATUS.search(text)) and found[1] == PAYING and time.perf_counter() < until:
            await asyncio.sleep(SOON_SECONDS * (1 + SPREAD * random.uniform(-1, 1)))
            text = await self._ask("page's status", order, 200)
        if not found or found[1] != PAID or "/tickets/" not in text:
            raise Astray(f"an order ended {found[1] if found else 'nowhere'}")

    async def _ask(self, step: str, path: str, wanted: int, *, form: str = "", company: bool = False) -> str:
        """The page, or where it leads."""
        began = time.perf_counter()
        port, headers = (self.plan.gateway_port, {}) if company else (self.plan.port, self.headers)
        connection = await self._connection(port)
        sent = request("POST" if form else "GET", path, headers, form)
        status = await asyncio.wait_for(connection.ask(sent.encode()), GIVE_UP_SECONDS)
        self.outcome.steps.setdefault(step, []).append((time.perf_counter() - began) * 1000)
        head, _, body = connection.received.partition(b"\r\n\r\n")
        if status != str(wanted):
            raise Astray(f"{step}: {status}")
        if wanted == 303:
            return head.partition(b"\r\nLocation: ")[2].partition(b"\r\n")[0].decode()
        return body.decode()

    async def _connection(self, port: int) -> Connection:
        """Opened when it is first needed: a thread of the company's server waits for the first request on each."""
        if port not in self.connections:
            _, self.connections[port] = await asyncio.get_running_loop().create_connection(Connection, HOST, port)
        return self.connections[port]


async def _buy_all(plan: Plan) -> Outcome:
    outcome, buyers = Outcome(), iter(plan.buyers)
    began = time.perf_counter()

    async def drive() -> None:
        lane = Lane(plan, outcome, began)
        while time.perf_counter() < began + plan.seconds and (buyer := next(buyers, None)):
            await lane.buy(buyer)

    await asyncio.gather(*[drive() for _ in range(plan.at_once)])
    outcome.seconds = plan.seconds
    used = resource.getrusage(resource.RUSAGE_SELF)
    outcome.processor_seconds = used.ru_utime + used.ru_stime
    return outcome


def _read(told: str) -> Plan:
    said = json.loads(told)
    return Plan(**{**said, "buyers": [Buyer(**buyer) for buyer in said["buyers"]]})


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(_buy_all(_read(sys.stdin.read()))))))
