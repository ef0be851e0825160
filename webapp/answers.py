"""How outcomes are answered: the one mapping of errors to pages and to problem+json."""

import logging
import secrets
from contextlib import suppress
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.errors import RateLimitExceeded
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import HTTPException

from webapp import problem_titles
from webapp.db import db, release
from webapp.errors import BookingError, NotFound, TooBusy, TooManyRequests

log = logging.getLogger(__name__)
RETRY_SECONDS = 5  # after which a page that met a database on its way back is worth another try


def register(app: Flask) -> None:
    app.before_request(_name_request)
    app.register_error_handler(BookingError, answer)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DataError, _not_storable)
    app.register_error_handler(ObjectDeletedError, _taken_off)
    for away in (OperationalError, InterfaceError, PendingRollbackError):
        app.register_error_handler(away, _unavailable)
    app.register_error_handler(PoolTimeout, _unavailable)
    app.register_error_handler(Exception, _unknown)


def wants_json() -> bool:
    """Whether a program asked. A fragment's request is for HTML."""
    if request.path.startswith(("/api/", "/payments/callbacks/")) or request.path.endswith(".json"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def answer(error: BookingError) -> Response:
    """An outcome as problem+json, or as a page that says what to do next."""
    release()  # in whose language it is said may have to be asked together with others
    if isinstance(error, TooBusy):
        _sign_nobody_in()
    if wants_json():
        said = problem(error.code, error.status, str(error), **error.facts)
    else:
        said = Response(page(error.status, str(error)))
    said.status_code = error.status
    if error.retry_seconds is not None:
        said.headers["Retry-After"] = str(error.retry_seconds)
    return said


def problem(code: str, status: int, detail: str, **facts: Any) -> Response:
    """RFC 9457. `code` is stable; `detail` is for people, in their language."""
    body = {
        "type": "about:blank",
        "title": problem_titles.of(code, status),
        "status": status,
        "code": code,
        "detail": detail,
    }
    response = jsonify({**body, **facts})
    response.mimetype = "application/problem+json"
    return response


def page(status: int, sentence: str) -> str:
    titles = {
        403: _("Not your turn yet"),
        404: _("Nothing here"),
        409: _("That did not work out"),
        429: _("A little slower"),
        503: _("Back in a moment"),
    }
    steps = [{"label": _("See all concerts"), "url": url_for("concerts.index")}]
    before = request.referrer or ""
    if status in {429, 500, 503} and request.method == "GET":
        steps.insert(0, {"label": _("Try again"), "url": request.full_path.rstrip("?")})
    elif status in {400, 409, 413, 422, 429, 503} and before.startswith(request.host_url):
        steps.insert(0, {"label": _("Go back"), "url": before})
    return render_template(
        "errors/error.html",
        status=status,
        title=titles.get(status, _("That did not work")),
        sentence=sentence,
        next_steps=steps,
        request_id=g.get("request_id", ""),
    )


def _name_request() -> None:
    g.request_id = secrets.token_hex(6)


def _too_many(error: RateLimitExceeded) -> Response:
    return answer(TooManyRequests())


def _stale_form(error: CSRFError) -> tuple[Response | str, int]:
    sentence = _("This page had been open for too long, or your sign-in changed. Reload it and try again.")
    if wants_json():
        return problem("stale-form", 400, sentence), 400
    return page(400, sentence), 400


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if 300 <= status < 400:
        return error
    release()
    sentences = {
        404: _("This page does not exist, or it is not yours to see."),
        405: _("This address does not take that kind of request."),
        413: _("That is more than this form takes."),
    }
    sentence = sentences.get(status, _("That did not work."))
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    if wants_json():
        return problem(error.name.lower().replace(" ", "-"), status, sentence), status, headers
    return page(status, sentence), status, headers


def _taken_off(error: ObjectDeletedError) -> Response:
    """What the request was about was there when it began, and somebody deleted it since."""
    return answer(NotFound())


def _not_storable(error: DataError) -> tuple[Response | str, int]:
    """A number beyond every id of ours, or text with a NUL in it: nothing of ours has such a name."""
    _sign_nobody_in()
    sentence = _("That address or form has something in it that we cannot read.")
    return (problem("bad-input", 400, sentence) if wants_json() else page(400, sentence)), 400


def _unavailable(error: Exception) -> tuple[Response | str, int, dict[str, str]]:
    log.error("request %s: the database does not answer: %s", g.get("request_id"), type(error).__name__)
    _sign_nobody_in()
    sentence = _("Something we need is not answering. Your place, your seats and your money are safe. Try again soon.")
    body = problem("unavailable", 503, sentence) if wants_json() else page(503, sentence)
    return body, 503, {"Retry-After": str(RETRY_SECONDS)}


def _unknown(error: Exception) -> tuple[Response | str, int]:
    current_app.logger.error("request %s failed", g.get("request_id"), exc_info=error)
    _sign_nobody_in()
    sentence = _("Something went wrong on our side. Nothing you did is lost. Try again, or tell us the number below.")
    if wants_json():
        return problem("internal", 500, sentence, requestId=g.get("request_id")), 500
    return page(500, sentence), 500


def _sign_nobody_in() -> None:
    """Say what is to be said without asking the database who this is: it may be what does not answer."""
    g._login_user = AnonymousUserMixin()
    with suppress(SQLAlchemyError):
        db.session.rollback()
