"""The statements that the app sends, caught on their way to Postgres and written as a pgbench script."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, event

PARAMETER = re.compile(r"%\((\w+)\)s")


class Script:
    """What was caught. `values` says what stands for a value of this one request, `names` for a parameter's name."""

    def __init__(self, values: Mapping[object, str], names: Mapping[str, str], now: datetime) -> None:
        self.values, self.names, self.now = values, names, now
        self.lines: list[str] = []

    @contextmanager
    def catching(self, engine: Engine) -> Iterator[None]:
        """Catch what goes to this engine meanwhile. The pool's pings do not pass here."""
        listeners: dict[str, Callable[..., None]] = {
            "before_cursor_execute": self._execute,
            "begin": partial(self._bound, "BEGIN;"),
            "commit": partial(self._bound, "COMMIT;"),
            "rollback": partial(self._bound, "ROLLBACK;"),
        }
        for name, listener in listeners.items():
            event.listen(engine, name, listener)
        try:
            yield
        finally:
            for name, listener in listeners.items():
                event.remove(engine, name, listener)

    def _bound(self, line: str, connection: Connection) -> None:
        """Where a transaction begins or ends; in autocommit SQLAlchemy says so too, but Postgres never hears of it."""
        if not connection.connection.dbapi_connection.autocommit:  # type: ignore[union-attr]
            self.lines.append(line)

    def _execute(
        self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        for row in parameters if isinstance(parameters, list) else [parameters]:
            written = PARAMETER.sub(lambda match, row=row: self._write(match[1], row[match[1]]), statement)  # type: ignore[misc]
            self.lines.append(written + ";")

    def _write(self, name: str, value: object) -> str:
        if name in self.names:
            return self.names[name]
        if isinstance(value, datetime):
            return "now()" if value - self.now < timedelta(minutes=1) else "(now() + interval '5 minutes')"
        if isinstance(value, list):
            return "ARRAY[" + ", ".join(self._write(name, one) for one in value) + "]"
        if value in self.values:
            return self.values[value]
        if value is None or isinstance(value, bool | int):
            return "NULL" if value is None else str(value)
        assert isinstance(value, str), f"{name} is {value!r}, which this script cannot write"
        return "'" + value.replace("'", "''") + "'"
