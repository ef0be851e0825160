"""The database: the session, transactions, and what happens after a commit."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    Executable,
    MetaData,
    Row,
    create_engine,
    event,
    inspect,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, make_transient_to_detached, registry
from sqlalchemy.orm import Session as Plain
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from webapp import statements

# Named constraints, so that migrations and error handling can speak of them.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


IDLE_SECONDS = 1.0  # a connection that was used within this time is taken to be alive


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: DateTime(timezone=True)}
    )


M = TypeVar("M", bound=Base)


class ReadingSession(Session):
    """Outside `transaction()` every statement is one of its own, with no BEGIN and no ROLLBACK: for reading. What is
    written there is committed at once, which is what `at_once()` is for, and nobody else's way."""

    def get_bind(self, *arguments: Any, **named: Any) -> Any:
        if "at_once" in self.info:
            # It would begin a transaction that nobody ends.
            raise RuntimeError("In at_once() the session is not to be asked: fetch() is its one statement.")
        bind = super().get_bind(*arguments, **named)
        return bind if "after_commit" in self.info or not isinstance(bind, Engine) else autocommitting(bind)


@lru_cache
def autocommitting(engine: Engine) -> Engine:
    """The engine's twin whose connections stay in autocommit: switching one over costs as much as a read. Reads go
    through it, and what at_once() writes."""
    twin = create_engine(
        engine.url,
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        skip_autocommit_rollback=True,
        **current_app.config["SQLALCHEMY_ENGINE_OPTIONS"],
    )
    ping_idle(twin)
    return twin


