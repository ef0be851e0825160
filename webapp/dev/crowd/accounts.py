"""Accounts for a crowd, made in bulk: argon2 costs by design, so all of them share one hashed password."""

import secrets
from dataclasses import dataclass

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import delete, insert, select, text

from webapp import clock
from webapp.accounts.models import SignIn, User
from webapp.accounts.passwords import hash_password
from webapp.db import db, transaction
from webapp.dev.crowd.character import Character

POINTS = 2_000_000  # enough for four of the dearest seats
# Their balances follow by the ledger's trigger.
GRANT = text(
    "INSERT INTO point_histories (user_id, type, amount, balance_after, created_at)"
    " SELECT id, 'GRANT', :points, 0, :now FROM users WHERE id = ANY(:ids)"
)


@dataclass(frozen=True)
class Account:
    """One fan's account: what they would type, and the cookie they have if they do not have to."""

    user_id: int
    email: str
    password: str
    cookie: str | None


def make(app: Flask, characters: list[Character]) -> list[Account]:
    """An account for each character, in their order, signed in but for those who use the form. Commits."""
    name, password = secrets.token_hex(4), secrets.token_urlsafe(12)
    emails = [f"crowd-{name}-{n}@frontrow.test" for n in range(1, len(characters) + 1)]
    hashed = hash_password(password)
    with transaction():
        rows = [{"email": email, "name": f"Fan {n}", "password": hashed} for n, email in enumerate(emails, 1)]
        db.session.execute(insert(User), rows)
        found = db.session.execute(select(User.email, User.id).where(User.email.in_(emails)))
        ids = {row.email: row.id for row in found}
        keys = {ids[email]: secrets.token_urlsafe(32) for email in emails}
        now = clock.now()
        db.session.execute(insert(SignIn), [{"key": key, "user_id": id, "created_at": now} for id, key in keys.items()])
        rich = [ids[email] for email, who in zip(emails, characters, strict=True) if who.pays_by_points]
        db.session.execute(GRANT, {"points": POINTS, "now": now, "ids": rich})
    return [
        Account(ids[email], email, password, None if who.signs_in_by_form else _cookie(app, keys[ids[email]]))
        for email, who in zip(emails, characters, strict=True)
    ]


def sign_out(accounts: list[Account]) -> None:
    """End every sign-in of this crowd: nobody can go on in their name. Commits."""
    with transaction():
        db.session.execute(delete(SignIn).where(SignIn.user_id.in_([account.user_id for account in accounts])))


def _cookie(app: Flask, key: str) -> str:
    """The cookie that signing in would have set."""
    signing = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signing is not None, "the app has no SECRET_KEY"
    return f"{signing.dumps({'_user_id': key, '_fresh': True, '_permanent': True})}"
