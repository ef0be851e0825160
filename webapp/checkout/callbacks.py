"""Where providers call back: verified, stored, answered. Settling is a job's work."""

from flask import Blueprint, Response, jsonify, request

from webapp import clock
from webapp.checkout import inbox
from webapp.checkout.providers import provider
from webapp.db import at_once
from webapp.extensions import csrf

blueprint = Blueprint("callbacks", __name__)


@blueprint.post("/payments/callbacks/<key>")
@csrf.exempt  # a provider has no page of ours; its signature is what it shows
def receive(key: str) -> tuple[Response, int]:
    body = request.get_data()
    callback = provider(key).read_callback(dict(request.headers.items()), body)
    if callback is None:
        return jsonify(status="ignored"), 202
    with at_once():
        is_new = inbox.store(key, callback, body, clock.now())
    return jsonify(status="stored" if is_new else "known"), 202
