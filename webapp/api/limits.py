"""How often programs may call. Each fan is counted by their token; an address may be a campus and is let do much."""

from typing import Any

from flask_limiter.util import get_remote_address
from werkzeug.exceptions import HTTPException

from webapp.api import callers, calls
from webapp.errors import BookingError
from webapp.extensions import limiter

LONGEST_NAME = 254


def _email() -> str | None:
    """The address in the body: where there is one, its password is being tried, token or not."""
    try:
        asked = calls.document()
    except (BookingError, HTTPException):
        return None
    email = asked.get("email") if isinstance(asked, dict) else None
    return email.strip().lower()[:LONGEST_NAME] if isinstance(email, str) else None


def _account() -> str:
    """Whose password is being tried; the pages count it under the same name."""
    return "account:" + (_email() or "").encode("utf-8", "replace").decode()


def _tries_no_password() -> bool:
    return _email() is None


# The sizes are the pages': accounts/routes.py counts tries of one account's password in the same bucket.
PASSWORDS: tuple[Any, ...] = (
    limiter.limit("300 per minute", key_func=get_remote_address),
    limiter.shared_limit("10 per minute", scope="account", key_func=_account, exempt_when=_tries_no_password),
)
# Joining is cheap, and joining again gives the same place: only a machine gun notices.
JOINING: tuple[Any, ...] = (
    limiter.limit("3000 per minute", key_func=get_remote_address),
    limiter.limit("60 per minute", key_func=callers.fan_or_address, exempt_when=lambda: not callers.has_token()),
    limiter.shared_limit("10 per minute", scope="account", key_func=_account, exempt_when=_tries_no_password),
)
FANS: tuple[Any, ...] = (
    limiter.limit("6000 per minute", key_func=get_remote_address),
    limiter.limit("300 per minute", key_func=callers.fan_or_address),
)
EVERYBODY: tuple[Any, ...] = (limiter.limit("6000 per minute", key_func=get_remote_address),)
