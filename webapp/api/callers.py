"""Who is calling: the fan behind the bearer token, their sign-in and their place in line, looked at on every call."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app, g, request
from flask_limiter.util import get_remote_address

from webapp import clock
from webapp.accounts import signing_in
from webapp.api import tokens
from webapp.api.errors import Unauthorized
from webapp.db import db
from webapp.waiting_room import admission
from webapp.waiting_room.models import QueueSession


@dataclass(frozen=True)
class Caller:
    """A fan, and the session their token is bound to, if it is. `is_over` is a token whose session has ended."""

    user_id: int
    sign_in_key: str
    session: QueueSession | None
    is_over: bool


def keys() -> tokens.Keys:
    """The keys that sign tokens, the newest first."""
    found: tokens.Keys = current_app.extensions["settings"].token_keys
    return found


def identify(now: datetime) -> Caller:
    """The caller. Raises Unauthorized without a valid token whose sign-in still stands."""
    claims = _claims()
    user = signing_in.load(claims.sign_in_key) if claims else None
    if claims is None or user is None or user.id != claims.user_id:
        raise Unauthorized()
    session = db.session.get(QueueSession, claims.session_id) if claims.session_id else None
    is_over = session is not None and admission.state(session, now)[0] == "ended"
    return Caller(user.id, claims.sign_in_key, session, is_over)


def has_token() -> bool:
    return "Authorization" in request.headers


def fan_or_address() -> str:
    """Whom a limit counts: the fan whose token this is, without asking the database, or else the address."""
    claims = _claims()
    return f"fan:{claims.user_id}" if claims else str(get_remote_address())


def _claims() -> tokens.Claims | None:
    if "api_claims" not in g:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        is_bearer = scheme.lower() == "bearer"
        g.api_claims = tokens.read(token.strip(), keys(), clock.now()) if is_bearer else None
    claims: tokens.Claims | None = g.api_claims
    return claims
