"""Orders for operators: finding one, cancelling it with or without a fee, refunds that a provider refused."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp import clock
from webapp.admin import log, sold
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.booking.models import PAID
from webapp.checkout import refunding, returning, views
from webapp.checkout.numbers import whole_number
from webapp.checkout.voices import OPERATOR
from webapp.db import transaction
from webapp.errors import BookingError


@blueprint.get("/orders")
@operator_required
def show_orders() -> str:
    wanted = request.args.get("find", "").strip()
    return render_template(
        "admin/orders.html", wanted=wanted, orders=sold.find(wanted), refunds=sold.refunds_to_look_at(clock.now())
    )


@blueprint.get("/orders/<public_id>/refund")
@operator_required
def confirm_refund(public_id: str) -> str:
    order, now = sold.order(public_id), clock.now()
    offers = {}
    if order.status == PAID:
        offers = {"ladder": refunding.quote(order, now), "free": refunding.quote(order, now, free=True)}
    seen = views.page(order, now, OPERATOR)
    return render_template("admin/refund.html", fan=sold.fan(order), offers=offers, **seen)


@blueprint.post("/orders/<public_id>/refund")
@operator_required
def refund_order(public_id: str) -> Any:
    operator_id, now = current_user.id, clock.now()
    order_id, is_free = sold.order(public_id).id, request.form.get("fee") == "none"
    try:
        fee_seen = whole_number(request.form.get("fee_seen"))
        with transaction():
            before, after = sold.refund(order_id, is_free, fee_seen, now)
            log.note(operator_id, "cancel order", public_id, before, after, now)
    except BookingError as problem:
        flash(str(problem), "error")
    else:
        flash(_("The order is cancelled and its money is on its way back."), "info")
    return redirect(url_for(".confirm_refund", public_id=public_id), 303)


@blueprint.post("/refunds/<int:refund_id>/asking")
@operator_required
def ask_refund_again(refund_id: int) -> Any:
    operator_id, now = current_user.id, clock.now()
    with transaction():
        before, after = returning.ask_again(refund_id, now)
        log.note(operator_id, "ask for refund again", str(refund_id), before, after, now)
    flash(_("The payment company is asked again."), "info")
    return redirect(url_for(".show_orders"), 303)
