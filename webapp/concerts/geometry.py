"""A seat plan as the map needs it: compact, named by its content, and so to be kept by anybody for ever.

Where seats are and what they are called; not who has them, nor what they cost.
"""

import gzip
import json
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from webapp.concerts.models import SeatPlan
from webapp.concerts.plans import Plan, Row
from webapp.concerts.together import Block, blocks_of
from webapp.db import fetch
from webapp.errors import NotFound
from webapp.memory import Recent

KEPT_SECONDS = 3_600.0
MOST_PLANS = 20  # houses a process has in memory

DOCUMENT = select(SeatPlan.document).where(SeatPlan.id == bindparam("id"))


class House(NamedTuple):
    """A plan in memory: `body` and its gzipped twin are the file `digest` names, `blocks` are for best available."""

    digest: str
    body: bytes
    zipped: bytes
    blocks: list[Block]


_houses: Recent[House] = Recent(KEPT_SECONDS, MOST_PLANS)


def house(plan_id: int) -> House:
    """The house of a plan; a plan never changes. Raises NotFound."""
    return _houses.get(plan_id, lambda: _read(plan_id))


def describe(plan: Plan) -> dict[str, Any]:
    """The same plan with a tenth of the bytes. Lengths in tenths of a unit, seats as steps from the one before.

    Seats have no numbers here: they run 1, 2, 3 ... in the order of the document.
    """
    return {
        "width": plan["width"],
        "height": plan["height"],
        "stage": plan["stage"],
        "sections": [
            {
                "name": section["name"],
                "outline": section["outline"],
                "label": section["label"],
                "rows": [_row(row) for row in section["rows"]],
            }
            for section in plan["sections"]
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    places = [seat[1] for seat in row["seats"]]
    plain = places == [str(place) for place in range(1, len(places) + 1)]
    return {
        "name": row["name"],
        "grade": row["grade"],
        "places": len(places) if plain else places,
        "x": _steps([seat[2] for seat in row["seats"]]),
        "y": _steps([seat[3] for seat in row["seats"]]),
    }


def _steps(along: list[float]) -> list[int]:
    tenths = [round(value * 10) for value in along]
    return [tenths[0], *(after - before for before, after in pairwise(tenths))]


def _house(document: Plan) -> House:
    body = json.dumps(describe(document), ensure_ascii=False, separators=(",", ":")).encode()
    return House(sha256(body).hexdigest()[:16], body, gzip.compress(body, mtime=0), blocks_of(document))


def _read(plan_id: int) -> House:
    found = fetch(DOCUMENT, id=plan_id)
    if not found:
        raise NotFound()
    return _house(found[0].document)
