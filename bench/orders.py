"""`bin/bench orders`: complete orders a minute, every process included, beside their statements in pgbench."""

import argparse
import random
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import text

from bench import buying, crowd, figures, order_limit, stage, troupe
from bench.buying import Buyer, Outcome
from bench.cpu import MILLISECONDS, Profile
from bench.house import House
from bench.limit import Limit
from bench.stage import Stage
from bench.troupe import Addresses
from webapp.db import db

WEB_WORKERS = 2
AT_ONCE = 48
ROUNDS = 3
SECONDS = 40.0
WARM_UP_SECONDS = 10.0
MINUTE = buying.MINUTE
LIMIT_CONNECTIONS, LIMIT_ORDERS = 16, 640
LEAST, MARK = 1_500, 6_000  # orders a minute

KEPT_WRONG = text(
    "SELECT count(*) FROM orders WHERE status <> 'paid' OR 2 <> ("
    " SELECT count(*) FROM reservations JOIN tickets ON tickets.reservation_id = reservations.id"
    " WHERE reservations.order_id = orders.id AND NOT reservations.is_cancelled AND tickets.voided_at IS NULL)"
)
TOOK = text(
    "SELECT extract(epoch FROM payments.paid_at - orders.created_at) * 1000 FROM orders"
    " JOIN payments ON payments.order_id = orders.id AND payments.status = 'paid'"
)


def add_options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--worker", choices=list(troupe.WORKERS), default=troupe.SIMPLE, help="the worker's class")


def run(options: argparse.Namespace) -> None:
    """Print orders a minute, how long one takes, and what it costs in each process."""
    addresses = Addresses.choose()
    with stage.opened(**addresses.environment()) as standing:
        house = House.fill(standing.app)
        print(
            f"Orders of two seats by card; {AT_ONCE} fans at once, {WEB_WORKERS} web workers, worker: {options.worker}."
        )
        print(figures.machine(), flush=True)
        with (
            troupe.gateway(standing, addresses),
        ):
            with troupe.shop(standing, addresses, WEB_WORKERS, options.worker):
                outcomes, profile = _measure(standing, house, addresses)
            _check(outcomes)
            settled = [float(took) for took in db.session.scalars(TOOK)]
            limit = _limit(standing, house)
        _report(outcomes[1:], settled, profile, limit, options.worker)


def _limit(standing: Stage, house: House) -> float:
    """Orders a minute of pgbench with the same statements, when the shop is closed and everything is checked."""
    order_limit.empty()
    script = order_limit.script(house)
    order_limit.empty()
    return Limit(script, LIMIT_CONNECTIONS, LIMIT_ORDERS // LIMIT_CONNECTIONS).measure(standing).per_second * MINUTE


def _measure(standing: Stage, house: House, addresses: Addresses) -> tuple[list[Outcome], Profile]:
    """The rounds, the first to warm up; and what the others cost."""
    buyers = iter(_buyers(house))
    outcomes, profile = [], Profile(standing.pids)
    for turn in range(ROUNDS + 1):
        count = house.size // (ROUNDS + 1)
        plan = buying.Plan(
            port=addresses.web_port,
            gateway_port=addresses.gateway_port,
            schedule_id=house.schedule_id,
            user_agent=crowd.BROWSER,
            at_once=AT_ONCE,
            seconds=SECONDS if turn else WARM_UP_SECONDS,
            buyers=[next(buyers) for _ in range(count)],
        )
        with (profile if turn else Profile({})).running():
            outcomes.append(buying.run(plan))
    return outcomes, profile


def _buyers(house: House) -> list[Buyer]:
    """Every fan of the house, from all over it."""
    pairs = random.Random(7).sample(range(house.size), house.size)
    fans = [crowd.signed_in(house.app, house.first_fan + pair) for pair in pairs]
    return [Buyer(fan.cookie, urlencode(house.form(pair, fan), True)) for pair, fan in zip(pairs, fans, strict=True)]


def _check(outcomes: list[Outcome]) -> None:
    """Every fan got their tickets, every order is paid, and every promise was kept."""
    for outcome in outcomes:
        if outcome.wrong:
            raise figures.Wrong(f"Not every fan got a ticket: {dict(outcome.wrong)}")
    begun = sum(outcome.begun for outcome in outcomes)
    orders = db.session.scalar(text("SELECT count(*) FROM orders"))
    if orders != begun or (wrong := db.session.scalar(KEPT_WRONG)):
        raise figures.Wrong(f"{begun} orders were begun and {orders} are there, {wrong} of them without their tickets.")
    figures.audit()


def _report(outcomes: list[Outcome], settled: list[float], profile: Profile, limit: float, worker: str) -> None:
    rates = [outcome.per_minute for outcome in outcomes]
    bought = sum(len(outcome.latencies) for outcome in outcomes)
    shown = [latency for outcome in outcomes for latency in outcome.latencies]
    costs = {name: seconds / bought * MILLISECONDS for name, seconds in profile.seconds.items()}
    costs["the fans"] = sum(outcome.processor_seconds for outcome in outcomes) / bought * MILLISECONDS
    print(f"\nOrders a minute: {figures.spread(rates)}, of {ROUNDS} rounds of {SECONDS:.0f} s; {bought} in all.")
    print(f"pgbench with the same statements, {LIMIT_CONNECTIONS} connections: {limit:,.0f} a minute.")
    for what, values in {"to settled with tickets": settled, "to the ticket on its page": shown}.items():
        half, most = (figures.percentile(values, share) for share in (50, 95))
        print(f"From hold {what}: p50 {half:,.0f} ms, p95 {most:,.0f} ms.")
    print(f"\nProcessor time of an order: {sum(costs.values()):.1f} ms, of it")
    for name, cost in sorted(costs.items(), key=lambda one: -one[1]):
        print(f"  {name:12} {cost:6.2f} ms")
    print("\nRequests of an order")
    for step in outcomes[0].steps:
        times = [time for outcome in outcomes for time in outcome.steps.get(step, [])]
        print(f"  {step:18} {len(times) / bought:5.2f}   p50 {figures.percentile(times, 50):6.1f} ms")
    figures.note(
        "orders",
        "order",
        worker=worker,
        per_minute=round(median(rates)),
        pgbench_per_minute=round(limit),
        ticket_p50_ms=round(figures.percentile(settled, 50)),
        ticket_p95_ms=round(figures.percentile(settled, 95)),
        processor_ms={name: round(cost, 2) for name, cost in costs.items()},
    )
    print("Every order is paid and has its tickets; the audit is clean.")
    figures.verdict(
        f"at least {LEAST:,} orders a minute ({MARK:,} is the mark to beat); it is {median(rates):,.0f}",
        median(rates) >= LEAST,
    )
