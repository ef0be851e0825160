"""Statements as Postgres gets them: compiled by SQLAlchemy once, then sent over the connection's own cursor.

For what every fan of a rush asks. Between a statement and its rows SQLAlchemy does three times the work that psycopg
does, most of it finding out again what it found out the time before.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Dialect, Executable, Row
from sqlalchemy.engine import result_tuple
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import TextualSelect
from sqlalchemy.types import TypeEngine

CURSOR = "frontrow_cursor"
MOST_KEPT = 500  # statements of ours are made once and live as long as the process

Process = Callable[[Any], Any]


class Statement:
    """One statement in Postgres's words, and what its types do to values on the way there and back."""

    def __init__(self, statement: Any, compiled: SQLCompiler, asked: frozenset[str]) -> None:
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.words, self.dialect = compiled.string, compiled.dialect
        given = compiled.construct_params(dict.fromkeys(asked))  # raises for a value that nobody gave
        self.given = {name: value for name, value in given.items() if name not in asked}
        there = {name: self._of(bind.type).bind_processor(self.dialect) for name, bind in binds.items()}
        self.there: dict[str, Process] = {name: process for name, process in there.items() if process}
        self.columns = statement.exported_columns
        self.by_name = isinstance(statement, TextualSelect)
        # Both known once Postgres has said what it returns.
        self.row: Callable[[Sequence[Any]], Row[Any]] | None = None
        self.back: list[Process | None] = []
        self.is_read = False

    def values(self, asked: dict[str, Any]) -> dict[str, Any]:
        values = {**self.given, **asked}
        for name, process in self.there.items():
            values[name] = process(values[name])
        return values

    def rows(self, cursor: psycopg.Cursor[Any], found: Sequence[Sequence[Any]]) -> list[Row[Any]]:
        row = self.row or self._learn(cursor.description or [])
        return [row(self._read(one)) for one in found] if self.is_read else [row(one) for one in found]

    def _learn(self, said: Sequence[psycopg.Column]) -> Callable[[Sequence[Any]], Row[Any]]:
        """Words may list what they return in another order than they return it."""
        names = [one.name for one in said] if self.by_name else list(self.columns.keys())
        columns = [self.columns[name] for name in names] if self.by_name else list(self.columns)
        kinds = zip(columns, said, strict=True)
        self.back = [self._of(column.type).result_processor(self.dialect, one.type_code) for column, one in kinds]
        self.is_read = any(self.back)
        self.row = result_tuple(names)
        return self.row

    def _read(self, found: Sequence[Any]) -> list[Any]:
        return [process(value) if process else value for process, value in zip(self.back, found, strict=True)]

    def _of(self, kind: TypeEngine[Any]) -> TypeEngine[Any]:
        return kind.dialect_impl(self.dialect)


def send(connection: Connection, statement: Executable, asked: dict[str, Any]) -> Sequence[Row[Any]]:
    """The rows of a statement, in whatever transaction the connection is. Raises what SQLAlchemy would."""
    told = _told(statement, frozenset(asked), connection.dialect)
    if told is None:
        return connection.execute(statement, asked).all()
    values = told.values(asked)
    try:
        cursor = _cursor(connection)
        found = cursor.execute(told.words, values).fetchall()
    except psycopg.Error as error:
        raise _translated(connection, error, told.words, values) from error
    except BaseException:
        if _is_busy(connection):
            connection.invalidate()  # broken off in the middle of an answer: nobody can use it any more
        raise
    return told.rows(cursor, found)


@lru_cache(MOST_KEPT)
def _told(statement: Any, asked: frozenset[str], dialect: Dialect) -> Statement | None:
    """None for one that SQLAlchemy has to look at each time: lists written out in it, or values made up in Python; and
    for words that do not say what they return."""
    if not hasattr(statement, "exported_columns"):
        return None
    compiled = statement.compile(dialect=dialect, column_keys=sorted(asked))
    if compiled.post_compile_params or compiled.literal_execute_params or compiled.prefetch:
        return None
    return Statement(statement, compiled, asked)


def _cursor(connection: Connection) -> psycopg.Cursor[Any]:
    """The connection's own cursor, which knows from the last time how values are written and read."""
    lent = connection.connection
    cursor: psycopg.Cursor[Any] | None = lent.info.get(CURSOR)
    if cursor is None:
        cursor = lent.info[CURSOR] = lent.driver_connection.cursor()  # type: ignore[union-attr]
    return cursor


def _is_busy(connection: Connection) -> bool:
    """Whether Postgres is still answering. What could not be written as a value has never been sent."""
    if connection.closed or connection.invalidated:
        return False
    plain: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    return plain.pgconn.transaction_status == TransactionStatus.ACTIVE


def _translated(connection: Connection, error: psycopg.Error, words: str, values: dict[str, Any]) -> BaseException:
    """The error as SQLAlchemy says it. A connection that is gone is not used again."""
    is_gone = connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]
    if is_gone:
        connection.invalidate(error)
    return DBAPIError.instance(
        words, values, error, psycopg.Error, connection_invalidated=is_gone, dialect=connection.dialect
    )
