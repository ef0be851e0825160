"""The grades of a seat plan: names and prices, from their form on the plan's page."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from webapp.admin.acting import note
from webapp.admin.editing import grade_form, plan_edits
from webapp.admin.guards import operator_required
from webapp.admin.plan_routes import onwards, plan_page
from webapp.admin.routes import blueprint
from webapp.concerts import seat_plans
from webapp.db import transaction
from webapp.errors import EditRefused


@blueprint.post("/plans/<int:plan_id>/grades")
@operator_required
def edit_grades(plan_id: int) -> Any:
    """Other names or prices. A draft is nobody's yet: only what changes of a saved plan is written into the log."""
    plan = seat_plans.plan(plan_id)
    sent = grade_form.read(request.form, plan_edits.of(plan)["grades"])
    if not sent.is_valid:
        return plan_page(plan_id, grades=sent), 422
    is_saved, name, known = plan.saved_at is not None, plan.name, request.form.get("known", "")
    try:
        with transaction():
            change = plan_edits.regrade(plan_id, sent.names, sent.prices, known)
            note(change if is_saved else None, "edit plan grades", name)
    except EditRefused as problem:
        flash(str(problem), "error")
        return plan_page(plan_id, grades=sent), 409
    flash(_("Saved."), "info")
    return redirect(url_for(".show_plan", plan_id=plan_id, **onwards()), 303)
