"""Cancelling a paid order: the ladder and the exact amounts first, then the button."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from webapp import answers, clock
from webapp.booking.models import PAID, Order
from webapp.checkout import refunding, views
from webapp.checkout.numbers import whole_number
from webapp.db import transaction
from webapp.errors import BookingError, FeeChanged, NotFound, TicketUsed, TooLateToCancel

blueprint = Blueprint("refunds", __name__)


@blueprint.get("/orders/<public_id>/refund")
@login_required
def confirm(public_id: str) -> Any:
    order = views.of_fan(public_id, current_user.id)
    if order.status != PAID:
        return redirect(url_for("checkout.show", public_id=public_id), 303)
    return _page(order)


@blueprint.post("/orders/<public_id>/refund")
@login_required
def cancel(public_id: str) -> Any:
    user_id = current_user.id
    order_id = views.of_fan(public_id, user_id).id
    try:
        fee = whole_number(request.form.get("fee"))
        with transaction():
            refunding.cancel(user_id, order_id, fee, clock.now())
    except (FeeChanged, TicketUsed, TooLateToCancel) as problem:
        return _again(views.of_fan(public_id, user_id), problem)
    return redirect(url_for("checkout.show", public_id=public_id), 303)


def _again(order: Order, problem: BookingError) -> Any:
    """The page once more, with what stood in the way; the order may have been refunded in the meantime."""
    if answers.wants_json():
        raise problem
    try:
        return _page(order, str(problem)), problem.status
    except NotFound:
        return redirect(url_for("checkout.show", public_id=order.public_id), 303)


def _page(order: Order, problem: str | None = None) -> str:
    now = clock.now()
    offer = refunding.quote(order, now)
    return render_template("checkout/refund.html", offer=offer, problem=problem, **views.page(order, now))
