"""The grades of a seat plan: their names while it is a draft, and the prices that a new performance begins with."""

from collections.abc import Mapping

from flask_babel import gettext as _

from webapp.admin.editing.showing import by_price
from webapp.admin.editing.states import Change, State, is_new
from webapp.concerts import seat_plans
from webapp.concerts.models import SeatPlan
from webapp.concerts.plans import Plan
from webapp.errors import EditRefused


def of(plan: SeatPlan) -> State:
    """What can be edited of a plan's grades: their names, dearest first, and prices in won where it has them."""
    return {"grades": by_price(plan, plan.prices), "prices": dict(plan.prices)}


def regrade(plan_id: int, names: Mapping[str, str], prices: Mapping[str, int], seen: str) -> Change | None:
    """Save new names and prices, each by the grade's present name; None if nothing is new.

    The seats of performances carry their grade's name, so a plan that is saved keeps its names; its prices are where
    new performances begin. What was written by hand says both in its text. Raises StaleEdit or EditRefused.
    """
    plan = seat_plans.lock(plan_id)
    before = of(plan)
    renamed = [names.get(grade, grade) for grade in before["grades"]]
    priced = {names.get(grade, grade): price for grade, price in prices.items()}
    wanted: State = {"grades": renamed, "prices": priced}
    if not is_new(before, wanted, seen):
        return None
    is_renamed = renamed != before["grades"]
    if plan.source is not None or (is_renamed and plan.saved_at is not None):
        raise EditRefused(sentence=_("The grades of this plan are fixed. Make a new plan of it to change them."))
    if is_renamed:
        plan.document = _renamed(plan.document, names)
    plan.prices = priced
    return before, wanted


def _renamed(document: Plan, names: Mapping[str, str]) -> Plan:
    sections = [
        {**section, "rows": [{**row, "grade": names.get(row["grade"], row["grade"])} for row in section["rows"]]}
        for section in document["sections"]
    ]
    return {**document, "sections": sections}  # type: ignore[typeddict-item]
