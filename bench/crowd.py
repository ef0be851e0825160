"""A crowd in a concert's line: fans signed in with real cookies, written in bulk, called by the app's own code."""

from dataclasses import dataclass

from flask import Flask, Response, session
from flask_login import login_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select, text

from webapp import clock
from webapp.accounts.models import FAN
from webapp.accounts.signing_in import SignedIn
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.waiting_room import admission

BROWSER = "frontrow-bench"
KEY_PREFIX = "bench-sign-in-of-"

SIGN_UP = (
    "INSERT INTO users (email, name, password) SELECT 'crowd-' || n || '@frontrow.test', 'Fan ' || n, '-'"
    " FROM generate_series(:first, :first + :count - 1) n",
    "INSERT INTO sign_ins (key, user_id, created_at) SELECT :prefix || id, id, :now FROM users WHERE id >= :first",
)
JOIN = (
    "INSERT INTO sessions (user_id, concert_id, wait_number, created_at)"
    " SELECT id, :concert_id, id - :first + 1, :now FROM users WHERE id >= :first ORDER BY id",
    "UPDATE counters SET created_count = :count, capacity = :admitted, sequence = 1 WHERE concert_id = :concert_id",
)
CLAIM = "UPDATE sessions SET claimed_at = :now WHERE called_at IS NOT NULL"


@dataclass(frozen=True)
class Fan:
    """A signed-in browser: its cookie header, and the token its forms carry."""

    user_id: int
    cookie: str
    csrf_token: str


def sign_up(count: int) -> range:
    """`count` new fans, each signed in on one browser; their user ids."""
    first = (db.session.scalar(text("SELECT max(id) FROM users")) or 0) + 1
    facts = {"count": count, "first": first, "prefix": KEY_PREFIX, "now": clock.now()}
    with transaction():
        db.session.execute(text("SELECT setval('users_id_seq', :first, false)"), {"first": first})
        for statement in SIGN_UP:
            db.session.execute(text(statement), facts)
    analyze()
    return range(first, first + count)


def fill(slug: str, count: int, admitted: int, *, is_known: bool = True) -> range:
    """`count` new fans join an empty line and the first `admitted` come through the door; their user ids in order.

    A line that is not known is one of which Postgres has no statistics, as in the first minutes of a sale.
    """
    now, fans = clock.now(), sign_up(count)
    concert_id = db.session.scalars(select(Concert.id).where(Concert.slug == slug)).one()
    facts = {"count": count, "admitted": admitted, "concert_id": concert_id, "now": now, "first": fans[0]}
    with transaction():
        for statement in JOIN:
            db.session.execute(text(statement), facts)
        while admission.call(concert_id, now):
            pass  # so many at a time
        db.session.execute(text(CLAIM), {"now": now})
    if is_known:
        analyze()
    return fans


def signed_in(app: Flask, user_id: int, address: str = "127.0.0.1") -> Fan:
    """The cookie and token that signing in and loading a page would have given this fan, coming from `address`."""
    peer = {"REMOTE_ADDR": address}
    # A context of its own: what a request remembers, such as its token, must not reach the next fan.
    with app.app_context(), app.test_request_context(headers={"User-Agent": BROWSER}, environ_base=peer):
        session.permanent = True
        login_user(SignedIn(f"{KEY_PREFIX}{user_id}", user_id, "", FAN, 0, None))
        token = generate_csrf()
        answer = Response()
        app.session_interface.save_session(app, session, answer)
        return Fan(user_id, answer.headers["Set-Cookie"].partition(";")[0], token)


def analyze() -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
