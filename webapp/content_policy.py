"""The Content-Security-Policy of every answer: what a page of ours may load, and from where."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import current_app, g


def policy(scripts: Sequence[str] = (), frames: Sequence[str] = (), connections: Sequence[str] = ()) -> str:
    """Our own house only, and the guests that one page needs."""
    nonce = [f"'nonce-{g.csp_nonce}'"] if "csp_nonce" in g else []
    allowed = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *nonce, *scripts],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", "ws:", "wss:", *connections],
        "frame-src": list(frames),
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'", *_tills()],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join([what, *sources]) for what, sources in allowed.items() if sources)


def _tills() -> list[str]:
    """Where a form of ours may lead: paying is a form that is answered with a redirect to the payment company."""
    settings = current_app.extensions["settings"]
    if "sandbox" not in settings.payment_providers:
        return []  # Stripe's fields stand in a page of our own
    till = urlsplit(settings.sandbox_public_url)
    return [f"{till.scheme}://{till.netloc}"]
