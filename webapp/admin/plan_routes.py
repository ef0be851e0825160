"""Seat plans: importing one, looking at it before it is saved, renaming, copying, archiving and deleting it."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp import clock
from webapp.admin.acting import act, note
from webapp.admin.editing import grade_form, plan_edits, showing
from webapp.admin.editing.forms import PlanFileForm, PlanNameForm, blame
from webapp.admin.editing.grade_form import Grades
from webapp.admin.editing.states import Change, fingerprint
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.concerts import seat_plans
from webapp.concerts.plan_files import limits, reading, warnings
from webapp.concerts.plan_files.problems import BadPlanFile, Problem
from webapp.db import transaction
from webapp.errors import EditRefused

IMPORT = "admin.import_plan"
AROUND = 64 * 1024  # what a form needs besides its file


@blueprint.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A plan may be larger than other bodies. It is decided here, before anything has read the form."""
    if endpoint == IMPORT and current_user.is_authenticated and current_user.is_operator:
        request.max_content_length = limits.MOST_BYTES + AROUND
        request.max_form_memory_size = 4 * limits.MOST_TEXT_BYTES


@blueprint.get("/plans")
@operator_required
def show_plans() -> str:
    archived = request.args.get("part") == "archived"
    return render_template("admin/edit/plans.html", plans=seat_plans.listed(archived=archived), archived=archived)


@blueprint.route("/plans/import", methods=["GET", "POST"])
@operator_required
def import_plan() -> Any:
    """Read a file or what was written here; what comes of it is a draft, shown before it is saved."""
    model = request.args.get("from", type=int)
    known = seat_plans.plan(model) if model else None
    form = PlanFileForm(data={"name": known.name, "text": known.source} if known else None)
    problems: list[Problem] = []
    if form.validate_on_submit():
        data = _sent(form)
        try:
            found, now = reading.read(data), clock.now()
        except BadPlanFile as bad:
            problems = bad.problems
            _keep(form, data)
        else:
            with transaction():
                draft = seat_plans.draft(found, form.name.data or "", now)
            return redirect(url_for(".show_plan", plan_id=draft.id, **onwards()), 303)
    page = render_template("admin/edit/import.html", form=form, problems=problems, onwards=onwards())
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/plans/<int:plan_id>")
@operator_required
def show_plan(plan_id: int) -> str:
    return plan_page(plan_id)


@blueprint.post("/plans/<int:plan_id>")
@operator_required
def save_plan(plan_id: int) -> Any:
    """Save a draft, or another name."""
    form, now = PlanNameForm(), clock.now()
    if form.validate_on_submit():
        name, seen = form.name.data, form.seen.data
        try:
            with transaction():
                made = seat_plans.save(plan_id, name, now)
                note(made, "create plan", name)
                if made is None:
                    before, after = seat_plans.rename(plan_id, name, seen)
                    note((before, after) if before != after else None, "rename plan", name)
        except EditRefused as problem:
            blame(form, problem.facts.get("field"), str(problem))
        else:
            flash(_("Saved."), "info")
            if slug := onwards().get("for"):
                return redirect(url_for(".new_schedule", slug=slug, plan=plan_id), 303)
            return redirect(url_for(".show_plan", plan_id=plan_id), 303)
    return plan_page(plan_id, form), 422


@blueprint.post("/plans/<int:plan_id>/copies")
@operator_required
def copy_plan(plan_id: int) -> Any:
    with transaction():
        made = seat_plans.copy(plan_id, clock.now())
    return redirect(url_for(".show_plan", plan_id=made.id), 303)


@blueprint.post("/plans/<int:plan_id>/archiving")
@operator_required
def archive_plan(plan_id: int) -> Any:
    now = clock.now()
    return _act("archive plan", plan_id, lambda: seat_plans.set_archived(plan_id, now))


@blueprint.post("/plans/<int:plan_id>/restoring")
@operator_required
def restore_plan(plan_id: int) -> Any:
    return _act("restore plan", plan_id, lambda: seat_plans.set_archived(plan_id, None))


@blueprint.post("/plans/<int:plan_id>/deletion")
@operator_required
def delete_plan(plan_id: int) -> Any:
    return _act("delete plan", plan_id, lambda: seat_plans.remove(plan_id))


def _act(action: str, plan_id: int, change: Callable[[], Change]) -> Any:
    back = url_for(".show_plan", plan_id=plan_id)
    return act(action, seat_plans.plan(plan_id).name, change, url_for(".show_plans"), back)


def plan_page(plan_id: int, form: PlanNameForm | None = None, grades: Grades | None = None) -> str:
    """The plan, with the form that was just sent as it was sent."""
    plan = seat_plans.plan(plan_id)
    known = plan_edits.of(plan)
    return render_template(
        "admin/edit/plan.html",
        form=form or PlanNameForm(formdata=None, data={"name": plan.name, "seen": plan.name}),
        grades=(grades or grade_form.shown(known["grades"], plan.prices)).entries,
        known=fingerprint(known),
        plan=plan,
        warnings=[warnings.said(one) for one in plan.warnings],
        figures=showing.figures(plan, plan.prices),
        picture=showing.picture(plan.document, showing.by_price(plan, plan.prices)),
        used=seat_plans.uses(plan_id),
        onwards=onwards(),
    )


def _sent(form: PlanFileForm) -> bytes:
    if not form.file.data:
        return (form.text.data or "").encode()
    with form.file.data.stream as file:
        return bytes(file.read(limits.MOST_BYTES + 1))


def _keep(form: PlanFileForm, data: bytes) -> None:
    """A browser does not send a file twice: a small one comes back as text, to be mended on the page."""
    if form.file.data and len(data) <= limits.MOST_TEXT_BYTES and not data.lstrip().startswith((b"{", b"[")):
        form.text.data = data.decode("utf-8", "replace").replace("\0", "")


def onwards() -> dict[str, Any]:
    """The concert that the plan is for, if somebody came from there."""
    return {"for": request.values["for"]} if request.values.get("for") else {}
