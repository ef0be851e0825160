"""`bin/bench holds`: holding seats through HTTP, beside Postgres running the same statements and nothing else."""

from statistics import median

from sqlalchemy import select, text

from bench import figures, load, stage
from bench.cpu import Meter
from bench.house import House
from bench.limit import Limit
from bench.load import Result
from bench.stage import Stage
from webapp.db import db

RATE = 100  # holds a second, offered
WORKERS = 2
CONNECTIONS = 16
WAITING_CONNECTIONS = 64  # in open loop, so that a slow answer does not hold up the next fan
ROUNDS = 3
OPEN_SECONDS = 6.5
CLOSED_SECONDS = 4.0
WARM_UP_SECONDS = 2.0
LIMIT_HOLDS = 2_400  # a second or more of pgbench
LONGEST_MS = 100.0

OFFERED, MOST, LIMIT = f"HTTP, {RATE}/s offered", "HTTP, the most", "pgbench, the most"
EMPTY = (
    "DELETE FROM reservations",
    "DELETE FROM orders",
    "UPDATE seats SET version = 0, held_until = NULL WHERE version > 0",
    "VACUUM ANALYZE reservations, orders, seats",
)


def run(_options: object) -> None:
    """Print holds a second and how long they take, offered at a rate, at the most, and of the limit."""
    with stage.opened() as standing:
        house = House.fill(standing.app)
        limit = Limit(house.script(), CONNECTIONS, LIMIT_HOLDS // CONNECTIONS)
        print(
            f"Holds of two seats, each by another fan; {WORKERS} web workers; the most over {CONNECTIONS} connections."
        )
        print(figures.machine(), flush=True)
        with stage.web(standing, WORKERS) as port:
            measured = _measure(standing, house.requests(), limit, port)
        _report(measured)


def _measure(standing: Stage, requests: list[str], limit: Limit, port: int) -> dict[str, list[Result]]:
    """Each kind once a round, every time in an empty house, which passes the audit afterwards."""
    measured: dict[str, list[Result]] = {OFFERED: [], MOST: [], LIMIT: []}
    plans = {
        OFFERED: load.Plan(port, WAITING_CONNECTIONS, requests, OPEN_SECONDS, rate=RATE),
        MOST: load.Plan(port, CONNECTIONS, requests, CLOSED_SECONDS),
    }
    meter = Meter(standing)
    _hold(load.Plan(port, CONNECTIONS, requests, WARM_UP_SECONDS), Meter(standing))
    for _ in range(ROUNDS):
        for name, plan in plans.items():
            measured[name].append(_hold(plan, meter))
        _empty()
        measured[LIMIT].append(limit.measure(standing))
        _check(measured[LIMIT][-1])
    held = sum(len(result.latencies) for name in plans for result in measured[name])
    web, postgres = meter.each(held)
    print(
        f"\nA hold through HTTP costs {web:.1f} ms of processor time in the web processes, {postgres:.1f} in Postgres."
    )
    return measured


def _hold(plan: load.Plan, meter: Meter) -> Result:
    _empty()
    with meter.running():
        result = load.run(plan)
    figures.require_all(result.statuses, 303, "holding")
    _check(result)
    return result


def _check(result: Result) -> None:
    """Every hold that was answered is there, and every promise was kept."""
    held = db.session.scalar(select(text("count(*)")).select_from(text("orders")))
    if held != len(result.latencies):
        raise figures.Wrong(f"{len(result.latencies)} holds were answered, but {held} orders are there.")
    figures.audit()


def _empty() -> None:
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in EMPTY:
            connection.execute(text(statement))


def _report(measured: dict[str, list[Result]]) -> None:
    titles = ["holds/s", "p50 ms", "p95 ms", "p99 ms"]
    print(f"\n{f'median of {ROUNDS} (lowest to highest)':30}" + "".join(f"{title:>24}" for title in titles))
    for name, results in measured.items():
        columns = [figures.spread([result.per_second for result in results])]
        columns += [figures.spread([_percentile(result, share) for result in results], 1) for share in (50, 95, 99)]
        print(f"{name:30}" + "".join(f"{column:>24}" for column in columns))
    ratios = [http.per_second / limit.per_second for http, limit in zip(measured[MOST], measured[LIMIT], strict=True)]
    print(f"\nThe most through HTTP is {median(ratios):.0%} of what Postgres does alone with the same statements.")
    if unsent := sum(result.unsent for result in measured[OFFERED]):
        print(f"{unsent:,} of the holds offered were never sent: the web processes were too far behind.")
    print("Latency counts from when a fan wished to hold, not from when a connection was free. The audit is clean.")
    slow = median(_percentile(result, 95) for result in measured[OFFERED])
    wish = f"hold p95 under {LONGEST_MS:.0f} ms at {RATE} holds/s offered"
    figures.verdict(f"{wish}; it is {slow:.1f} ms", slow < LONGEST_MS)


def _percentile(result: Result, share: int) -> float:
    """Of the latencies; who was never served waited for longer than anybody who was."""
    return figures.percentile([*result.latencies, *[result.seconds * 1000] * result.unsent], share)
