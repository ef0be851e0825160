"""The operator's pages: every concert, one concert's line and house, and steering them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp import clock
from webapp.admin import action_words, charts, house, log
from webapp.admin.guards import operator_required
from webapp.concerts import listing
from webapp.db import transaction
from webapp.errors import BookingError
from webapp.waiting_room import calling, steering

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

LOG_PAGE = 50
MOST_DIGITS = 18  # longer is a slip of the keyboard; what is shorter is told its bounds


@blueprint.get("")
@operator_required
def index() -> str:
    return render_template("admin/index.html", houses=house.overview(clock.now()))


@blueprint.get("/concerts/<slug>")
@operator_required
def concert(slug: str) -> Any:
    """The line, the sale and the house; a draft has none of them to steer, and leads to where it is edited."""
    now, is_fragment = clock.now(), "X-Fragment" in request.headers
    concert = listing.concert(slug) if is_fragment else listing.any_concert(slug)
    if concert.is_draft:
        return redirect(url_for(".set_up", slug=slug))
    houses = house.houses(concert.id, now)
    totals, line = house.totals(houses), house.line(concert.id, now)
    return render_template(
        "admin/_house.html" if is_fragment else "admin/concert.html",
        concert=concert,
        state=listing.sale_state(concert, totals["free"], now),
        line=line,
        chart=None if is_fragment else charts.draw(concert, line, request.args.get("hours", 1, type=int), now),
        houses=houses,
        totals=totals,
        in_review=house.money_to_look_at(now, concert.id),
    )


@blueprint.post("/concerts/<slug>/line/pause")
@operator_required
def pause(slug: str) -> Any:
    return _steer(slug, "pause line", steering.pause)


@blueprint.post("/concerts/<slug>/line/resume")
@operator_required
def resume(slug: str) -> Any:
    return _steer(slug, "resume line", steering.resume)


@blueprint.post("/concerts/<slug>/line/capacity")
@operator_required
def capacity(slug: str) -> Any:
    return _steer(
        slug,
        "change capacity",
        lambda id, now: steering.set_capacity(id, _number("capacity", _("Served at once")), now),
    )


@blueprint.post("/concerts/<slug>/line/rate")
@operator_required
def rate(slug: str) -> Any:
    def change(concert_id: int, now: Any) -> steering.Change:
        per_minute = (
            _number("per_minute", _("Admissions per minute")) if request.form.get("per_minute", "").strip() else None
        )
        return steering.set_rate(concert_id, per_minute, now)

    return _steer(slug, "change rate", change)


@blueprint.post("/concerts/<slug>/line/message")
@operator_required
def message(slug: str) -> Any:
    words = request.form.get("message", "")
    return _steer(slug, "message to everyone waiting", lambda id, now: steering.say(id, words, now))


@blueprint.post("/concerts/<slug>/sale/opening")
@operator_required
def open_sale(slug: str) -> Any:
    return _steer(slug, "open sale", steering.open_sale)


@blueprint.post("/concerts/<slug>/sale/closing")
@operator_required
def close_sale(slug: str) -> Any:
    return _steer(slug, "close sale", steering.close_sale)


@blueprint.post("/concerts/<slug>/lobby")
@operator_required
def lobby(slug: str) -> Any:
    return _steer(slug, "change lobby", lambda id, now: steering.set_lobby(id, _number("minutes", _("Lobby")), now))


@blueprint.get("/log")
@operator_required
def show_log() -> str:
    part = request.args.get("part")
    actions = log.newest(request.args.get("before", type=int), LOG_PAGE, {"door": True, "desk": False}.get(part or ""))
    older = url_for(".show_log", part=part, before=actions[-1]["id"]) if len(actions) == LOG_PAGE else None
    return render_template("admin/log.html", actions=actions, older=older, part=part)


def _steer(slug: str, action: str, change: Callable[[int, Any], steering.Change]) -> Any:
    """Carry an action out and note it, in one transaction; a number out of bounds is said on the page."""
    concert_id, operator_id = listing.concert(slug).id, current_user.id
    try:
        with transaction():
            calling.lock(concert_id)  # first the lock, then the clock: whoever is called loses none of their time
            now = clock.now()
            before, after = change(concert_id, now)
            log.note(operator_id, action, slug, before, after, now)
    except BookingError as problem:
        flash(str(problem), "error")
    else:
        flash(_("Done: %(what)s.", what=action_words.said(action)), "info")
    return redirect(url_for(".concert", slug=slug), 303)


def _number(field: str, label: str) -> int:
    text = request.form.get(field, "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise steering.BadSteering(sentence=_("%(field)s: enter a whole number.", field=label))
    return int(text)
