"""What every page's frame needs: static files at addresses cached for ever, who reads it, and where."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from flask import render_template, request
from flask_babel import get_locale
from flask_login import current_user
from markupsafe import Markup

STATIC = Path(__file__).parent.parent / "static"


def money(amount: int) -> str:
    """Won as people write it: ₩132,000, and −₩5,000."""
    return f"{'−' if amount < 0 else ''}₩{abs(amount):,}"


@dataclass(frozen=True, slots=True)
class Me:
    """The signed-in reader as the bar at the top shows them; empty words for a visitor."""

    name: str
    initial: str
    balance: str
    is_operator: bool


def me() -> Me:
    user = current_user._get_current_object()
    if not user.is_authenticated:
        return Me("", "", "", False)
    return Me(user.name, user.name[:1], money(user.point), user.is_operator)


def here() -> str | None:
    """The page the reader is on: the one asked for, or that on which the sent form stood; None if that is not told."""
    if request.method in {"GET", "HEAD"}:
        query = request.query_string.decode("latin-1")
        return f"{quote(request.path)}?{query}" if query else quote(request.path)
    target, home = request.referrer or "", request.host_url
    return f"/{target[len(home) :]}" if target.startswith(home) else None


@lru_cache
def asset(path: str) -> str:
    """The address of a static file, with its content's hash: it may be cached for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


def words(template: str) -> Markup:
    """The sentences a script needs, from a template that depends on nothing but the language."""
    return _words(template, str(get_locale()))


@lru_cache
def _words(template: str, _language: str) -> Markup:
    return Markup(render_template(template).strip())
