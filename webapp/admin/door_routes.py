"""The door's pages: choosing a performance, scanning its tickets, taking a mistaken scan back."""

from datetime import timedelta
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from webapp import clock
from webapp.admin import log
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.checkout import door
from webapp.concerts import listing
from webapp.concerts.models import Concert, Schedule
from webapp.db import db, transaction

LATEST = 10
GATE_KEPT = timedelta(days=30)
OPEN_FOR = timedelta(hours=12)  # after its start a performance stays on the list of the door


@blueprint.get("/door")
@operator_required
def choose_door() -> str:
    statement = (
        select(Schedule)
        .join(Schedule.concert)
        .options(contains_eager(Schedule.concert))
        .where(Schedule.starts_at > clock.now() - OPEN_FOR, Concert.published_at.is_not(None))
        .order_by(Schedule.starts_at)
        .limit(60)
    )
    return render_template("admin/doors.html", schedules=db.session.scalars(statement).all())


@blueprint.get("/door/<int:schedule_id>")
@operator_required
def show_door(schedule_id: int) -> Response:
    return _page(listing.schedule(schedule_id), None)


@blueprint.post("/door/<int:schedule_id>/gate")
@operator_required
def name_gate(schedule_id: int) -> Any:
    """Remember, in this browser, at which gate it stands."""
    answer = redirect(url_for(".show_door", schedule_id=schedule_id), 303)
    gate = request.form.get("gate", "").strip()[: door.LONGEST_GATE]
    answer.set_cookie(
        "gate", gate, max_age=GATE_KEPT, httponly=True, samesite="Lax", secure=request.is_secure, path="/admin/door"
    )
    return answer


@blueprint.post("/door/<int:schedule_id>/scans")
@operator_required
def scan(schedule_id: int) -> Response:
    """Answer a code. The answer is a page, or with X-Fragment its part that changes."""
    operator_id, now, code = current_user.id, clock.now(), request.form.get("code", "")
    with transaction():
        answer = door.admit(code, schedule_id, operator_id, _gate(), now)
        if answer.kind == door.WELCOME:
            nobody = {"came_at": None, "gate": None}
            log.note(operator_id, log.CHECK_IN, answer.code, nobody, door.state(answer), now)
    return _page(listing.schedule(schedule_id), answer)


@blueprint.post("/door/<int:schedule_id>/scans/<code>/undoing")
@operator_required
def undo_scan(schedule_id: int, code: str) -> Any:
    operator_id, now = current_user.id, clock.now()
    with transaction():
        before, after = door.take_back(code, schedule_id)
        log.note(operator_id, log.UNDO_CHECK_IN, door.tidy_code(code), before, after, now)
    return redirect(url_for(".show_door", schedule_id=schedule_id), 303)


def _page(schedule: Schedule, answer: door.Answer | None) -> Response:
    page = render_template(
        "admin/_scan.html" if "X-Fragment" in request.headers else "admin/door.html",
        schedule=schedule,
        concert=schedule.concert,
        answer=answer,
        count=door.count(schedule.id),
        latest=door.latest(schedule.id, LATEST),
        gate=_gate(),
    )
    response = make_response(page)
    response.headers["Permissions-Policy"] = "camera=(self)"
    return response


def _gate() -> str:
    return request.cookies.get("gate", "").replace("\0", "")[: door.LONGEST_GATE]
