"""The HTTP API for shops, under /v1."""

import hmac

from flask import Blueprint, Response, jsonify, make_response, request

from webapp.dev.gateway import decisions, idempotency, moments, orders, payments
from webapp.dev.gateway.payments import Payment
from webapp.dev.gateway.refusals import Refused
from webapp.dev.gateway.till import till

blueprint = Blueprint("api", __name__, url_prefix="/v1")


@blueprint.before_request
def require_key() -> None:
    """Only the shop that has the key may call."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    expected = till().settings.api_key.encode()
    if scheme.lower() != "bearer" or not hmac.compare_digest(key.strip().encode(), expected):
        raise Refused(401, "unauthorized", "The API key is missing or wrong.")


@blueprint.post("/payments")
def open_payment() -> Response:
    """Open a payment; 201, or 200 when this key opened it before."""
    key = orders.read_idempotency_key(request.headers.get("Idempotency-Key"))
    document = orders.read_document(request.get_data())
    order = orders.read_payment(document)
    with till().database.transaction() as book:
        known_id = idempotency.recall(book, "payments", key, document)
        if known_id is not None:
            return _answer(payments.get(book, known_id), 200)
        payment = payments.open_new(book, order, moments.now())
        idempotency.remember(book, "payments", key, document, payment.id)
    return _answer(payment, 201)


@blueprint.get("/payments")
def search_payments() -> Response:
    """Payments by reference, by day (UTC) or by the time they were opened, a page at a time."""
    search = orders.read_search(request.args)
    with till().database.reading() as book:
        found = payments.search(book, search)
    public_url, page = till().settings.public_url, found[: search.limit]
    return jsonify(payments=[payment.document(public_url) for payment in page], has_more=len(found) > len(page))


@blueprint.get("/payments/<payment_id>")
def show_payment(payment_id: str) -> Response:
    """One payment as it is now."""
    with till().database.reading() as book:
        return _answer(payments.get(book, payment_id), 200)


@blueprint.post("/payments/<payment_id>/approvals")
def approve_payment(payment_id: str) -> Response:
    """The fan has agreed at the shop: approve without the page. One that was decided before stays as it is."""
    with till().database.transaction() as book:
        payment = payments.get(book, payment_id)
        announced = decisions.decide(book, payment, "approve", till().settings, moments.now())
        payment = payments.get(book, payment_id)
    till().delivery.send(announced)
    return _answer(payment, 200)


@blueprint.post("/payments/<payment_id>/cancellations")
def cancel_payment(payment_id: str) -> Response:
    """Cancel an open payment, or refund a paid one wholly or in part."""
    key = orders.read_idempotency_key(request.headers.get("Idempotency-Key"))
    document = orders.read_document(request.get_data())
    order = orders.read_cancellation(document)
    scope = f"cancellations of {payment_id}"
    with till().database.transaction() as book:
        payment = payments.get(book, payment_id)
        if idempotency.recall(book, scope, key, document) is not None:
            return _answer(payment, 200)
        announced = decisions.cancel(book, payment, order, till().settings, moments.now())
        idempotency.remember(book, scope, key, document, payment.id)
        payment = payments.get(book, payment_id)
    till().delivery.send(announced)
    return _answer(payment, 200)


def _answer(payment: Payment, status: int) -> Response:
    return make_response(jsonify(payment.document(till().settings.public_url)), status)
