"""Exports in CSV: read a thousand rows at a time by their keys; no size needs more memory or a long transaction.

Rows are as they were when their thousand was read; no row comes twice and none is left out.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from webapp import csv_text
from webapp.admin import figures
from webapp.admin.export_queries import OF_CONCERT, OF_HOUSE, Export
from webapp.concerts.models import Concert
from webapp.db import fetch
from webapp.errors import NotFound

AT_ONCE = 1_000
HOUSE_ZONE = "Asia/Seoul"
SALES = "sales"
SALES_HEADER = ("grade", "price_from_won", "price_to_won", "seats", "sold", "held", "free", "sold_for_won")

CONCERT_NAMES = (*OF_CONCERT, SALES)


def lines(name: str, concert: Concert | None, now: datetime) -> Iterator[bytes]:
    """The export of a concert, or with None of the whole house, in pieces as they are read. Raises NotFound at once.

    Times are in the concert's zone, those of the house in Seoul's.
    """
    if concert is not None and name == SALES:
        return csv_text.encoded(SALES_HEADER, _sales(concert.id, now), concert.time_zone)
    export = (OF_HOUSE if concert is None else OF_CONCERT).get(name)
    if export is None:
        raise NotFound()
    zone = HOUSE_ZONE if concert is None else concert.time_zone
    return csv_text.encoded(export.header, _rows(export, concert.id if concert else None), zone)


def _rows(export: Export, concert_id: int | None) -> Iterator[tuple[Any, ...]]:
    statement, after = export.statement.limit(AT_ONCE), export.first
    facts = {} if concert_id is None else {"concert_id": concert_id}
    while batch := fetch(statement, after=after, **facts):
        yield from (tuple(row[1:]) for row in batch)
        after = batch[-1][0]


def _sales(concert_id: int, now: datetime) -> Iterator[tuple[Any, ...]]:
    for one in figures.count_grades(concert_id, now):
        yield one.name, one.price, one.price_to, one.total, one.sold, one.held, one.free, one.revenue
