"""The Content-Security-Policy of every answer: what a page of ours may load, and from where."""

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from flask import current_app

from webapp.modules import import_map


def policy(scripts: Sequence[str] = (), frames: Sequence[str] = (), connections: Sequence[str] = ()) -> str:
    """Our own house only, and the guests that one page needs."""
    settings = current_app.extensions["settings"]
    # Stripe's fields stand in a page of our own.
    till = settings.sandbox_public_url if "sandbox" in settings.payment_providers else ""
    return _written(till, tuple(scripts), tuple(frames), tuple(connections))


@lru_cache(maxsize=100)
def _written(till: str, scripts: Sequence[str], frames: Sequence[str], connections: Sequence[str]) -> str:
    """`till` is where a form of ours may lead: paying is a form that is answered with a redirect to the payment
    company."""
    company = urlsplit(till)
    allowed = {
        "default-src": ["'self'"],
        "script-src": ["'self'", _hash(import_map()), *scripts],
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


def _hash(script: str) -> str:
    """What lets exactly this text in a page run as a script: the import map, the only one that is in no file."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
