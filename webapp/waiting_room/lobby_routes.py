"""The lobby's pages, entering and leaving it, and the page on which anybody can check its draw."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, session, url_for
from flask_login import current_user, login_required

from webapp import clock, pages, shells
from webapp.concerts import listing, recent, stock
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.errors import LobbyClosed, NotFound, NotSignedIn
from webapp.extensions import limiter
from webapp.waiting_room import drawing, entering, lobby, lobby_views, verifying
from webapp.waiting_room.models import Counter
from webapp.waiting_room.routes import by_fan, is_signed_out

blueprint = Blueprint("lobby", __name__)

LIST_SECONDS = 86_400  # a list never changes after its draw


@blueprint.get("/concerts/<slug>/lobby")
@login_required
def show(slug: str) -> Any:
    now, user_id = clock.now(), current_user.id
    concert = recent.concert(slug)
    if concert.is_on_sale(now):
        return _to_the_line(concert, now)
    seen = lobby_views.of(concert, user_id, now)
    if seen.lot is None:
        return redirect(url_for("waiting_room.concert", slug=slug), 303)
    return _page(concert, seen, now)


@blueprint.post("/concerts/<slug>/lobby")
@limiter.limit("60 per minute", key_func=by_fan, exempt_when=is_signed_out)
def enter(slug: str) -> Any:
    """Into the lobby; or, for a page that was opened before the sale was, into the line."""
    concert_id = recent.concert(slug).id
    try:
        if is_signed_out():
            raise NotSignedIn()
        entering.gather(concert_id, session["_user_id"])
    except NotSignedIn:
        return redirect(url_for("accounts.sign_in", next=url_for(".resume", slug=slug)), 303)
    except LobbyClosed:
        if not listing.concert(slug).is_on_sale(clock.now()):
            raise
        entering.enter(concert_id, session["_user_id"])
        return redirect(url_for("waiting_room.show", slug=slug), 303)
    return redirect(url_for(".show", slug=slug), 303)


@blueprint.get("/concerts/<slug>/lobby/entering")
@login_required
def resume(slug: str) -> str:
    """Back from signing in: a form that is sent by itself, or by a button."""
    return render_template("lobby/resume.html", concert=listing.concert(slug))


@blueprint.post("/concerts/<slug>/lobby/departure")
@login_required
def leave(slug: str) -> Any:
    user_id, concert_id = current_user.id, listing.concert(slug).id
    try:
        with transaction():
            lobby.leave(user_id, concert_id, clock.now())
    except LobbyClosed:
        # The draw came first: there is a number now, and it is given up in the waiting room if at all.
        return redirect(url_for("waiting_room.show", slug=slug), 303)
    return redirect(url_for("waiting_room.concert", slug=slug), 303)


@blueprint.get("/concerts/<slug>/lobby/status")
def status(slug: str) -> Response:
    """How the lobby stands: the same for everyone, so anything between us and them may keep it for a moment."""
    answer = jsonify(lobby_views.status(recent.concert(slug), clock.now()))
    answer.headers["Cache-Control"] = "public, max-age=2"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.get("/concerts/<slug>/draw")
def draw(slug: str) -> str:
    """The draw, to be checked by whoever likes. The seed is on it from the draw on."""
    # Asked first: who asks is answered with others, and nobody may wait for them with a connection in hand.
    user_id = current_user.id if current_user.is_authenticated else None
    concert = listing.concert(slug)
    public = verifying.published(concert.id)
    if public is None:
        raise NotFound()
    lot = verifying.lot(user_id, concert.id, public) if user_id else None
    return render_template("lobby/draw.html", concert=concert, public=public, lot=lot)


@blueprint.get("/concerts/<slug>/draw.csv")
def drawn_list(slug: str) -> Response:
    """Every drawn id in the order of the numbers; nothing else about anybody."""
    concert = listing.concert(slug)
    public = verifying.published(concert.id)
    if public is None or public.fans is None:
        raise NotFound()
    answer = Response(verifying.csv(concert.id, public.fans), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="draw-{concert.slug}.csv"'
    answer.headers["Cache-Control"] = f"public, max-age={LIST_SECONDS}"
    return answer


def _to_the_line(concert: Concert, now: datetime) -> Any:
    """The sale is open: on to the number drawn. Whoever comes first finds it not drawn yet, and draws.

    Nobody waits for a draw: thousands come while a big one lasts, and each would keep a connection that others need.
    """
    concert_id, slug = concert.id, concert.slug
    if db.session.get_one(Counter, concert_id).awaits_draw and not _draw(concert_id, now):
        seen = lobby_views.of(concert, current_user.id, now)
        if seen.lot is not None:
            return _page(concert, seen, now)
    return redirect(url_for("waiting_room.show", slug=slug), 303)


def _draw(concert_id: int, now: datetime) -> bool:
    with transaction():
        return drawing.try_draw_at(concert_id, now)


def _page(concert: Concert, seen: lobby_views.Lobby, now: datetime) -> bytes:
    """The lobby: the same for everybody in it but for their lot."""
    shared = {"concert": concert, "lobby": seen, "grades": stock.by_grade(concert.id, now)}
    return shells.render(
        "lobby/show.html", (concert.id, seen.state), {"lot": seen.lot, "asked_at": pages.iso(now)}, **shared
    )
