"""What every page shares: filters, globals, security headers, health, the language."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask import Blueprint, Flask, Response, current_app, g, jsonify, redirect, request, url_for
from flask_babel import format_date, get_locale
from flask_login import current_user
from redis.exceptions import RedisError
from sqlalchemy import text, update
from sqlalchemy.exc import SQLAlchemyError

from webapp import clock, jobs, templating
from webapp.accounts.models import User
from webapp.accounts.next_page import safe_next
from webapp.content_policy import policy
from webapp.db import db, transaction
from webapp.languages import LANGUAGES
from webapp.layout import asset, here, me, money, words
from webapp.modules import import_map, modules
from webapp.sheets import sheets

blueprint = Blueprint("pages", __name__)

# A year of nothing but https. Other names under ours may be other people's, so it is not said for them.
STRICT = "max-age=31536000"
# Of every answer that says nothing else about it.
SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


def register(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.filters.update(money=money, number=number, day=day, clock=hour, second=second, moment=moment, iso=iso)
    app.jinja_env.filters["city"] = city
    app.jinja_env.globals.update(
        languages=list(LANGUAGES.items()),
        come_back=here,
        asset=asset,
        sheets=sheets,
        words=words,
        import_map=import_map,
        modules=modules,
    )
    templating.install(app)
    app.context_processor(lambda: {"server_now": clock.now(), "language": str(get_locale()), "me": me()})
    app.after_request(_secure)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Alive: this process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Ready: Postgres and Redis answer too; 503 names what is missing."""
    missing = []
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        missing.append("postgres")
    try:
        jobs.redis().ping()
    except RedisError:
        missing.append("redis")
    return jsonify(status="missing" if missing else "ok", missing=missing), 503 if missing else 200


@blueprint.post("/language")
def language() -> Any:
    """Remember the fan's choice: on their account, and in this browser for when they are signed out."""
    choice = request.form.get("language", "")
    answer = redirect(safe_next(request.form.get("next")) or url_for("concerts.index"), 303)
    if choice in LANGUAGES:
        answer.set_cookie("language", choice, max_age=timedelta(days=365), samesite="Lax", httponly=True)
        if current_user.is_authenticated:
            user_id = current_user.id
            with transaction():
                db.session.execute(update(User).where(User.id == user_id).values(language=choice))
    return answer


def number(value: int) -> str:
    return f"{value:,}"  # as both languages group them


def day(value: date | datetime, zone: str = "Asia/Seoul") -> str:
    """A day as people write it, with its weekday, in the concert's zone."""
    local = value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value
    return _day(local, str(get_locale()))


def hour(value: datetime, zone: str = "Asia/Seoul") -> str:
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"  # both languages write it so


def second(value: datetime, zone: str = "Asia/Seoul") -> str:
    """A time of day to the second, for what happens every few of them."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M:%S}"


# Babel reads its pattern anew each time, and pages speak of few days.
@lru_cache(maxsize=1_000)
def _day(local: date, language: str) -> str:
    return str(format_date(local, "y년 M월 d일(E)" if language == "ko" else "EEE d MMM y"))


def moment(value: datetime, zone: str = "Asia/Seoul") -> str:
    return f"{day(value, zone)} {hour(value, zone)}"


def city(zone: str) -> str:
    """The place whose clocks a time zone is about, in the reader's language."""
    return str(get_timezone_location(zone, locale=get_locale(), return_city=True))


def iso(value: datetime) -> str:
    """For <time datetime> and data attributes; milliseconds, since pages count down by it."""
    return value.astimezone(ZoneInfo("UTC")).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _secure(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = g.get("request_id", "")
    said = {name.lower() for name, _ in headers}
    for name, rule in SAFETY.items():
        if name.lower() not in said:
            headers.add(name, rule)
    if "content-security-policy" not in said:
        headers.add("Content-Security-Policy", policy())
    if request.is_secure or current_app.extensions["settings"].public_url.startswith("https:"):
        headers.setdefault("Strict-Transport-Security", STRICT)
    return response
