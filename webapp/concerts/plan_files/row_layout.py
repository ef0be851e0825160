"""Where the seats of a plan written by hand stand: straight rows, floors behind each other, sections side by side."""

from flask_babel import gettext as _

from webapp.concerts.plan_files.row_lines import Rows
from webapp.concerts.plan_files.shaping import Block, Spot, plan_of
from webapp.concerts.plan_files.sketch import Floor, Part, Sketch
from webapp.concerts.plans import Plan

PITCH = 10.0  # between neighbouring seats
DEPTH = 12.0  # between rows
AISLE = 16.0  # what an aisle adds
BESIDE, BEHIND = 34.0, 40.0  # from the last seat of a section to the first of the next


def lay_out(sketch: Sketch) -> Plan:
    """The plan: every row and every floor centred on the middle of the stage."""
    blocks: list[Block] = []
    front = 0.0
    for floor in sketch.floors:
        if floor.parts:
            blocks += _floor(floor, front)
            front += DEPTH * (max(len(part.rows) for part in floor.parts) - 1) + BEHIND
    return plan_of(sketch.name or _("Hall"), blocks, sketch.stage)


def _floor(floor: Floor, front: float) -> list[Block]:
    widths = [max(_offsets(rows)[-1] for _, rows in part.rows.values()) for part in floor.parts]
    left = -(sum(widths) + BESIDE * (len(widths) - 1)) / 2
    blocks = []
    for part, width in zip(floor.parts, widths, strict=True):
        blocks.append(_block(part, left + width / 2, front))
        left += width + BESIDE
    return blocks


def _block(part: Part, middle: float, front: float) -> Block:
    block = Block(part.name)
    for depth, (name, (grade, rows)) in enumerate(part.rows.items()):
        offsets = _offsets(rows)
        block.rows[name] = [
            Spot(place, grade, middle - offsets[-1] / 2 + offset, front + DEPTH * depth)
            for place, offset in zip(rows.slots, offsets, strict=True)
            if place
        ]
    return block


def _offsets(rows: Rows) -> list[float]:
    """How far each slot of a row is from its first."""
    offsets, at = [], 0.0
    for slot in rows.slots:
        offsets.append(at)
        at += PITCH + (AISLE if slot in rows.aisles else 0)
    return offsets
