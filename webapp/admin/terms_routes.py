"""The ladder of fees of one concert: what cancelling costs, and when it is too late."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webapp import clock
from webapp.admin.acting import note
from webapp.admin.editing import concert_edits, ladder_form
from webapp.admin.editing.states import fingerprint
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.concerts import listing
from webapp.db import transaction
from webapp.errors import EditRefused, StaleEdit


@blueprint.route("/concerts/<slug>/refund-terms", methods=["GET", "POST"])
@operator_required
def edit_terms(slug: str) -> Any:
    concert = listing.any_concert(slug)
    form = ladder_form.form_of(concert.refund_terms)
    steps = ladder_form.typed_steps(request.form) if form.is_submitted() else concert.refund_terms["steps"]
    problem = ""
    if form.validate_on_submit():
        terms, problem = ladder_form.terms_of(form, steps)
        if terms:
            try:
                with transaction():
                    change = concert_edits.change_terms(concert, terms, form.seen.data or "", clock.now())
                    note(change, "edit refund terms", slug)
            except EditRefused as refused:
                problem = str(refused)
                form.seen.data = "" if isinstance(refused, StaleEdit) else form.seen.data
            else:
                flash(_("Saved."), "info")
                return redirect(url_for(".set_up", slug=slug), 303)
    concert = listing.any_concert(slug)
    form.seen.data = form.seen.data or fingerprint(concert.refund_terms)
    page = render_template(
        "admin/edit/terms.html",
        form=form,
        concert=concert,
        steps=[*steps, *[("", "")] * (ladder_form.MOST_STEPS - len(steps))],
        is_bought=concert_edits.is_any_bought(concert.id, clock.now()),
        problem=problem,
    )
    return page, 422 if form.is_submitted() else 200
