"""Signing up, in and out. Every sign-in gets a new random key; signing out ends it on the server."""

import secrets
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from webapp.accounts.models import SignIn, User
from webapp.accounts.passwords import hash_password, is_right
from webapp.db import db

# Every page of a signed-in fan asks this: built once.
SIGNED_IN = select(User).join(SignIn, SignIn.user_id == User.id).where(SignIn.key == bindparam("key"))


def sign_up(email: str, name: str, password: str) -> int | None:
    """The new fan's id, or None when the address already has an account."""
    statement = (
        insert_or_skip(User)
        .values(email=email, name=name, password=hash_password(password))
        .on_conflict_do_nothing()
        .returning(User.id)
    )
    return db.session.scalar(statement)


def who(email: str, password: str) -> int | None:
    """The id of the user with this address and password; None for either being wrong, at the same cost."""
    found = db.session.execute(select(User.id, User.password).where(func.lower(User.email) == email.lower())).first()
    return found.id if is_right(password, found.password if found else None) and found else None


def start(user_id: int, now: datetime) -> str:
    """Sign the user in on one browser; returns the key its cookie carries."""
    key = secrets.token_urlsafe(32)
    db.session.execute(insert(SignIn).values(key=key, user_id=user_id, created_at=now))
    return key


def end(key: str) -> None:
    """Sign one browser out: every copy of its cookie stops working."""
    db.session.execute(delete(SignIn).where(SignIn.key == key))


def end_all(user_id: int) -> int:
    """Sign the user out everywhere, browsers and programs; returns how many sign-ins that were."""
    return len(db.session.scalars(delete(SignIn).where(SignIn.user_id == user_id).returning(SignIn.key)).all())


def load(key: str) -> User | None:
    """Who is signed in with this key, in one indexed read."""
    user = db.session.scalar(SIGNED_IN, {"key": key})
    if user:
        user.sign_in_key = key
    return user
