"""`bin/bench calling`: calling a hundred fans out of a line of a million, and joining it, beside a line of a thousand.

As in the first minutes of a sale, Postgres has statistics of the short line, and none of the long one.
"""

import time
from itertools import islice
from statistics import median

from sqlalchemy import select, text

from bench import crowd, figures, stage
from webapp import clock
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.waiting_room import admission, calling, joining
from webapp.waiting_room.models import Counter

SLUGS = {1_000: "last-stop-first-light", 1_000_000: "nova-parade-everyone-louder"}
CALLED = 100
JOINING = 100
ROUNDS = 9
LONGEST_MS = 20.0
MOST_RATIO = 1.3


def run(_options: object) -> None:
    """Print how long a call of a hundred takes in a short line and in a long one, and the long one's plan."""
    with stage.opened():
        lengths = " and ".join(f"{one:,}" for one in SLUGS)
        print(f"{CALLED} fans called in one transaction, and {JOINING} joining in another; lines of {lengths}.")
        print(figures.machine(), flush=True)
        _leave_statistics_alone()
        fans = iter(crowd.sign_up(len(SLUGS) * ROUNDS * JOINING))
        lines = {length: _line(slug, length) for length, slug in SLUGS.items()}
        called: dict[int, list[float]] = {length: [] for length in lines}
        joined: dict[int, list[float]] = {length: [] for length in lines}
        for _ in range(ROUNDS):
            for length, concert_id in lines.items():
                called[length].append(_call(concert_id))
                joined[length].append(_join(concert_id, list(islice(fans, JOINING))))
        _report(f"calling {CALLED}", called)
        _report(f"{JOINING} joining", joined)
        _explain(lines[max(SLUGS)])
        figures.audit()


def _leave_statistics_alone() -> None:
    """What nobody asks Postgres to look at, it does not look at in the midst of a measurement."""
    for table in ("sessions", "users", "sign_ins"):
        db.session.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = false)"))
    db.session.commit()


def _line(slug: str, length: int) -> int:
    crowd.fill(slug, length, admitted=0, is_known=length == min(SLUGS))
    db.session.rollback()
    return db.session.scalars(select(Concert.id).where(Concert.slug == slug)).one()


def _call(concert_id: int) -> float:
    """Make room for a hundred more and call them; milliseconds, the commit included."""
    with transaction():
        counter = db.session.get_one(Counter, concert_id)
        counter.capacity = counter.serving_number - counter.terminated_count + CALLED
    began = time.perf_counter()
    with transaction():
        called = admission.call(concert_id, clock.now())
    took = (time.perf_counter() - began) * 1000
    if called != CALLED:
        raise figures.Wrong(f"{called} fans were called, not {CALLED}.")
    return took


def _join(concert_id: int, fans: list[int]) -> float:
    """Milliseconds for so many to join at the end, the commit included."""
    began = time.perf_counter()
    with transaction():
        joining.join_all(fans, concert_id, clock.now())
    return (time.perf_counter() - began) * 1000


def _report(what: str, took: dict[int, list[float]]) -> None:
    print(f"\n{what}")
    for length, times in took.items():
        figures.note("calling", what, length=length, ms=times)
        print(f"line of {length:>9,}: {figures.spread(times, 1)} ms, median of {ROUNDS} (lowest to highest)")
    short, long = (median(times) for times in took.values())
    figures.verdict(f"{what}, behind {max(took):,}, under {LONGEST_MS:.0f} ms; it is {long:.1f} ms", long < LONGEST_MS)
    ratio = long / short
    figures.verdict(f"under {MOST_RATIO} times the time of {min(took):,}; it is {ratio:.2f}", ratio < MOST_RATIO)


def _explain(concert_id: int) -> None:
    counter, now = db.session.get_one(Counter, concert_id), clock.now()
    facts = {"line": concert_id, "now": now, "serving": counter.serving_number, "slots": CALLED}
    until = {"claim_until": now, "admitted_until": now}
    for title, statement in {"Who is called": calling.CALLING, "Whose time is over": calling.ENDING_OVERDUE}.items():
        compiled = statement.compile(db.engine)
        print(f"\n{title}, in the line of {max(SLUGS):,}:")
        asked = {name: value for name, value in {**facts, **until}.items() if name in compiled.params}
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN {compiled}", {**compiled.params, **asked})
        for line in plan.scalars():
            print(f"  {line}")
    db.session.rollback()
