"""A draft as fans will see it, publishing it, and taking it back."""

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock
from webapp.admin.acting import act
from webapp.admin.editing import publishing
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.concerts import listing
from webapp.waiting_room import front


@blueprint.get("/concerts/<slug>/preview")
@operator_required
def preview(slug: str) -> Any:
    """The fans' page of a draft, on which nothing can be done yet; of a published concert, that page itself."""
    concert, now = listing.any_concert(slug), clock.now()
    if not concert.is_draft:
        return redirect(url_for("waiting_room.concert", slug=slug))
    return front.page(concert, None, None, now)


@blueprint.post("/concerts/<slug>/publication")
@operator_required
def publish(slug: str) -> Any:
    concert, now, was_told = listing.any_concert(slug), clock.now(), request.form.get("opens") == "at-once"
    return act(
        "publish concert",
        slug,
        lambda: publishing.publish(concert, was_told, now),
        url_for(".set_up", slug=slug),
        done=_("Published: fans see it now."),
    )


@blueprint.post("/concerts/<slug>/withdrawal")
@operator_required
def withdraw(slug: str) -> Any:
    concert = listing.any_concert(slug)
    return act(
        "withdraw concert",
        slug,
        lambda: publishing.withdraw(concert),
        url_for(".set_up", slug=slug),
        done=_("It is a draft again: only operators see it."),
    )
