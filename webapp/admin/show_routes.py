"""Cancelling a performance or a whole concert, and watching the money go back."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp import clock
from webapp.admin import log
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.checkout import closing
from webapp.concerts import listing
from webapp.concerts.models import Concert
from webapp.db import transaction
from webapp.waiting_room import steering


@blueprint.get("/concerts/<slug>/cancellation")
@operator_required
def confirm_cancellation(slug: str) -> str:
    return _page(listing.concert(slug), [])


@blueprint.post("/concerts/<slug>/cancellation")
@operator_required
def cancel_shows(slug: str) -> Any:
    """Cancel the chosen performances, or with all of them chosen the concert; typed words guard against a slip."""
    concert = listing.concert(slug)
    chosen = _chosen(concert)
    if not chosen or request.form.get("words", "").strip() != slug:
        flash(_("Choose what is cancelled, and type the name as it stands there. Nothing was cancelled."), "error")
        return _page(concert, chosen), 422
    _cancel(concert.id, slug, chosen, current_user.id)
    flash(_("Cancelled. The money goes back now; this page shows how far it is."), "info")
    return redirect(url_for(".confirm_cancellation", slug=slug), 303)


def _page(concert: Concert, chosen: Sequence[int]) -> str:
    shows = listing.performances(concert, clock.now())
    fragment = "X-Fragment" in request.headers
    return render_template(
        "admin/_closing.html" if fragment else "admin/closing.html",
        concert=concert,
        shows=shows,
        chosen=chosen,
        progress=closing.progress([one.schedule.id for one in shows]),
        is_cancelled=any(one.schedule.cancelled_at for one in shows),
        paid={one.schedule.id: closing.paid_orders(one.schedule.id) for one in shows},
    )


def _chosen(concert: Concert) -> Sequence[int]:
    known = {one.schedule.id for one in listing.performances(concert, clock.now())}
    return sorted(known & set(request.form.getlist("schedule", type=int)))


def _cancel(concert_id: int, slug: str, chosen: Sequence[int], operator_id: int) -> None:
    now = clock.now()
    with transaction():
        before, after = closing.cancel_schedules(chosen, now)
        if closing.is_wholly_cancelled(concert_id):
            sale_before, sale_after = steering.close_sale(concert_id, now)
            before, after = {**before, **sale_before}, {**after, **sale_after}
        log.note(operator_id, "cancel performances", slug, before, after, now)
