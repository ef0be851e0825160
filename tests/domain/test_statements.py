"""Statements sent over the connection's own cursor: the same rows and the same errors as SQLAlchemy's way."""

from typing import Any

import pytest
from sqlalchemy import ARRAY, Connection, Integer, String, any_, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, InvalidRequestError, OperationalError

from tests.builders import concert, fan
from webapp import statements
from webapp.accounts.models import User
from webapp.concerts.models import Concert
from webapp.db import at_once, autocommitting, db, fetch, transaction

CONCERTS = select(*Concert.__table__.columns).order_by(Concert.id)
NAMED = select(User.id, User.name).where(User.name == any_(bindparam("names", type_=ARRAY(String)))).order_by(User.id)
EITHER = select(User.id).where(User.id.in_(bindparam("ids", expanding=True))).order_by(User.id)
RENAMING = update(User).where(User.id == bindparam("user", type_=Integer)).values(name="50 % off").returning(User.name)
BACKEND = text("SELECT pg_backend_pid() AS pid").columns(pid=Integer)
FOLLOWER = insert(User).values(email="Holder@frontrow.test", name="Somebody", password="-").returning(User.id)


@pytest.fixture(autouse=True)
def _house(house: Any) -> None:
    concert("low-tide")
    for role in ("holder", "waiter"):
        fan(role)


@pytest.mark.parametrize(
    ("statement", "asked"),
    [
        (CONCERTS, {}),
        (NAMED, {"names": ["Holder", "Waiter", "Nobody"]}),
        (EITHER, {"ids": [1, 2, 3]}),
        (text("SELECT 5 % 3 AS rest, :word AS word").columns(rest=Integer, word=String), {"word": "100 %"}),
    ],
)
def test_the_rows_are_those_of_the_other_way(statement: Any, asked: dict[str, Any]) -> None:
    theirs = db.session.execute(statement, asked).all()
    for _ in range(2):
        ours = fetch(statement, **asked)
        assert ours == theirs
        assert [row._fields for row in ours] == [row._fields for row in theirs]
    assert theirs


def test_in_a_transaction_it_sees_what_that_has_written_and_is_undone_with_it() -> None:
    user = fetch(NAMED, names=["Holder"])[0].id
    with pytest.raises(IntegrityError):
        _rename_and_fail(user)
    assert [row.id for row in fetch(NAMED, names=["Holder"])] == [user]


def _rename_and_fail(user: int) -> None:
    with transaction():
        assert fetch(RENAMING, user=user)[0].name == "50 % off"
        assert [row.id for row in fetch(NAMED, names=["50 % off"])] == [user]
        fetch(FOLLOWER)


def test_within_a_savepoint_it_is_undone_with_that_and_what_came_before_stays() -> None:
    holder, waiter = fetch(NAMED, names=["Holder", "Waiter"])
    with transaction():
        fetch(RENAMING, user=holder.id)
        with pytest.raises(IntegrityError):
            _rename_within_a_savepoint_and_fail(waiter.id)
        assert [row.id for row in fetch(NAMED, names=["50 % off", "Waiter"])] == [holder.id, waiter.id]
    assert [row.name for row in fetch(NAMED, names=["50 % off", "Waiter"])] == ["50 % off", "Waiter"]


def _rename_within_a_savepoint_and_fail(user: int) -> None:
    with db.session.begin_nested():
        fetch(RENAMING, user=user)
        fetch(FOLLOWER)


def test_a_constraint_speaks_as_it_does_the_other_way_and_the_next_is_answered() -> None:
    with pytest.raises(IntegrityError, match="email"), at_once():
        fetch(FOLLOWER)
    assert len(fetch(NAMED, names=["Holder", "Somebody"])) == 1


def test_when_a_connection_breaks_one_hears_of_it_and_whoever_comes_next_is_answered() -> None:
    twin = autocommitting(db.engine)
    with twin.connect() as keeper:
        with twin.connect() as one, twin.connect() as other:
            pids = [ready.scalar(text("SELECT pg_backend_pid()")) for ready in (one, other)]
        for pid in pids:
            assert keeper.scalar(text("SELECT pg_terminate_backend(:pid, 60000)"), {"pid": pid})
        with pytest.raises(OperationalError) as broken:
            fetch(NAMED, names=["Holder"])
        assert broken.value.connection_invalidated
        assert len(fetch(NAMED, names=["Holder"])) == 1  # the other was given back before: it is asked first


def test_a_value_that_cannot_be_sent_costs_nobody_a_connection() -> None:
    with autocommitting(db.engine).connect() as one:
        pid = one.scalar(BACKEND)
    for _ in range(2):
        with pytest.raises(UnicodeEncodeError):
            fetch(NAMED, names=["half a letter: \ud800"])
    assert fetch(BACKEND)[0].pid == pid


def test_whoever_is_ended_in_the_middle_of_a_statement_takes_the_connection_with_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with autocommitting(db.engine).connect() as keeper:
        pid = fetch(BACKEND)[0].pid
        with monkeypatch.context() as ending:
            ending.setattr(statements, "_cursor", Ended)
            with pytest.raises(SystemExit):
                fetch(BACKEND)
        assert fetch(BACKEND)[0].pid not in {pid, keeper.scalar(BACKEND)}


class Ended:
    """A cursor in the midst of whose statement the process is ended."""

    def __init__(self, connection: Connection) -> None:
        self.connection: Any = connection.connection.driver_connection

    def execute(self, words: str, values: Any) -> None:
        self.connection.pgconn.send_query(b"SELECT pg_sleep(1)")
        raise SystemExit(1)


def test_a_value_that_nobody_gave_is_not_taken_for_null() -> None:
    with pytest.raises(InvalidRequestError, match="names"):
        fetch(NAMED)


def test_words_may_return_their_columns_in_another_order_than_they_list_them() -> None:
    turned = text("SELECT 1 AS first, ARRAY[2] AS second").columns(second=ARRAY(Integer), first=Integer)
    for _ in range(2):
        row = fetch(turned)[0]
        assert (row.first, row.second) == (1, [2])
