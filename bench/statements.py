"""The statements that the app sends, caught on their way to Postgres and written as a pgbench script."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, event

from webapp.cursors import BriefCursor

PARAMETER = re.compile(r"%\((\w+)\)s")
PING = "SELECT 1"  # the pool's, to a connection that lay idle


@contextmanager
def heard(hear: Callable[[str, Any], None]) -> Iterator[None]:
    """Call `hear` with the words and the values of each statement that this process sends meanwhile, whichever way.
    The pool's pings are none of them."""
    execute = BriefCursor.execute

    def telling(cursor: BriefCursor, words: Any, values: Any = None, **how: Any) -> Any:
        if words != PING:
            hear(words, values)
        return execute(cursor, words, values, **how)

    BriefCursor.execute = telling  # type: ignore[method-assign]
    try:
        yield
    finally:
        BriefCursor.execute = execute  # type: ignore[method-assign]


class Script:
    """What was caught. `values` says what stands for a value of this one request, `names` for a parameter's name."""

    def __init__(self, values: Mapping[object, str], names: Mapping[str, str], now: datetime) -> None:
        self.values, self.names, self.now = values, names, now
        self.lines: list[str] = []

    @contextmanager
    def catching(self, *engines: Engine) -> Iterator[None]:
        """Catch what cursors send meanwhile, and where transactions of these engines begin and end."""
        listeners: dict[str, Callable[..., None]] = {
            "begin": partial(self._bound, "BEGIN;"),
            "commit": partial(self._bound, "COMMIT;"),
            "rollback": partial(self._bound, "ROLLBACK;"),
        }
        listening = [(engine, name, listener) for engine in engines for name, listener in listeners.items()]
        for one in listening:
            event.listen(*one)
        try:
            with heard(self._execute):
                yield
        finally:
            for one in listening:
                event.remove(*one)

    def _bound(self, line: str, connection: Connection) -> None:
        """Where a transaction begins or ends; in autocommit SQLAlchemy says so too, but Postgres never hears of it."""
        if not connection.connection.dbapi_connection.autocommit:  # type: ignore[union-attr]
            self.lines.append(line)

    def _execute(self, statement: str, values: Mapping[str, object]) -> None:
        self.lines.append(PARAMETER.sub(lambda match: self._write(match[1], values[match[1]]), statement) + ";")

    def _write(self, name: str, value: object) -> str:
        if name in self.names:
            return self.names[name]
        if isinstance(value, datetime):
            return "now()" if value - self.now < timedelta(minutes=1) else "(now() + interval '5 minutes')"
        if isinstance(value, list):
            return "ARRAY[" + ", ".join(self._write(name, one) for one in value) + "]"
        if value in self.values:
            return self.values[value]
        if value is None or isinstance(value, bool | int | float):
            return "NULL" if value is None else str(value)
        assert isinstance(value, str), f"{name} is {value!r}, which this script cannot write"
        return "'" + value.replace("'", "''") + "'"
