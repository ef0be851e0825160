"""`bin/bench callbacks`: a provider's callbacks at a rate, beside a POST that does nothing and Postgres alone, at the
same rate."""

import json
from datetime import UTC, datetime
from statistics import median

from sqlalchemy import select, text
from standardwebhooks.webhooks import Webhook

from bench import crowd, figures, load, stage
from bench.cpu import Meter
from bench.limit import Limit
from bench.load import Result
from bench.stage import SECRETS, Stage
from webapp import clock
from webapp.checkout import inbox
from webapp.checkout.models import PaymentEvent
from webapp.db import db, transaction

SLUG = "last-stop-first-light"
RATE = 100  # a second, offered
WORKERS = 2
CONNECTIONS = 64  # so that a slow answer does not hold up the next callback
ROUNDS = 3
SECONDS = 5.0
WARM_UP_SECONDS = 2.0
SPARE = 1.5  # arrivals are random: so many times the expected number is enough for every round
AMOUNT = 10_000
LONGEST_MS = 50.0

CALLBACK, NOOP, LIMIT = "callback", "no-op POST", "pgbench, its statement"
LIMIT_CONNECTIONS = 16
TOP_UPS = text(
    "INSERT INTO payments (public_id, user_id, provider, provider_key, idempotency_key, amount, created_at)"
    " SELECT 'bench-' || n, :fan, 'sandbox', 'pay_' || n, 'bench-' || n, :amount, :now"
    " FROM generate_series(1, :count) n"
)
# What a callback leaves in the inbox, and its commit; of a payment that nobody knows.
STORED = """\\set event random(1, 1000000000)
INSERT INTO payment_events (provider, event_id, kind, reference, provider_key, amount, currency, body, received_at)
VALUES ('sandbox', 'limit_' || :event, 'payment.paid', 'limit', 'pay_limit', 10000, 'KRW', repeat('x', 240), now())
ON CONFLICT DO NOTHING RETURNING id;
"""


def run(_options: object) -> None:
    """Print how long callbacks take to be answered, and what they cost; each is a top-up, settled and audited after."""
    with stage.opened() as standing:
        each = [int(RATE * seconds * SPARE) for seconds in [WARM_UP_SECONDS, *[SECONDS] * ROUNDS]]
        _begin_top_ups(sum(each))
        print(
            f"Callbacks: {RATE}/s offered, each of another payment; {CONNECTIONS} connections, {WORKERS} web workers."
        )
        print(figures.machine(), flush=True)
        with stage.web(standing, WORKERS) as port:
            measured, costs = _measure(standing, each, port)
        _settle(sum(len(result.latencies) for result in measured[CALLBACK]))
        counted = {name: results[1:] for name, results in measured.items()}
        _report({**counted, LIMIT: _limit(standing)}, costs)


def _begin_top_ups(count: int) -> None:
    fan = crowd.fill(SLUG, 1, admitted=0)[0]
    with transaction():
        db.session.execute(TOP_UPS, {"fan": fan, "amount": AMOUNT, "now": clock.now(), "count": count})


def _measure(
    standing: Stage, each: list[int], port: int
) -> tuple[dict[str, list[Result]], dict[str, list[tuple[float, float]]]]:
    """Both kinds once a round, the first to warm up; and what each answer cost."""
    measured: dict[str, list[Result]] = {CALLBACK: [], NOOP: []}
    costs: dict[str, list[tuple[float, float]]] = {CALLBACK: [], NOOP: []}
    first = 1
    for turn, count in enumerate(each):
        seconds = SECONDS if turn else WARM_UP_SECONDS
        bodies = {CALLBACK: [_callback(number) for number in range(first, first + count)], NOOP: [_noop()] * count}
        first += count
        for name, requests in bodies.items():
            meter = Meter(standing)
            with meter.running():
                result = load.run(load.Plan(port, CONNECTIONS, requests, seconds, rate=RATE))
            figures.require_all(result.statuses, 202, name)
            measured[name].append(result)
            if turn:
                costs[name].append(meter.each(len(result.latencies)))
    return measured, costs


def _limit(standing: Stage) -> list[Result]:
    """The same rate when the shop is closed and everything is checked."""
    limit = Limit(STORED, LIMIT_CONNECTIONS, int(RATE * SECONDS) // LIMIT_CONNECTIONS, RATE)
    return [limit.measure(standing) for _ in range(ROUNDS)]


def _callback(number: int) -> str:
    """One callback as Sandbox Pay sends it, signed now."""
    data = {
        "id": f"pay_{number}", "reference": f"bench-{number}", "status": "paid", "amount": AMOUNT, "currency": "KRW",
        "refunded_amount": 0, "description": "Points", "failure_code": None,
    }  # fmt: skip
    body = json.dumps({"type": "payment.paid", "data": data})
    at, event_id = datetime.now(UTC), f"evt_{number}"
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRETS["SANDBOX_WEBHOOK_SECRET"]).sign(event_id, at, body),
    }
    return load.request("POST", "/payments/callbacks/sandbox", headers, body)


def _noop() -> str:
    return load.request("POST", "/noop", {}, json.dumps({"nothing": "x" * 200}))


def _settle(answered: int) -> None:
    """Every callback that was answered is there, and settles; then every promise holds."""
    stored = db.session.scalars(select(PaymentEvent.id)).all()
    if len(stored) != answered:
        raise figures.Wrong(f"{answered} callbacks were answered, but {len(stored)} are stored.")
    for event_id in stored:
        with transaction():
            if (outcome := inbox.settle_event(event_id, clock.now())) != "paid":
                raise figures.Wrong(f"Callback {event_id} was {outcome}.")
    figures.audit()


def _report(measured: dict[str, list[Result]], costs: dict[str, list[tuple[float, float]]]) -> None:
    titles = ["answers/s", "p50 ms", "p95 ms", "p99 ms"]
    print(f"\n{f'median of {ROUNDS} (lowest to highest)':30}" + "".join(f"{title:>20}" for title in titles))
    kept: list[dict[str, object]] = []
    for name, results in measured.items():
        shares = {share: [_percentile(result, share) for result in results] for share in (50, 95, 99)}
        columns = [figures.spread([result.per_second for result in results])]
        columns += [figures.spread(values, 1) for values in shares.values()]
        print(f"{name:30}" + "".join(f"{column:>20}" for column in columns))
        if name not in costs:
            continue
        web, postgres = (median(cost) for cost in zip(*costs[name], strict=True))
        medians = {f"p{share}_ms": round(median(values), 2) for share, values in shares.items()}
        kept.append({"what": name, "rate": RATE, **medians, "web_ms": round(web, 2), "postgres_ms": round(postgres, 2)})
    for figure in kept:
        figures.note("callbacks", "callback", **figure)
        print(f"A {figure['what']} costs {figure['web_ms']} ms of processor time in the web processes,", end=" ")
        print(f"{figure['postgres_ms']} in Postgres.")
    print("Latency counts from when a callback was due. All of them were settled afterwards, and the audit is clean.")
    slow = median(_percentile(result, 99) for result in measured[CALLBACK])
    figures.verdict(
        f"callback p99 under {LONGEST_MS:.0f} ms at {RATE}/s offered; it is {slow:.1f} ms", slow < LONGEST_MS
    )


def _percentile(result: Result, share: int) -> float:
    """Of the latencies; who was never answered waited for longer than anybody who was."""
    return figures.percentile([*result.latencies, *[result.seconds * 1000] * result.unsent], share)
