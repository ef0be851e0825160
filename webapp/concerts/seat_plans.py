"""Seat plans from a draft to the archive. A document never changes: new seats are a new plan."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import delete, func, null, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import defer

from webapp.concerts.models import Schedule, SeatPlan
from webapp.concerts.plan_files.reading import Reading
from webapp.concerts.plans import Plan, seats_of
from webapp.db import db
from webapp.errors import EditRefused, NotFound

DRAFT_KEPT = timedelta(days=1)

Change = tuple[dict[str, Any], dict[str, Any]]


class Portion(NamedTuple):
    """The seats of one grade in one section."""

    section: str
    grade: str
    seats: int
    section_ko: str = ""


def listed(*, archived: bool = False) -> list[tuple[SeatPlan, int]]:
    """The saved plans, newest first, without their documents, and for how many performances each is used."""
    is_wanted = SeatPlan.archived_at.is_not(None) if archived else SeatPlan.archived_at.is_(None)
    used = select(func.count()).where(Schedule.seat_plan_id == SeatPlan.id).correlate(SeatPlan).scalar_subquery()
    statement = (
        select(SeatPlan, used)
        .options(defer(SeatPlan.document), defer(SeatPlan.source))
        .where(SeatPlan.saved_at.is_not(None), is_wanted)
        .order_by(SeatPlan.saved_at.desc(), SeatPlan.id.desc())
    )
    return [(plan, count) for plan, count in db.session.execute(statement)]


def plan(plan_id: int) -> SeatPlan:
    """The plan or draft with this id. Raises NotFound."""
    found = db.session.get(SeatPlan, plan_id)
    if found is None:
        raise NotFound()
    return found


def uses(plan_id: int) -> int:
    """For how many performances a plan is used."""
    return db.session.scalar(select(func.count()).where(Schedule.seat_plan_id == plan_id)) or 0


def draft(reading: Reading, name: str, now: datetime) -> SeatPlan:
    """Keep what a file says for somebody to look at. Drafts that nobody saved within a day go."""
    over = (SeatPlan.saved_at.is_(None)) & (SeatPlan.created_at < now - DRAFT_KEPT)
    db.session.execute(delete(SeatPlan).where(over).execution_options(synchronize_session=False))
    made = SeatPlan(
        name=name or reading.plan["name"],
        document=reading.plan,
        source=reading.source,
        prices=reading.prices,
        warnings=reading.warnings,
        created_at=now,
        saved_at=null(),  # None would mean: leave it to the default, which is now
    )
    db.session.add(made)
    db.session.flush()
    return made


def copy(plan_id: int, now: datetime) -> SeatPlan:
    """A draft with the same seats."""
    known = plan(plan_id)
    name = _("%(name)s (copy)", name=known.name)[:120]
    return draft(Reading(known.document, known.prices, [], known.source), name, now)


def save(plan_id: int, name: str, now: datetime) -> Change | None:
    """Make a draft a plan, once; None for one that is a plan already. Raises NotFound."""
    locked = lock(plan_id)
    if locked.saved_at is not None:
        return None
    locked.saved_at, locked.name = now, name
    return {}, about(locked)


def rename(plan_id: int, name: str, seen: str) -> Change:
    """Raises StaleEdit when its name is not `seen` any more."""
    locked = lock(plan_id)
    before = about(locked)
    if locked.name not in {seen, name}:
        raise EditRefused(field="name", sentence=_("Meanwhile it was renamed to “%(name)s”.", name=locked.name))
    locked.name = name
    return before, about(locked)


def set_archived(plan_id: int, at: datetime | None) -> Change:
    """An archived plan is offered for no new performance; those that use it go on."""
    locked = lock(plan_id)
    before = about(locked)
    locked.archived_at = at
    return before, about(locked)


def remove(plan_id: int) -> Change:
    """Delete a plan that no performance uses. Raises EditRefused."""
    locked = lock(plan_id)
    before = about(locked)
    try:
        with db.session.begin_nested():
            db.session.delete(locked)
            db.session.flush()
    except IntegrityError:
        raise EditRefused(sentence=_("A performance uses this plan. Archive it instead.")) from None
    return before, {}


def lock(plan_id: int) -> SeatPlan:
    """Lock a plan against other edits and read it afresh. Raises NotFound."""
    statement = select(SeatPlan).where(SeatPlan.id == plan_id).with_for_update(key_share=True)
    found = db.session.scalar(statement, execution_options={"populate_existing": True})
    if found is None:
        raise NotFound()
    return found


def about(plan: SeatPlan) -> dict[str, Any]:
    """What the log says of a plan."""
    archived = plan.archived_at.isoformat() if plan.archived_at else None
    return {"name": plan.name, "seats": plan.seat_count, "prices": plan.prices, "archived_at": archived}


def grades_of(document: Plan) -> list[str]:
    """The grades of a plan in the order in which they first stand in it."""
    return list(dict.fromkeys(row["grade"] for section in document["sections"] for row in section["rows"]))


def portions_of(document: Plan) -> list[Portion]:
    """How many seats of each grade each section has."""
    counts = Counter((seat.section, seat.section_ko, seat.grade) for seat in seats_of(document))
    return [Portion(section, grade, seats, section_ko) for (section, section_ko, grade), seats in counts.items()]
