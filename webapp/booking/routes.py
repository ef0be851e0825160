"""Dates, the seat map, and holding seats: for admitted fans."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from webapp import answers, clock
from webapp.booking import best, holds, house_page, plainly, seat_map, views
from webapp.booking.models import MOST_SEATS
from webapp.concerts import geometry, listing
from webapp.concerts.models import Schedule
from webapp.db import at_once, transaction
from webapp.errors import (
    BadSeats,
    BookingError,
    ChoiceGone,
    HouseChanged,
    NoneTogether,
    NoSeatsChosen,
    NotFound,
    SeatLimit,
    SeatsTaken,
)
from webapp.waiting_room import admission
from webapp.waiting_room.guards import admission_required

blueprint = Blueprint("booking", __name__)

PLAN_SECONDS = int(timedelta(days=365).total_seconds())


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
def show(schedule_id: int) -> bytes:
    holds.check_on_sale(g.schedule, clock.now())
    _come_in()
    chosen = {number for number in request.args.getlist("seat", type=int) if number}
    return _page(chosen)


@blueprint.get("/plans/<int:plan_id>/<digest>.json")
def plan(plan_id: int, digest: str) -> Response:
    """Where the seats of a house are: the same for everybody and, under the name of its content, for ever."""
    house = geometry.house(plan_id)
    if digest != house.digest:
        raise NotFound()  # whoever is shown a plan knows its name
    zipped = _takes_gzip()
    answer = Response(house.zipped if zipped else house.body, mimetype="application/json")
    if zipped:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = f"public, max-age={PLAN_SECONDS}, immutable"
    return answer


@blueprint.get("/schedules/<int:schedule_id>/seats.json")
@admission_required
def seats(schedule_id: int) -> Response:
    """Who has which seat, as numbers and states only. Asked again with its ETag, an unchanged house is a 304."""
    states = seat_map.states(schedule_id, current_user.id, clock.now())
    zipped = _takes_gzip()
    answer = Response(mimetype="application/json")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Accept-Encoding, Cookie"
    answer.set_etag(states.etag)
    if answer.make_conditional(request).status_code == 200:
        answer.set_data(states.body(zipped=zipped))
        if zipped:
            answer.headers["Content-Encoding"] = "gzip"
    return answer


@blueprint.post("/schedules/<int:schedule_id>/holds")
@admission_required
def hold(schedule_id: int) -> Any:
    _come_in()  # the map may have been open since before this turn
    try:
        public_id = _hold(g.schedule)
    except (BadSeats, NoSeatsChosen, SeatsTaken, SeatLimit, NoneTogether, HouseChanged) as problem:
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
    """How many of the best seats, or which seats by number. Raises BadSeats, ChoiceGone."""
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
    if not numbers and request.form.get("gone"):
        raise ChoiceGone()
    return numbers


def _come_in() -> None:
    """Opening the dates or the map, or choosing on one, is showing up: the claim time stops."""
    if g.place.claimed_at is None:
        with transaction():
            admission.claim(g.place.id, clock.now())


def _page_again(problem: BookingError) -> tuple[bytes, int]:
    """The fresh map, what went wrong, and the seats that can still be had kept ticked."""
    if isinstance(problem, HouseChanged):  # the numbers may be other seats' now
        g.schedule = listing.schedule(g.schedule.id)
        return _page(set(), str(problem)), problem.status
    lost = set(problem.facts.get("seats", []))
    chosen = set(request.form.getlist("seat", type=int)) - lost
    return _page(chosen, str(problem)), problem.status


def _page(chosen: set[int], problem: str | None = None) -> bytes:
    wish = house_page.Wish(request.values.get("view") == "list", request.values.get("section"), chosen, problem)
    return house_page.render(g.schedule, g.place, current_user.id, wish, clock.now())


def _takes_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0