# What a verb returns is still readable after the commit; a new transaction reads everything afresh.
db = SQLAlchemy(model_class=Base, session_options={"class_": ReadingSession, "expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def fetch(statement: Executable, **asked: Any) -> Sequence[Row[Any]]:
    """The rows of a statement built once, without the ORM's share of the work: for what every fan of a rush asks.

    In a transaction it is part of that, and sees nothing that was not flushed.
    """
    session = _with_connection()
    if session is not None:
        return statements.send(_connection_of(session), statement, asked)
    with autocommitting(db.engine).connect() as connection:
        return statements.send(connection, statement, asked)


def stale_in_session(model: type[Any], ids: Iterable[int]) -> None:
    """What `fetch` has written behind the session's back: objects it may hold of these rows are read afresh."""
    for one in ids:
        known = db.session.identity_map.get(identity_key(model, one))
        if known is not None:
            db.session.expire(known)


def as_read(model: type[M], values: Sequence[Any]) -> M:
    """The session's object of a row that `fetch` has just got, as if the session had read it afresh.

    `values` are those of the table's columns, in their order. For rows that were locked, and go on as objects.
    """
    facts = dict(zip(_names(model), values, strict=True))
    primary = tuple(facts[str(column.key)] for column in inspect(model).primary_key)
    known = db.session.identity_map.get(identity_key(model, primary))
    if isinstance(known, model):
        for name, value in facts.items():
            set_committed_value(known, name, value)
        return known
    new = cast(M, inspect(model).class_manager.new_instance())
    vars(new).update(facts)
    make_transient_to_detached(new)
    db.session.add(new)
    return new


@lru_cache
def _names(model: type[Any]) -> list[str]:
    mapper = inspect(model)
    return [mapper.get_property_by_column(column).key for column in mapper.local_table.columns]


def unindexed(column: Any) -> ColumnElement[Any]:
    """An integer column to filter by, and not a way in to the rows: Postgres uses no index for it.

    Statistics are the evening before's and know nothing of the concert that has just gone on sale. Asked for one fan's
    rows of it, Postgres would take it for a short one, look through all of it, and do so for each fan again.
    """
    return cast(ColumnElement[Any], column + literal_column("0"))


def survey(model: type[Any]) -> None:
    """Have Postgres look at a table once what was written has committed; by itself it would some minutes later."""
    after_commit(_analyze, model.__tablename__, once=("survey", model))


def _analyze(table: str) -> None:
    with autocommitting(db.engine).connect() as connection:
        connection.exec_driver_sql(f"ANALYZE {table}")


def some_of(model: type[Any], which: ColumnElement[bool], most: int) -> ColumnElement[bool]:
    """The condition of being among up to `most` of these rows: so what piled up goes in batches."""
    key = inspect(model).primary_key
    return tuple_(*key).in_(select(*key).where(which).limit(most))


@contextmanager
def apart() -> Iterator[Plain]:
    """A session of its own, for reading what outlives the request; over the connection that the request has already."""
    current = _with_connection()
    with Plain(current.connection() if current else autocommitting(db.engine)) as session:
        yield session


def _with_connection() -> Plain | None:
    """The session if it is in a transaction, or has read and so keeps its connection.

    To wait for a second connection while holding the first is how a pool runs dry, with everybody waiting for all.
    Asks for no session where there is none yet.
    """
    if not db.session.registry.has():
        return None
    session = db.session()
    if "at_once" in session.info:
        return None
    return session if "after_commit" in session.info or session.in_transaction() else None


def _connection_of(session: Plain) -> Connection:
    """A transaction has one, from its first statement to its end. The session looks it up anew each time, for nearly as
    long as a statement takes.

    Within a savepoint it has to: it is the session's asking for the connection that sets the savepoint.
    """
    if "after_commit" not in session.info or session.in_nested_transaction():
        return session.connection()
    connection: Connection | None = session.info.get("connection")
    if connection is None or connection.closed:
        connection = session.info["connection"] = session.connection()
    return connection


def release() -> None:
    """Give back the connection that reads have kept, if any: before a wait for others. Opens no session for that."""
    if db.session.registry.has():
        _end_reads()


def _end_reads() -> None:
    """What was read outside of a transaction is over. Within one this would undo what it has written."""
    if "after_commit" in db.session.info:
        raise RuntimeError("Not within a transaction: what it has written would be undone without a word.")
    db.session.rollback()


def ping_idle(engine: Engine) -> None:
    """Ask connections that lay idle whether Postgres is still there, and only those: under a rush none does. And those
    that were given back before one was found broken: whatever broke it may have broken them."""
    broken_at = 0.0

    @event.listens_for(engine, "invalidate")
    def suspect(_connection: Any, _record: Any, _error: Any) -> None:
        nonlocal broken_at
        broken_at = monotonic()

    @event.listens_for(engine, "checkin")
    def remember(_connection: Any, record: Any) -> None:
        record.info["returned_at"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, record: Any, _proxy: Any) -> None:
        returned_at = record.info.get("returned_at", monotonic())
        if returned_at < broken_at or monotonic() - returned_at > IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.OperationalError as gone:
                raise InvalidatePoolError() from gone


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what happens inside, or nothing of it; then run what `after_commit` collected.

    Only entry points open one. An error inside rolls everything back and goes on to the caller,
    and nothing that was to follow the commit happens.
    """
    # A read earlier in the request may have begun a transaction; its snapshot must not leak in here.
    _end_reads()
    # After a commit there is no transaction to roll back, and what it read would stay as it was.
    db.session.expire_all()
    waiting: dict[Hashable, Callable[[], None]] = {}
    db.session.info["after_commit"] = waiting
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        for name in ("after_commit", "connection"):
            db.session.info.pop(name, None)
    for action in waiting.values():
        action()


@contextmanager
def at_once() -> Iterator[None]:
    """A transaction of one statement, sent by `fetch`: it commits by itself, without two journeys more to say so."""
    _end_reads()
    waiting: dict[Hashable, Callable[[], None]] = {}
    db.session.info.update(after_commit=waiting, at_once=True)
    try:
        yield
    finally:
        for name in ("after_commit", "at_once"):
            db.session.info.pop(name, None)
        db.session.expire_all()  # what a transaction before it has left behind knows nothing of it
    for action in waiting.values():
        action()


def after_commit(action: Callable[..., Any], *arguments: Any, once: Hashable = None) -> None:
    """Call `action` once the open transaction has committed. Pass values, not models.

    Of several with the same `once` only the last is called.
    """
    waiting = db.session.info["after_commit"]
    key = object() if once is None else once
    waiting.pop(key, None)
    waiting[key] = lambda: action(*arguments)
