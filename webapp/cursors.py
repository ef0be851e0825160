"""Psycopg's cursor, less what SQLAlchemy has no use for."""

from collections.abc import Sequence
from typing import Any, overload

from psycopg import Column, Cursor


class BriefCursor(Cursor[Any]):
    """Describes the columns of a result one by one when they are read. SQLAlchemy asks after every statement whether
    there are any, and knows from the first time what they are."""

    @property
    def description(self) -> Any:
        result = self.pgresult
        return Columns(self, result.nfields) if result and result.nfields else super().description


class Columns(Sequence[Column]):
    """What a cursor's result consists of."""

    def __init__(self, cursor: BriefCursor, count: int) -> None:
        self._cursor, self._count = cursor, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Column: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Column]: ...

    def __getitem__(self, index: int | slice) -> Column | Sequence[Column]:
        which = range(self._count)[index]
        return Column(self._cursor, which) if isinstance(which, int) else [Column(self._cursor, one) for one in which]
