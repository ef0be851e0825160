"""A refund in sentences for the fan: what was cancelled, what goes where, and when a card shows it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _

from webapp.checkout.refund_models import ASKED, BY_OPERATOR, BY_SHOW, REFUSED, RETURNED, Refund

# Korean card companies take a cancellation back off the bill three to five working days after they hear of it.
WORKING_DAYS = 5
SATURDAY = 5


def timeline(refund: Refund | None, zone: str) -> list[dict[str, Any]]:
    """What happened to a refund so far, oldest first: {at, sentence}."""
    if refund is None:
        return []
    events = [{"at": refund.created_at, "sentence": f"{_cause(refund)} {_gone_back(refund)}".strip()}]
    if refund.card_amount and refund.status == RETURNED and refund.returned_at:
        latest = _show("day", working_days_after(refund.returned_at.astimezone(ZoneInfo(zone))), zone)
        words = _("The payment company has confirmed. Your card shows the money by %(day)s.", day=latest)
        events.append({"at": refund.returned_at, "sentence": words})
    if refund.status == REFUSED and refund.refused_at:
        words = _("The payment company did not give it back by itself. Our staff are looking at it.")
        events.append({"at": refund.refused_at, "sentence": words})
    return events


def working_days_after(at: datetime) -> datetime:
    """Five working days later, in the zone of `at`. A public holiday in between, unknown here, makes it a day more."""
    day, left = at, WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day


def _cause(refund: Refund) -> str:
    if refund.cause == BY_SHOW:
        return str(_("This performance is cancelled. You get back everything you paid."))
    if refund.cause == BY_OPERATOR:
        return str(_("Our staff cancelled this order for you."))
    return str(_("You cancelled this order."))


def _gone_back(refund: Refund) -> str:
    said = []
    if refund.points_amount:
        said.append(_("%(amount)s is back in your points.", amount=_show("money", refund.points_amount)))
    if refund.card_amount and refund.status == ASKED:
        said.append(
            _(
                "%(amount)s goes back to your card: we ask the payment company until it confirms, and your card shows"
                " it three to five working days later.",
                amount=_show("money", refund.card_amount),
            )
        )
    elif refund.card_amount:
        said.append(_("%(amount)s goes back to your card.", amount=_show("money", refund.card_amount)))
    return " ".join(str(one) for one in said)


def _show(name: str, *values: Any) -> str:
    return str(current_app.jinja_env.filters[name](*values))
