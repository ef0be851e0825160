"""The concert's page, joining its line, the waiting room, and leaving."""

from datetime import datetime
from typing import Any
from zlib import crc32

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, session, url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_required

from webapp import answers, clock
from webapp.concerts import listing, recent, stock
from webapp.db import transaction
from webapp.errors import NotSignedIn, NotYourTurn
from webapp.extensions import limiter
from webapp.waiting_room import (
    admission,
    calling,
    entering,
    front,
    lobby,
    lobby_views,
    presence,
    room,
    tick,
    views,
    visiting,
)
from webapp.waiting_room.guards import place_known, place_noted

blueprint = Blueprint("waiting_room", __name__)

# Kept for a second, and shown for one more while one request renews it: after that a pause would be seen.
STATUS_KEPT = "public, max-age=1, stale-while-revalidate=1"


def by_fan() -> str:
    """Whose tries these are, for a limit: a campus or a phone network is one address and thousands of fans.

    The sign-in's key is in the cookie; asking Postgres who that is would be the dearer part of joining. Who has none is
    only sent to sign in, as often as they like.
    """
    return f"sign-in:{session['_user_id']}" if "_user_id" in session else get_remote_address()


def is_signed_out() -> bool:
    return "_user_id" not in session


@blueprint.get("/concerts/<slug>")
@place_noted
def concert(slug: str) -> bytes:
    now, concert = clock.now(), g.concert
    if lobby_views.needs_seed(concert, now):
        # The commitment is to be seen from the moment the lobby opens, whether or not the clock has come by.
        concert_id = concert.id
        with transaction():
            lobby.open_lobby(concert_id, now)
    user_id = current_user.id if current_user.is_authenticated else None
    return front.page(concert, g.place, user_id, now)


@blueprint.post("/concerts/<slug>/line")
@limiter.limit("60 per minute", key_func=by_fan, exempt_when=is_signed_out)
def join(slug: str) -> Any:
    """Join in the next batch; who asks is read with everybody else in it."""
    concert_id = recent.concert(slug).id
    try:
        if is_signed_out():
            raise NotSignedIn()
        entering.enter(concert_id, session["_user_id"])
    except NotSignedIn:
        # The wish survives signing in: the page that follows joins without asking again.
        return redirect(url_for("accounts.sign_in", next=url_for(".resume_join", slug=slug)), 303)
    return redirect(request.path, 303)  # the waiting room has the address that was posted to


@blueprint.get("/concerts/<slug>/line/joining")
@login_required
def resume_join(slug: str) -> str:
    """Back from signing in: a form that is sent by itself, or by a button."""
    return render_template("waiting_room/resume_join.html", concert=listing.concert(slug))


@blueprint.get("/concerts/<slug>/line")
@place_known
def show(slug: str) -> Any:
    if g.place is None:
        return redirect(url_for(".concert", slug=slug), 303)
    now = clock.now()
    seen = room.view(g.concert, g.place, now)
    if seen.place.state == "called":
        return redirect(url_for("booking.dates", slug=slug), 303)
    _is_here(seen, now)
    return room.page(seen, now)


@blueprint.get("/concerts/<slug>/line/position")
@place_known
def position(slug: str) -> Any:
    """Where this fan stands: a fragment of the waiting room, or JSON."""
    if g.place is None:
        raise NotYourTurn(concert_slug=slug, ahead=None)
    now = clock.now()
    seen = room.view(g.concert, g.place, now)
    _is_here(seen, now)
    if "X-Fragment" in request.headers:
        return room.fragment(seen)
    return jsonify(views.position(seen.place, seen.wait, seen.line))


@blueprint.get("/concerts/<slug>/line/status")
def status(slug: str) -> Response:
    """The tick and what is left: the same for everyone, so anything between us and them may keep it for a second."""
    concert, now = recent.concert(slug), clock.now()
    line = tick.of(visiting.counter(concert.id), concert, now)
    return cacheable(line | {"stock": stock.coarse(concert.id, now)})


@blueprint.get("/concerts/<slug>/line/departure")
@login_required
def confirm_leave(slug: str) -> Any:
    concert = listing.concert(slug)
    place = views.place(current_user.id, concert.id, clock.now())
    if place is None:
        return redirect(url_for(".concert", slug=slug), 303)
    return render_template("waiting_room/leave.html", concert=concert, place=place)


@blueprint.post("/concerts/<slug>/line/departure")
@login_required
def leave(slug: str) -> Any:
    user_id, concert_id = current_user.id, listing.concert(slug).id
    with transaction():
        calling.lock(concert_id)  # first the lock, then the clock: whoever is called next loses none of their time
        admission.leave(user_id, concert_id, clock.now())
    return redirect(url_for(".show", slug=slug), 303)


@blueprint.app_errorhandler(NotYourTurn)
def not_your_turn(error: NotYourTurn) -> Any:
    if answers.wants_json():
        return answers.answer(error)
    concert = listing.concert(error.facts["concert_slug"])
    page = render_template("waiting_room/not_your_turn.html", concert=concert, ahead=error.facts["ahead"])
    return page, error.status


def _is_here(seen: room.View, now: datetime) -> None:
    """Who asks for their place is present."""
    if seen.place.state == "waiting":
        presence.here.asks(seen.concert.id, seen.place.number, now)


def cacheable(line: dict[str, Any]) -> Response:
    """The tick as an answer with an ETag of its state; the time it was made is no part of the state."""
    answer = jsonify(line)
    answer.headers["Cache-Control"] = STATUS_KEPT
    known = line.get("stock", {})
    left = crc32(repr((known.get("grades"), known.get("prices"))).encode())
    answer.set_etag(f"{line['concert']}-{line['sequence']}-{line['state']}-{left:x}")
    answer.make_conditional(request)
    return answer
