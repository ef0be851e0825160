"""Putting on a concert: its form, the page that shows what is still missing, its archive, its ladder of fees."""

from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp import clock
from webapp.admin import house, log
from webapp.admin.acting import act, note
from webapp.admin.editing import concert_edits, publishing, schedule_edits
from webapp.admin.editing.forms import POSTERS, ConcertForm, EditConcertForm, NewConcertForm, blame
from webapp.admin.editing.states import fingerprint, on_the_wall
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.concerts import listing
from webapp.concerts.models import Concert
from webapp.concerts.posters import poster
from webapp.db import db, transaction
from webapp.errors import EditRefused
from webapp.waiting_room.models import Counter


@blueprint.get("/archive")
@operator_required
def show_archive() -> str:
    return render_template("admin/edit/archive.html", houses=house.overview(clock.now(), archived=True))


@blueprint.route("/concerts/new", methods=["GET", "POST"])
@operator_required
def new_concert() -> Any:
    """A concert from nothing, or `?from=` another one."""
    model = listing.any_concert(request.args["from"]) if request.args.get("from") else None
    form = NewConcertForm(data=_shown(model) if model else {"lobby_minutes": 60, "capacity": 100})
    if form.validate_on_submit():
        operator_id, now = current_user.id, clock.now()
        try:
            with transaction():
                terms = dict(model.refund_terms) if model else None
                made, is_new = concert_edits.create(form.slug.data or "", form.values(), terms, now)
                if is_new:
                    log.note(operator_id, "create concert", made.slug, {}, concert_edits.of(made), now)
        except EditRefused as problem:
            blame(form, problem.facts.get("field"), str(problem))
        else:
            return redirect(url_for(".set_up", slug=made.slug), 303)
    return _page("admin/edit/concert.html", form, concert=None, model=model, saved={})


@blueprint.get("/concerts/<slug>/setup")
@operator_required
def set_up(slug: str) -> str:
    """What is there of a concert, and what is still missing before it can sell."""
    concert = listing.any_concert(slug)
    shows, now = schedule_edits.of_concert(concert.id), clock.now()
    return render_template(
        "admin/edit/setup.html",
        concert=concert,
        shows=shows,
        sold=schedule_edits.sold([schedule.id for schedule, _plan, _prices in shows]),
        now=now,
        ready=publishing.readiness(concert, now) if concert.is_draft else None,
        can_be_draft=not concert.is_draft and publishing.why_it_stays(concert) is None,
    )


@blueprint.route("/concerts/<slug>/edit", methods=["GET", "POST"])
@operator_required
def edit_concert(slug: str) -> Any:
    concert = listing.any_concert(slug)
    form = EditConcertForm(data=_shown(concert))
    form.poster.choices = [(word, word) for word in _posters(concert)]
    saved: dict[str, Any] = {}
    if form.validate_on_submit():
        values, seen, now = form.values(), form.seen.data or "", clock.now()
        try:
            with transaction():
                note(concert_edits.change(concert, values, seen, now), "edit concert", slug)
        except EditRefused as problem:
            saved = problem.facts.get("saved", {})
            blame(form, problem.facts.get("field"), str(problem))
        else:
            flash(_("Saved."), "info")
            return redirect(url_for(".set_up", slug=slug), 303)
    concert = listing.any_concert(slug)
    if saved or request.method == "GET":
        form.seen.data = fingerprint(concert_edits.of(concert))
    return _page("admin/edit/concert.html", form, concert=concert, model=None, saved=_differing(form, concert, saved))


@blueprint.get("/concerts/<slug>/posters/<word>.svg")
@operator_required
def show_poster_choice(slug: str, word: str) -> Response:
    concert = listing.any_concert(slug)
    answer = Response(poster(word, concert.title, concert.artist), mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer


@blueprint.post("/concerts/<slug>/archiving")
@operator_required
def archive_concert(slug: str) -> Any:
    concert, now = listing.any_concert(slug), clock.now()
    back = url_for(".set_up", slug=slug)
    return act("archive concert", slug, lambda: concert_edits.archive(concert, now), url_for(".show_archive"), back)


@blueprint.post("/concerts/<slug>/restoring")
@operator_required
def restore_concert(slug: str) -> Any:
    concert = listing.any_concert(slug)
    return act("restore concert", slug, lambda: concert_edits.restore(concert), url_for(".set_up", slug=slug))


@blueprint.post("/concerts/<slug>/deletion")
@operator_required
def delete_concert(slug: str) -> Any:
    concert = listing.any_concert(slug)
    back = url_for(".set_up", slug=slug)
    return act("delete concert", slug, lambda: concert_edits.remove(concert), url_for(".index"), back)


def _page(template: str, form: ConcertForm, **shown: Any) -> Any:
    return render_template(template, form=form, **shown), 409 if shown.get(
        "saved"
    ) else 422 if form.is_submitted() else 200


def _shown(concert: Concert) -> dict[str, Any]:
    counter = db.session.get_one(Counter, concert.id)
    about = concert_edits.state(concert, counter)
    return about | {"sale_opens_at": on_the_wall(concert.sale_opens_at, concert.time_zone)}


def _posters(concert: Concert) -> list[str]:
    words = [concert.poster, "", *(f"{concert.slug}-{count}" for count in range(2, POSTERS + 1))]
    return list(dict.fromkeys(words))[:POSTERS]


def _differing(form: ConcertForm, concert: Concert, saved: dict[str, Any]) -> dict[str, Any]:
    """Of a stale form: what is saved where it is not what was typed. Times to the minute, as the form has them."""
    shown = {name: _to_the_minute(value) for name, value in _shown(concert).items()} if saved else {}
    typed = {name: _to_the_minute(form[name].data) for name in shown if name in form}
    return {name: shown[name] for name in typed if typed[name] != shown[name]}


def _to_the_minute(value: Any) -> Any:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value
