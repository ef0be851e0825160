"""A starting line: actions that begin at the same moment, each in a thread and a database session of its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from flask import Flask, current_app
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from tests.emptying import empty_in_transaction
from tests.running import wait_until
from webapp.db import db, transaction
from webapp.errors import BookingError
from webapp.waiting_room import calling

PATIENCE_SECONDS = 30


def race(*actions: Callable[[], Any]) -> list[Any]:
    """Run the actions at once; each one's answer, or the error it ended with, in the order given."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    for shared in list(db.session):  # a session is one thread's: nobody may have to read these objects afresh
        if inspect(shared).expired:
            db.session.refresh(shared)
    start = Barrier(len(actions))
    with ThreadPoolExecutor(len(actions)) as threads:
        running = [threads.submit(_run, app, start, action) for action in actions]
        return [one.result(PATIENCE_SECONDS) for one in running]


def errors(outcomes: Sequence[Any], kind: type[BaseException]) -> list[Any]:
    return [one for one in outcomes if isinstance(one, kind)]


def winners(outcomes: Sequence[Any]) -> list[Any]:
    return [one for one in outcomes if not isinstance(one, BaseException)]


def meeting(count: int, verb: Callable[..., Any]) -> Callable[..., Any]:
    """`verb`, after whose work the first `count` callers wait for each other: a gap held open on purpose."""
    gate = Barrier(count)

    def met(*arguments: Any, **named: Any) -> Any:
        answer = verb(*arguments, **named)
        gate.wait(PATIENCE_SECONDS)
        return answer

    return met


def waiting_for_locks() -> int:
    """How many sessions of the database wait for a lock at this moment."""
    with db.engine.connect() as apart:
        return apart.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")) or 0


def held_up(concert_id: int, action: Callable[[], Any], meanwhile: Callable[[], None]) -> Any:
    """What comes of an action that has to wait for a line while something happens."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with ThreadPoolExecutor(1) as threads:
        with transaction():
            calling.lock(concert_id)
            running = threads.submit(_run, app, Barrier(1), action)
            wait_until(waiting_for_locks, PATIENCE_SECONDS, "the action waits for the line")
            meanwhile()
        return running.result(PATIENCE_SECONDS)


@contextmanager
def without(drop: str, restore: str) -> Iterator[None]:
    """The database without one of its guards; the data that broke the promise is emptied before it returns."""
    db.session.rollback()
    db.session.execute(text(drop))
    db.session.commit()
    try:
        yield
    finally:
        db.session.rollback()
        empty_in_transaction()
        db.session.execute(text(restore))
        db.session.commit()


def _run(app: Flask, start: Barrier, action: Callable[[], Any]) -> Any:
    with app.app_context():
        db.session.execute(text("SELECT 1"))  # connected before the start, so that nobody begins late
        start.wait(PATIENCE_SECONDS)
        try:
            return action()
        except (BookingError, DBAPIError) as error:
            return error
