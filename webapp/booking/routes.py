"""Dates, the seat map, and holding seats: for admitted fans."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from webapp import answers, clock
from webapp.booking import best, holds, plainly, seat_map, views
from webapp.booking.models import MOST_SEATS
from webapp.concerts import listing, pricing, stock
from webapp.concerts.models import Concert, Schedule, SeatPlan
from webapp.db import at_once, db, transaction
from webapp.errors import BadSeats, BookingError, HouseChanged, NoneTogether, SeatLimit, SeatsTaken
from webapp.waiting_room import admission
from webapp.waiting_room.guards import admission_required

blueprint = Blueprint("booking", __name__)

PLAN_SECONDS = int(timedelta(days=30).total_seconds())


@blueprint.get("/concerts/<slug>/schedules")
@admission_required
def dates(slug: str) -> Any:
    now = clock.now()
    _come_in()
    schedules = listing.performances(g.concert, now)
    if len(schedules) == 1:
        return redirect(url_for(".show", schedule_id=schedules[0].schedule.id), 303)
    orders = views.open_orders(current_user.id, g.concert.id, now)
    return render_template(
        "booking/dates.html", concert=g.concert, schedules=schedules, admission=g.place, orders=orders
    )


@blueprint.get("/schedules/<int:schedule_id>")
@admission_required
def show(schedule_id: int) -> str:
    holds.check_on_sale(g.schedule, clock.now())
    _come_in()
    chosen = {number for number in request.args.getlist("seat", type=int) if number}
    return _page(g.schedule, g.concert, chosen)


@blueprint.get("/schedules/<int:schedule_id>/plan.json")
@admission_required
def plan(schedule_id: int) -> Response:
    """The geometry and the prices: they never change for one edition of a schedule, so the fan's browser keeps them."""
    schedule = listing.schedule(schedule_id)  # not from memory: what is kept for a month must not be a second old
    document = db.session.get_one(SeatPlan, schedule.seat_plan_id).document
    grades = [{"name": name, "price": price} for name, price in pricing.of(schedule_id).items()]
    answer = jsonify(plan=document, grades=grades)
    answer.headers["Cache-Control"] = f"private, max-age={PLAN_SECONDS}, immutable"
    return answer


@blueprint.get("/schedules/<int:schedule_id>/seats.json")
@admission_required
def seats(schedule_id: int) -> Response:
    states = seat_map.states(schedule_id, current_user.id, clock.now())
    edition = db.session.scalar(select(Schedule.edition).where(Schedule.id == schedule_id))
    return jsonify(**states, edition=edition)


@blueprint.post("/schedules/<int:schedule_id>/holds")
@admission_required
def hold(schedule_id: int) -> Any:
    try:
        public_id = _hold(g.schedule)
    except (SeatsTaken, SeatLimit, NoneTogether, HouseChanged) as problem:
        if answers.wants_json():
            raise
        return _page_again(problem)
    address = url_for("checkout.show", public_id=public_id)
    return (jsonify(order_url=address), 201) if answers.wants_json() else redirect(address, 303)


def _hold(schedule: Schedule) -> str:
    """The public id of the order that now holds the seats wished for."""
    user_id, now, wish, edition = current_user.id, clock.now(), _wish(), request.form.get("edition", type=int)
    if isinstance(wish, int):
        with transaction():
            grade = request.form.get("grade") or None
            return best.place_best(user_id, _as_seen(schedule.id, edition), wish, grade, now).public_id
    with at_once():
        held = plainly.place(user_id, schedule, wish, now, edition)
    if held:
        return held
    seat_ids = seat_map.seat_ids(schedule.id, wish)
    with transaction():
        return holds.place(user_id, _as_seen(schedule.id, edition), seat_ids, now).public_id


def _as_seen(schedule_id: int, edition: int | None) -> Schedule:
    """The performance, if it is still the edition that the fan chose from. Raises HouseChanged.

    Seats were looked up by number before this: unless the edition has changed by now, they are those the fan saw,
    and a seat's id means the same seat for ever.
    """
    schedule = listing.schedule(schedule_id)
    if edition is not None and schedule.edition != edition:
        raise HouseChanged()
    return schedule


def _wish() -> int | list[int]:
    """How many of the best seats, or which seats by number. Raises BadSeats."""
    try:
        if count := request.form.get("best"):
            if 1 <= int(count) <= MOST_SEATS:
                return int(count)
            raise BadSeats()
        numbers = [int(number) for number in request.form.getlist("seat")]
    except ValueError:
        raise BadSeats() from None
    if any(not 0 < number < 2**31 for number in numbers):
        raise BadSeats()
    return numbers


def _come_in() -> None:
    """Opening the dates or the map is showing up: the claim time stops."""
    if g.place.claimed_at is None:
        with transaction():
            admission.claim(g.place.id, clock.now())


def _page_again(problem: BookingError) -> tuple[str, int]:
    """The fresh map, what went wrong, and the seats that can still be had kept ticked."""
    if isinstance(problem, HouseChanged):  # the numbers may be other seats' now
        schedule = listing.schedule(g.schedule.id)
        return _page(schedule, schedule.concert, set(), str(problem)), problem.status
    lost = set(problem.facts.get("seats", []))
    chosen = set(request.form.getlist("seat", type=int)) - lost
    return _page(g.schedule, g.concert, chosen, str(problem)), problem.status


def _page(schedule: Schedule, concert: Concert, chosen: set[int], problem: str | None = None) -> str:
    now = clock.now()
    user_id = current_user.id
    sections = stock.by_section(schedule.id, now)
    section = request.values.get("section") or (sections[0].name if sections else None)
    rows = seat_map.rows(schedule.id, section, user_id, now) if section else []
    return render_template(
        "booking/seat_map.html",
        concert=concert,
        schedule=schedule,
        schedules=[one for one in listing.performances(concert, now) if not one.is_over],
        admission=g.place,
        view="list" if request.values.get("view") == "list" else "map",
        sections=sections,
        grades=stock.by_grade(concert.id, now),
        section=section,
        rows=rows,
        chosen=chosen,
        problem=problem,
        order=next((one for one in views.open_orders(user_id, concert.id, now)), None),
        limit=holds.left_to_take(user_id, concert.id, now),
    )
