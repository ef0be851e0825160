"""`bin/bench draw`: the draw of a lobby of 100,000, beside the same rows inserted in random order and nothing else."""

import time
from dataclasses import dataclass
from statistics import median

from sqlalchemy import event, select, text

from bench import figures, stage
from bench.cpu import spent
from webapp import clock
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.waiting_room import drawing, lobby, verifying

SLUG = "winter-strings"
FANS = 100_000
CAPACITY = 100
ROUNDS = 3
LONGEST_SECONDS = 5.0

FILL = (
    "INSERT INTO users (email, name, password) SELECT 'lobby-' || n || '@frontrow.test', 'Fan ' || n, '-'"
    " FROM generate_series(1, :fans) n",
    "INSERT INTO lobby_entries (user_id, concert_id, entered_at)"
    " SELECT id, :concert_id, :now FROM users WHERE email LIKE 'lobby-%'",
)
# Nothing but the rows: their numbers come from a random order, with no key, no hash and nobody to call.
LIMIT = (
    "INSERT INTO sessions (public_id, user_id, concert_id, wait_number, created_at)"
    " SELECT public_id, user_id, concert_id, row_number() OVER (ORDER BY random()), :now"
    " FROM lobby_entries WHERE concert_id = :concert_id AND left_at IS NULL"
)
# The draw is kept by a trigger for good reasons; a bench draws again.
AGAIN = (
    "TRUNCATE sessions CASCADE",
    "ALTER TABLE draws DISABLE TRIGGER USER",
    "DELETE FROM draws",
    "ALTER TABLE draws ENABLE TRIGGER USER",
    "ALTER TABLE counters DISABLE TRIGGER USER",
    "UPDATE counters SET created_count = 0, serving_number = 0, awaits_draw = false WHERE concert_id = :concert_id",
    "ALTER TABLE counters ENABLE TRIGGER USER",
)


@dataclass(frozen=True)
class Round:
    """Seconds: of the statement, of the whole transaction with its calls and its commit, and of the limit's.

    `transaction_cpu` and `limit_cpu` are Postgres' processor time, which depends less on who else uses the machine.
    """

    statement: float
    transaction: float
    limit: float
    transaction_cpu: float
    limit_cpu: float


def run(_options: object) -> None:
    """Print how long a draw takes, and how much of that Postgres needs for the rows alone."""
    with stage.opened() as standing:
        concert_id = _fill()
        print(f"A draw of {FANS:,} fans, {CAPACITY} of them called at once; median of {ROUNDS}.")
        print(figures.machine(), flush=True)
        rounds = [_round(concert_id, standing.pids["postgres"]) for _ in range(ROUNDS)]
    _report(rounds)


def _fill() -> int:
    concert_id: int = db.session.scalars(select(Concert.id).where(Concert.slug == SLUG)).one()
    with transaction():
        for statement in FILL:
            db.session.execute(text(statement), {"fans": FANS, "concert_id": concert_id, "now": clock.now()})
        db.session.execute(text("UPDATE counters SET capacity = :capacity"), {"capacity": CAPACITY})
    return concert_id


def _round(concert_id: int, postgres: int) -> Round:
    before = spent(postgres)
    limit = _limit(concert_id)
    limit_cpu = spent(postgres) - before
    _again(concert_id)
    with transaction():
        lobby.open_lobby(concert_id, clock.now())
    with transaction():
        db.session.execute(text("UPDATE concerts SET sale_opens_at = :now WHERE id = :id"), _facts(concert_id))
    before = spent(postgres)
    statement, whole = _draw(concert_id)
    cpu = spent(postgres) - before
    figures.audit()
    public = verifying.published(concert_id)
    if public is None or public.fans != FANS or verifying.faults(concert_id, public):
        raise figures.Wrong("The draw is not what its seed gives.")
    _again(concert_id)
    return Round(statement, whole, limit, cpu, limit_cpu)


def _draw(concert_id: int) -> tuple[float, float]:
    """The draw as the worker does it: seconds of the statement that gives the numbers, and of the transaction."""
    statements: list[float] = []
    began = 0.0

    def begin(*_: object) -> None:
        nonlocal began
        began = time.perf_counter()

    def end(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO sessions"):
            statements.append(time.perf_counter() - began)

    listeners = {"before_cursor_execute": begin, "after_cursor_execute": end}
    for name, listener in listeners.items():
        event.listen(db.engine, name, listener)
    started = time.perf_counter()
    with transaction():
        drawing.draw_at(concert_id, clock.now())
    whole = time.perf_counter() - started
    for name, listener in listeners.items():
        event.remove(db.engine, name, listener)
    return statements[0], whole


def _limit(concert_id: int) -> float:
    started = time.perf_counter()
    with transaction():
        db.session.execute(text(LIMIT), _facts(concert_id))
    return time.perf_counter() - started


def _again(concert_id: int) -> None:
    """The lobby as it was before its draw, with another seed to come and the sale an hour away."""
    with transaction():
        for statement in AGAIN:
            db.session.execute(text(statement), _facts(concert_id))
        soon = "UPDATE concerts SET sale_opens_at = CAST(:now AS timestamptz) + interval '30 minutes' WHERE id = :id"
        db.session.execute(text(soon), _facts(concert_id))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _facts(concert_id: int) -> dict[str, object]:
    return {"concert_id": concert_id, "id": concert_id, "now": clock.now()}


def _report(rounds: list[Round]) -> None:
    names = {
        "transaction": "the draw: transaction, with calls and commit",
        "statement": "of which the one statement",
        "limit": "limit: the rows in random order, committed",
        "transaction_cpu": "processor time in Postgres, the draw",
        "limit_cpu": "processor time in Postgres, the limit",
    }
    taken = {name: [getattr(one, name) for one in rounds] for name in names}
    for name, words in names.items():
        print(f"{words:48}{figures.spread(taken[name], 2):>24} s")
    ratio = median(one.transaction / one.limit for one in rounds)
    print(f"\nA draw takes {ratio:.2f} times as long as writing its rows. Audit and recomputed order are clean.")
    middle = median(taken["transaction"])
    figures.verdict(f"a draw of {FANS:,} under {LONGEST_SECONDS:.0f} s; it is {middle:.2f} s", middle < LONGEST_SECONDS)
    seconds = {f"{name}_seconds": round(median(values), 4) for name, values in taken.items()}
    figures.note("draw", "draw", fans=FANS, ratio=round(ratio, 3), **seconds)
