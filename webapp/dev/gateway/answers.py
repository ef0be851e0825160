"""How failures are answered, and the headers of every answer."""

import logging
import sqlite3

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from webapp.dev.gateway.refusals import Refused

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Give the app its failure answers and headers."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(sqlite3.OperationalError, _book_unusable)
    app.after_request(_protect)


def _refused(refusal: Refused) -> Response:
    if not request.path.startswith("/v1/"):
        return make_response(render_template("refused.html", code=refusal.code), refusal.status)
    response = make_response(jsonify(refusal.document()), refusal.status)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _http_error(error: HTTPException) -> Response:
    code = error.name.lower().replace(" ", "_")
    response = _refused(Refused(error.code or 500, code, error.description or error.name))
    kept = dict(error.get_headers())
    if "Allow" in kept:
        response.headers["Allow"] = kept["Allow"]
    return response


def _book_unusable(error: sqlite3.OperationalError) -> Response:
    log.error("The book cannot be used: %s", error)
    return _refused(Refused(503, "unavailable", "The book cannot be used right now. Try again."))


def _protect(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.mimetype == "text/html":
        # No form-action: browsers apply it to the redirect back to the shop as well.
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept-Language"
    return response
