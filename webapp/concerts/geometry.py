"""A seat plan as the map needs it: compact, named by its content, and so to be kept by anybody for ever.

Where seats are and what they are called; not who has them, nor what they cost.
"""

import gzip
import json
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import String, bindparam, cast, literal_column, select

from webapp.concerts.models import SeatPlan
from webapp.concerts.plans import Plan, Row
from webapp.concerts.together import Block, blocks_of
from webapp.db import fetch
from webapp.errors import NotFound
from webapp.memory import Recent

LOOK_AGAIN_SECONDS = 1.0  # whether it is still the same plan: a database may be restored under us
KEPT_SECONDS = 3_600.0
MOST_PLANS = 20  # houses a process has in memory

# A row's xmin is another for another row, and asking for it does not bring a megabyte of plan along.
EDITION = select(cast(literal_column("seat_plans.xmin"), String)).where(SeatPlan.id == bindparam("id"))
DOCUMENT = select(SeatPlan.document).where(SeatPlan.id == bindparam("id"))


class House(NamedTuple):
    """A plan in memory: `body` and its gzipped twin are the file `digest` names, `blocks` are for best available."""

    digest: str
    body: bytes
    zipped: bytes
    blocks: list[Block]


_editions: Recent[str] = Recent(LOOK_AGAIN_SECONDS)
_houses: Recent[House] = Recent(KEPT_SECONDS, MOST_PLANS)


def house(plan_id: int) -> House:
    """The house of a plan as it is now, a second's grace given. Raises NotFound."""
    edition = _editions.get(plan_id, lambda: _edition(plan_id))
    return _houses.get((plan_id, edition), lambda: _house(fetch(DOCUMENT, id=plan_id)[0].document))


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
                # In both languages: the file is the same for everybody.
                **({"name_ko": section["name_ko"]} if "name_ko" in section else {}),
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


def _edition(plan_id: int) -> str:
    found = fetch(EDITION, id=plan_id)
    if not found:
        raise NotFound()
    return str(found[0][0])
