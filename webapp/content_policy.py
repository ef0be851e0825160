"""The Content-Security-Policy of every answer: what a page of ours may load, and from where."""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from flask import current_app, g

NONCE = "{nonce}"


def policy(scripts: Sequence[str] = (), frames: Sequence[str] = (), connections: Sequence[str] = ()) -> str:
    """Our own house only, and the guests that one page needs."""
    settings = current_app.extensions["settings"]
    # Stripe's fields stand in a page of our own.
    till = settings.sandbox_public_url if "sandbox" in settings.payment_providers else ""
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    return _pattern(till, tuple(scripts), tuple(frames), tuple(connections)).replace(NONCE, nonce)


@lru_cache(maxsize=100)
def _pattern(till: str, scripts: Sequence[str], frames: Sequence[str], connections: Sequence[str]) -> str:
    """The policy with a place for an answer's nonce. `till` is where a form of ours may lead: paying is a form that is
    answered with a redirect to the payment company."""
    company = urlsplit(till)
    allowed = {
        "default-src": ["'self'"],
        "script-src": [f"'self'{NONCE}", *scripts],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", "ws:", "wss:", *connections],
        "frame-src": list(frames),
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'", *([f"{company.scheme}://{company.netloc}"] if till else [])],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join([what, *sources]) for what, sources in allowed.items() if sources)
