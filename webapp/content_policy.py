"""The Content-Security-Policy of every answer: what a page of ours may load, and from where."""

from collections.abc import Sequence

from flask import g


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
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join([what, *sources]) for what, sources in allowed.items() if sources)
