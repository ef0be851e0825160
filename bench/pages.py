"""`bin/bench pages`: the pages of a rush beside routes that do nothing, on the same server with one worker."""

import argparse
from statistics import median

from sqlalchemy import select

from bench import crowd, figures, load, stage
from bench.cpu import Meter
from bench.stage import Stage
from webapp.concerts.models import Concert, Schedule
from webapp.db import db

SLUG = "last-stop-first-light"
LINE_LENGTH = 50_000  # fans, as product.md has them arrive
CONNECTIONS = 64  # as for joining: whoever asks together is looked up together, and a rush is what is measured
ROUNDS = 3
SECONDS = 2.5
WARM_UP_SECONDS = 1.0

Rates = dict[str, list[float]]
Costs = dict[str, list[tuple[float, float]]]

NOOP, SIGNED_IN_NOOP, WAITING_ROOM = "no-op", "no-op, signed in", "waiting room"


def add_options(parser: argparse._ArgumentGroup) -> None:
    what = f"fans who ask at once, {CONNECTIONS} unless told"
    parser.add_argument("--connections", type=int, default=CONNECTIONS, metavar="N", help=what)


def run(options: argparse.Namespace) -> None:
    """Print requests a second of each page, and how much of the no-op's that is."""
    fans = options.connections
    if not 1 <= fans <= LINE_LENGTH // 2:
        raise figures.Wrong(f"--connections is to be between 1 and {LINE_LENGTH // 2:,}, not {fans}.")
    with stage.opened() as standing:
        user_ids = crowd.fill(SLUG, LINE_LENGTH, admitted=fans)
        requests = _requests(standing, list(user_ids), fans)
        print(f"Pages: {fans} connections, each a fan, in closed loop; one web worker; a line of {LINE_LENGTH:,}.")
        print(figures.machine())
        with stage.web(standing, workers=1) as port:
            _report(*_measure(standing, requests, port, fans))
        figures.audit()


def _requests(standing: Stage, user_ids: list[int], fans: int) -> dict[str, list[str]]:
    """For each page what the fans ask: admitted ones for the seats, for the rest those spread over the line."""
    schedule_id = db.session.scalar(
        select(Schedule.id).join(Concert).where(Concert.slug == SLUG).order_by(Schedule.id).limit(1)
    )
    admitted, behind = user_ids[:fans], user_ids[fans:]
    waiting = behind[:: len(behind) // fans][:fans]
    pages = {
        NOOP: ("/noop", waiting),
        SIGNED_IN_NOOP: ("/noop/signed-in", waiting),
        WAITING_ROOM: (f"/concerts/{SLUG}/line", waiting),
        "waiting room, position": (f"/concerts/{SLUG}/line/position", waiting),
        "waiting room, status": (f"/concerts/{SLUG}/line/status", waiting),
        "listing": ("/", waiting),
        "concert": (f"/concerts/{SLUG}", waiting),
        "seat map": (f"/schedules/{schedule_id}", admitted),
        "seats.json": (f"/schedules/{schedule_id}/seats.json", admitted),
    }
    return {name: [_get(standing, path, user_id) for user_id in crew] for name, (path, crew) in pages.items()}


def _get(standing: Stage, path: str, user_id: int) -> str:
    fan = crowd.signed_in(standing.app, user_id)
    return load.request("GET", path, {"User-Agent": crowd.BROWSER, "Cookie": fan.cookie, "Accept-Language": "en"})


def _measure(standing: Stage, requests: dict[str, list[str]], port: int, fans: int) -> tuple[Rates, Costs]:
    """Requests a second of each page, once a round: what disturbs the machine disturbs all of them. And their cost."""
    measured: Rates = {name: [] for name in requests}
    costs: Costs = {}
    for seconds in [WARM_UP_SECONDS, *[SECONDS] * ROUNDS]:
        for name, asked in requests.items():
            meter = Meter(standing)
            with meter.running():
                result = load.run(load.Plan(port, fans, asked, seconds, repeat=True))
            figures.require_all(result.statuses, 200, name)
            measured[name].append(result.per_second)
            costs.setdefault(name, []).append(meter.each(len(result.latencies)))
    return {name: rates[1:] for name, rates in measured.items()}, {name: cost[1:] for name, cost in costs.items()}


def _report(measured: Rates, costs: Costs) -> None:
    title = f"requests/s, median of {ROUNDS}"
    print(f"\n{'page':24}{title:>26}{'of no-op':>10}{'of signed-in no-op':>20}{'web ms':>9}{'Postgres ms':>13}")
    for name, rates in measured.items():
        shares = [f"{_share(rates, measured[limit]):.0%}" for limit in (NOOP, SIGNED_IN_NOOP)]
        web, postgres = (f"{median(cost):.2f}" for cost in zip(*costs[name], strict=True))
        print(f"{name:24}{figures.spread(rates):>26}{shares[0]:>10}{shares[1]:>20}{web:>9}{postgres:>13}")
    share = _share(measured[WAITING_ROOM], measured[NOOP])
    print("\nThe no-op is a route of the same app, so Flask and its hooks run; signed in, it also reads who asks.")
    print("The milliseconds are processor time for each request, which depends less on who else uses the machine.")
    figures.verdict(f"the waiting room at half the no-op's throughput or more; it is {share:.0%}", share >= 0.5)


def _share(rates: list[float], limit: list[float]) -> float:
    """The median of the rounds' own ratios: both sides of each were measured within seconds of one another."""
    return median(rate / most for rate, most in zip(rates, limit, strict=True))
