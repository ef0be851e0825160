"""The page where a card is typed for Stripe. Its fields are Stripe's own frame: no card number reaches us."""

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import Blueprint, current_app, make_response, redirect, render_template, url_for
from flask_login import current_user, login_required

from webapp.booking.models import Order
from webapp.checkout import payments
from webapp.checkout.models import PENDING
from webapp.checkout.providers import provider
from webapp.content_policy import policy
from webapp.db import db
from webapp.errors import NotFound

if TYPE_CHECKING:
    from webapp.checkout.providers.stripe import Stripe  # its SDK is slow to import, and most houses have no use for it

blueprint = Blueprint("card", __name__)

# What Stripe's script loads and talks to (docs.stripe.com/security/guide#content-security-policy).
STRIPE_FRAMES = ("https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com")


@blueprint.get("/payments/<public_id>/card")
@login_required
def show(public_id: str) -> Any:
    """Needs the attempt to be open here and there; otherwise its fan goes on to what became of it."""
    payment = payments.of_fan(public_id, current_user.id)
    key = payment.provider_key
    if payment.provider != "stripe" or key is None:
        raise NotFound()
    company = cast("Stripe", provider("stripe"))
    order = db.session.get_one(Order, payment.order_id) if payment.order_id else None
    is_open = payment.status == PENDING
    db.session.rollback()  # the connection goes back to the pool while Stripe thinks
    secret = company.client_secret(key) if is_open else None
    if secret is None:
        return redirect(url_for("checkout.come_back", public_id=public_id), 303)
    return _page(payment.amount, order, public_id, secret, company.publishable_key)


def _page(amount: int, order: Order | None, public_id: str, secret: str, publishable_key: str) -> Any:
    settings = current_app.extensions["settings"]
    answer = make_response(
        render_template(
            "checkout/card.html",
            amount=amount,
            order=order,
            client_secret=secret,
            publishable_key=publishable_key,
            stripe_js=settings.stripe_js_url,
            back=url_for("checkout.come_back", public_id=public_id, _external=True),
            elsewhere=url_for("checkout.show", public_id=order.public_id) if order else url_for("wallet.show"),
        )
    )
    script = _origin(settings.stripe_js_url)
    guests = [script, "https://*.js.stripe.com"]
    answer.headers["Content-Security-Policy"] = policy(
        guests, STRIPE_FRAMES, [_origin(settings.stripe_api_url), script]
    )
    return answer


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
