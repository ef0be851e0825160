"""Dates: putting one on in a house, its prices, giving it another house, copying, archiving and deleting it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webapp import clock
from webapp.admin.acting import act, note
from webapp.admin.editing import schedule_edits, showing
from webapp.admin.editing.forms import ScheduleForm, blame, read_prices
from webapp.admin.editing.states import Change, fingerprint, on_the_wall
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.booking import rehousing
from webapp.concerts import listing, pricing, seat_plans
from webapp.concerts.models import Concert, Schedule, SeatPlan
from webapp.db import transaction
from webapp.errors import EditRefused


@blueprint.route("/concerts/<slug>/schedules/new", methods=["GET", "POST"])
@operator_required
def new_schedule(slug: str) -> Any:
    """A date in the house `?plan=`, or like the date `?from=`; without either, the choice of a house."""
    concert, model = listing.any_concert(slug), request.args.get("from", type=int)
    like = listing.any_schedule(model) if model else None
    plan_id = like.seat_plan_id if like else request.args.get("plan", type=int)
    if plan_id is None:
        return render_template("admin/edit/choose_plan.html", concert=concert, plans=seat_plans.listed(), schedule=None)
    plan = seat_plans.plan(plan_id)
    prices = pricing.of(like.id) if like else plan.prices
    grades = showing.by_price(plan, prices)
    form = _form(concert, like)
    entered, priced, wrong = _prices(grades, prices)
    if form.validate_on_submit() and not wrong:
        times = form.times()
        try:
            with transaction():
                made, is_new = schedule_edits.create(concert, plan, times, priced)
                if is_new:
                    note(({}, schedule_edits.of(made)), "create performance", _subject(concert, made))
        except EditRefused as problem:
            blame(form, problem.facts.get("field"), str(problem))
        else:
            flash(_("Saved."), "info")
            return redirect(url_for(".set_up", slug=slug), 303)
    return _page(form, concert, None, plan, entered, wrong)


@blueprint.route("/schedules/<int:schedule_id>/edit", methods=["GET", "POST"])
@operator_required
def edit_schedule(schedule_id: int) -> Any:
    schedule = listing.any_schedule(schedule_id)
    concert, plan, prices = schedule.concert, seat_plans.plan(schedule.seat_plan_id), pricing.of(schedule_id)
    form = _form(concert, schedule)
    entered, priced, wrong = _prices(list(prices), prices)
    saved: Mapping[str, Any] = {}
    if form.validate_on_submit() and not wrong:
        times, seen = form.times(), form.seen.data or ""
        try:
            with transaction():
                change = schedule_edits.change(schedule_id, times, priced, seen)
                note(change, "edit performance", _subject(concert, schedule))
        except EditRefused as problem:
            saved = problem.facts.get("saved", {})
            blame(form, problem.facts.get("field"), str(problem))
        else:
            flash(_("Saved."), "info")
            return redirect(url_for(".set_up", slug=concert.slug), 303)
    if saved or request.method == "GET":
        form.seen.data = fingerprint(schedule_edits.of(listing.any_schedule(schedule_id)))
    return _page(form, concert, schedule, plan, entered, wrong, saved)


@blueprint.route("/schedules/<int:schedule_id>/plan", methods=["GET", "POST"])
@operator_required
def change_plan(schedule_id: int) -> Any:
    """Another house for a date: the choice, then what it would do, then doing it."""
    schedule, now = listing.any_schedule(schedule_id), clock.now()
    plan_id = request.args.get("plan", type=int)
    if plan_id is None:
        plans = [one for one in seat_plans.listed() if one[0].id != schedule.seat_plan_id]
        return render_template("admin/edit/choose_plan.html", concert=schedule.concert, plans=plans, schedule=schedule)
    plan = seat_plans.plan(plan_id)
    known = plan.prices | pricing.of(schedule_id)
    grades = showing.by_price(plan, known)
    entered, priced, wrong = _prices(grades, known)
    problem, seen, subject = "", request.form.get("seen", ""), _subject(schedule.concert, schedule)
    if request.method == "POST" and not wrong:
        try:
            with transaction():
                change = schedule_edits.rehouse(schedule_id, plan_id, priced, seen, now)
                note(change, "change plan of performance", subject)
        except EditRefused as refused:
            problem = str(refused)
        else:
            flash(_("Saved."), "info")
            return redirect(url_for(".set_up", slug=listing.any_schedule(schedule_id).concert.slug), 303)
    schedule = listing.any_schedule(schedule_id)
    page = render_template(
        "admin/edit/replace.html",
        concert=schedule.concert,
        schedule=schedule,
        plan=plan,
        grades=grades,
        entered=entered,
        wrong=wrong,
        problem=problem,
        seen=seen if request.method == "POST" and wrong else fingerprint(schedule_edits.of(schedule)),
        outlook=rehousing.outlook(schedule_id, plan, now),
        picture=showing.picture(plan.document, grades),
    )
    return page, 409 if problem else 422 if wrong and request.method == "POST" else 200


@blueprint.post("/schedules/<int:schedule_id>/archiving")
@operator_required
def archive_schedule(schedule_id: int) -> Any:
    now = clock.now()
    return _act("archive performance", schedule_id, lambda: schedule_edits.archive(schedule_id, now))


@blueprint.post("/schedules/<int:schedule_id>/restoring")
@operator_required
def restore_schedule(schedule_id: int) -> Any:
    return _act("restore performance", schedule_id, lambda: schedule_edits.restore(schedule_id))


@blueprint.post("/schedules/<int:schedule_id>/deletion")
@operator_required
def delete_schedule(schedule_id: int) -> Any:
    return _act("delete performance", schedule_id, lambda: schedule_edits.remove(schedule_id))


def _act(action: str, schedule_id: int, change: Callable[[], Change]) -> Any:
    schedule = listing.any_schedule(schedule_id)
    onwards = url_for(".set_up", slug=schedule.concert.slug)
    return act(action, _subject(schedule.concert, schedule), change, onwards)


def _form(concert: Concert, schedule: Schedule | None) -> ScheduleForm:
    times = ("starts_at", "doors_at") if schedule else ()
    form = ScheduleForm(data={name: on_the_wall(getattr(schedule, name), concert.time_zone) for name in times})
    form.zone = concert.time_zone
    return form


def _prices(grades: list[str], known: Mapping[str, int]) -> tuple[dict[str, str], dict[str, int], dict[str, Any]]:
    if request.method == "POST":
        return read_prices(request.form, grades)
    return {grade: str(known.get(grade, "")) for grade in grades}, {}, {}


def _page(
    form: ScheduleForm,
    concert: Concert,
    schedule: Schedule | None,
    plan: SeatPlan,
    entered: dict[str, str],
    wrong: dict[str, Any],
    saved: Mapping[str, Any] = {},
) -> Any:
    page = render_template(
        "admin/edit/schedule.html",
        form=form,
        concert=concert,
        schedule=schedule,
        plan=plan,
        entered=entered,
        wrong=wrong,
        saved=pricing.of(schedule.id) if saved and schedule else {},
        sold=schedule_edits.sold([schedule.id]).get(schedule.id, 0) if schedule else 0,
    )
    return page, 409 if saved else 422 if form.is_submitted() else 200


def _subject(concert: Concert, schedule: Schedule) -> str:
    return f"{concert.slug} {on_the_wall(schedule.starts_at, concert.time_zone):%Y-%m-%d %H:%M}"
