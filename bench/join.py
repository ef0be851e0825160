"""`bin/bench join`: joining the line through HTTP, beside a route that does nothing and a commit for each join."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from sqlalchemy import text

from bench import crowd, figures, load, stage
from bench.cpu import Meter
from bench.load import Result
from bench.stage import Stage
from webapp.db import db

SLUG = "nova-parade-everyone-louder"
CONNECTIONS = 64  # for each web process
ROUNDS = 3
SECONDS = 3.0
WARM_UP_SECONDS = 1.5
FANS = 24_000
LEAST_SHARE = 0.75

NOOP, FORM = "no-op", "no-op with a form"
LIMITS = (NOOP, FORM)
TOGETHER, ALONE = "joining, together", "joining, a transaction each"
GAPS = (
    "SELECT count(*), count(DISTINCT wait_number), count(DISTINCT user_id), coalesce(max(wait_number), 0)"
    " FROM sessions JOIN concerts ON concerts.id = concert_id WHERE slug = :slug"
)


@dataclass(frozen=True)
class Setting:
    """How the web process is started for one line of the table, and what it is asked."""

    what: str
    workers: int
    most_together: int = 0

    @property
    def name(self) -> str:
        return f"{self.what}, {self.workers} process{'es' if self.workers > 1 else ''}"


SETTINGS = [
    Setting(what, workers, 1 if what == ALONE else 0) for workers in (1, 4) for what in (NOOP, FORM, TOGETHER, ALONE)
]


def run(_options: object) -> None:
    """Print joins a second and what one costs, of the no-op's, with one web process and with four."""
    with stage.opened() as standing:
        _close_the_door()
        fans = iter(crowd.sign_up(FANS))
        print(
            f"Joining by signed-in fans, each once, with the form's token; {CONNECTIONS} connections for each process."
        )
        print(figures.machine(), flush=True)
        measured = {setting: _measure(standing, setting, fans) for setting in SETTINGS}
        _report(measured)
        joined = (setting for setting in SETTINGS if setting.what not in LIMITS)
        _check(sum(len(one.latencies) for setting in joined for one in measured[setting][0]))


def _measure(standing: Stage, setting: Setting, fans: Iterator[int]) -> tuple[list[Result], tuple[float, float]]:
    meter, results = Meter(standing), []
    told = {"BENCH_MOST_TOGETHER": str(setting.most_together)} if setting.most_together else {}
    with stage.web(standing, setting.workers, **told) as port:
        for seconds in [WARM_UP_SECONDS, *[SECONDS] * ROUNDS]:
            plan = load.Plan(
                port,
                CONNECTIONS * setting.workers,
                _requests(standing, setting, fans),
                seconds,
                repeat=setting.what in LIMITS,
            )
            with meter.running():
                results.append(load.run(plan))
            figures.require_all(results[-1].statuses, 200 if setting.what == NOOP else 303, setting.name)
    return results, meter.each(sum(len(one.latencies) for one in results))


def _requests(standing: Stage, setting: Setting, fans: Iterator[int]) -> list[str]:
    """Enough for one round; a fan whose turn does not come in it joins never."""
    if setting.what == NOOP:
        fan = crowd.signed_in(standing.app, 1)
        return [load.request("GET", "/noop", {"User-Agent": crowd.BROWSER, "Cookie": fan.cookie})]
    if setting.what == FORM:
        return [_form(standing, 1, "/noop/form")]
    return [_form(standing, user_id, f"/concerts/{SLUG}/line") for user_id, _ in zip(fans, range(1_300), strict=False)]


def _form(standing: Stage, user_id: int, path: str) -> str:
    fan = crowd.signed_in(standing.app, user_id)
    headers = {"User-Agent": crowd.BROWSER, "Cookie": fan.cookie}
    return load.request("POST", path, headers, f"csrf_token={fan.csrf_token}")


def _close_the_door() -> None:
    """Nobody is called: what is measured is joining."""
    db.session.execute(text("UPDATE counters SET capacity = 0"))
    db.session.commit()


def _check(joined: int) -> None:
    """As many places as answers, numbered from 1 without a gap, and every promise kept."""
    places, numbers, users, last = db.session.execute(text(GAPS), {"slug": SLUG}).one()
    db.session.rollback()
    if not places == numbers == users == last or places < joined:
        raise figures.Wrong(f"{joined} joins answered: {places} places, {numbers} numbers, {users} fans, last {last}.")
    print(f"\n{places:,} places: 0 gaps, 0 numbers twice, 0 fans twice; the last number is {last:,}.")
    figures.audit()


def _report(measured: dict[Setting, tuple[list[Result], tuple[float, float]]]) -> None:
    print(
        f"\n{'':42}{f'a second, median of {ROUNDS}':>26}{'of no-op':>10}{'of form':>9}"
        f"{'p95 ms':>9}{'web ms':>9}{'Postgres ms':>13}"
    )
    for setting, (results, (web, postgres)) in measured.items():
        rates = [one.per_second for one in results[1:]]
        share, of_form = (
            median(rates) / median(one.per_second for one in measured[Setting(limit, setting.workers)][0][1:])
            for limit in LIMITS
        )
        slow = median(figures.percentile(one.latencies, 95) for one in results[1:])
        figures.note(
            "join", "joining", what=setting.what, workers=setting.workers, per_second=rates, share=share, web_ms=web
        )
        print(
            f"{setting.name:42}{figures.spread(rates):>26}{share:>10.0%}{of_form:>9.0%}{slow:>9.0f}{web:>9.2f}{postgres:>13.2f}"
        )
        if setting.what == TOGETHER:
            figures.verdict(
                f"joining at {LEAST_SHARE:.0%} of the no-op's throughput or more; it is {share:.0%}",
                share >= LEAST_SHARE,
            )
