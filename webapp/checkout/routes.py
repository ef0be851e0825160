"""An order from hold to ticket: its page, paying it, giving it back, coming back from the provider."""

import secrets
from contextlib import suppress
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from markupsafe import Markup

from webapp import answers, clock, shells
from webapp.checkout import awaiting, payments, points, sending, views
from webapp.checkout.models import PENDING
from webapp.checkout.numbers import whole_number
from webapp.checkout.payments import Wish
from webapp.checkout.providers import chosen, configured
from webapp.concerts import recent
from webapp.db import transaction
from webapp.errors import BadAmount, BookingError, NotFound

blueprint = Blueprint("checkout", __name__)

PAGE = 30


@blueprint.get("/orders")
@login_required
def index() -> str:
    orders = views.orders(current_user.id, request.args.get("before", type=int), PAGE, clock.now())
    older = url_for(".index", before=orders[-1].id) if len(orders) == PAGE else None
    return render_template("checkout/orders.html", orders=orders, older=older)


@blueprint.get("/orders/<public_id>")
@login_required
def show(public_id: str) -> str | bytes:
    return _page(public_id, current_user.id, current_user.point)


@blueprint.post("/orders/<public_id>/payments")
@login_required
def pay(public_id: str) -> Any:
    user_id = current_user.id
    order = views.look(public_id, user_id)
    order_id, title = order.id, recent.schedule(order.schedule_id).concert.title
    try:
        wish = _wish()
        with transaction():
            payment = payments.start(user_id, order_id, wish, clock.now())
        back = url_for(".come_back", public_id=payment.public_id, _external=True)
        onward = sending.send(payment, title, back) or url_for(".show", public_id=public_id)
        return redirect(onward, 303)
    except NotFound:
        raise
    except BookingError as problem:
        if answers.wants_json():
            raise
        return _page(public_id, user_id, points.balance(user_id), problem), problem.status


@blueprint.post("/orders/<public_id>/cancellation")
@login_required
def release(public_id: str) -> Any:
    user_id = current_user.id
    order_id = views.of_fan(public_id, user_id).id
    # Who lets go twice, or just after the time was over, wanted what the order's page says anyway.
    with suppress(NotFound), transaction():
        payments.give_up(user_id, order_id, clock.now())
    return redirect(url_for(".show", public_id=public_id), 303)


@blueprint.get("/payments/<public_id>/return")
@login_required
def come_back(public_id: str) -> Any:
    """The fan is back from the provider. What happened is the callback's to say; if it is silent, we ask."""
    payment = payments.back_of(public_id, current_user.id)
    is_open = payment.status == PENDING
    if payment.order_id is None:
        if is_open:
            awaiting.ask_soon(public_id, payment.id)
        return redirect(url_for("wallet.show"), 303)
    if is_open:
        awaiting.is_back(public_id, payment.id, clock.now())
    return redirect(url_for(".show", public_id=payment.order_public_id), 303)


def _wish() -> Wish:
    form = request.form
    total = whole_number(form.get("amount"))
    method = form.get("method")
    in_points = {"points": total, "split": whole_number(form.get("points") or "0")}.get(method or "", 0)
    # An empty key comes from a form we did not make; then every click is an attempt of its own.
    return Wish(total, in_points, chosen(form), (form.get("idempotency_key") or secrets.token_urlsafe(12))[:80])


def _page(public_id: str, user_id: int, balance: int, problem: BookingError | None = None) -> str | bytes:
    now = clock.now()
    seen = views.page_of(public_id, user_id, now)
    if seen["order"].status == views.PAYING:
        awaiting.look_after(seen["attempt"].public_id, now)
        balance += seen["attempt"].points_amount  # paying another way, they come back first: see payments.start
    most_points = min(balance, seen["total"])
    if isinstance(problem, BadAmount):
        problem = BadAmount(low=0, high=most_points)  # the field's own bounds, which its hint names too
    content = render_template(
        "checkout/_order_status.html",
        balance=balance,
        can_pay_points=balance >= seen["total"],
        most_points=most_points,
        idempotency_key=secrets.token_urlsafe(12),
        providers=list(configured().values()),
        problem=problem and str(problem),
        **seen,
    )
    if "X-Fragment" in request.headers:
        return content
    is_paying = seen["order"].status == views.PAYING
    words = {"public_id": public_id, "concert_title": seen["concert"].title, "content": Markup(content)}
    return shells.render("checkout/order.html", is_paying, words, is_paying=is_paying)
