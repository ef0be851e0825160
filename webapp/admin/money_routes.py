"""The operator's page that compares a provider's day with ours, and the button for money that belongs to nothing."""

from collections import Counter
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from webapp import clock
from webapp.admin import log
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.checkout import balancing, reasons, strays
from webapp.checkout.comparing import Difference
from webapp.checkout.providers import configured
from webapp.db import transaction
from webapp.errors import BookingError, NotFound, ProviderUnavailable


@blueprint.get("/reconciliation")
@operator_required
def show_reconciliation() -> Any:
    """The form; with a day in the address the comparison too."""
    key, day = _chosen(request.args)
    found: list[Difference] | None = None
    if "day" in request.args:
        try:
            found = balancing.compare(key, day)
        except ProviderUnavailable:
            flash(_("The payment company does not answer, so nothing was compared. Try again soon."), "error")
    return render_template(
        "admin/reconciliation.html",
        providers=configured().values(),
        key=key,
        day=day,
        found=None if found is None else [(one, reasons.difference(one.kind)) for one in found],
        repairable=sum(not one.needs_a_person for one in found or []),
    )


@blueprint.post("/reconciliation/repairs")
@operator_required
def repair_differences() -> Any:
    """Compare once more and put right what can be, each with its line in the log."""
    (key, day), operator_id, now = _chosen(request.form), current_user.id, clock.now()

    def note(difference: Difference, outcome: str) -> None:
        before = {"difference": difference.kind}
        log.note(operator_id, "repair payment", difference.subject, before, {"outcome": outcome}, now)

    try:
        found = [one for one in balancing.compare(key, day) if not one.needs_a_person]
        done = Counter(outcome for _difference, outcome in balancing.repair(found, now, note))
    except ProviderUnavailable:
        flash(_("The payment company does not answer, so nothing was compared. Try again soon."), "error")
    else:
        put_right = done.total() - done["ignored"]
        flash(ngettext("%(num)s payment put right.", "%(num)s payments put right.", put_right), "info")
    return redirect(url_for(".show_reconciliation", provider=key, day=day.isoformat()), 303)


@blueprint.post("/stray-payments/<int:stray_id>/cancellation")
@operator_required
def send_stray_back(stray_id: int) -> Any:
    """Ask the provider once more for money that belongs to nothing here."""
    operator_id, now = current_user.id, clock.now()
    with transaction():
        strays.send_back(stray_id, now)
        log.note(operator_id, "send stray payment back", str(stray_id), {}, {}, now)
    return redirect(url_for(".show_payments"), 303)


def _chosen(form: Any) -> tuple[str, date]:
    """The provider and the day asked for; the first one and today where nothing was. Raises NotFound, BadDay."""
    key = form.get("provider") or next(iter(configured()))
    if key not in configured():
        raise NotFound()
    try:
        return key, date.fromisoformat(form["day"]) if form.get("day") else balancing.today(clock.now())
    except ValueError:
        raise BadDay() from None


class BadDay(BookingError):
    code, status = "bad-day", 422

    def __str__(self) -> str:
        return str(_("Choose a day, as in 2026-12-24."))
