"""Signing up, in and out. Every sign-in gets a new random key; signing out ends it on the server."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Row, String, any_, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from webapp.accounts.models import OPERATOR, SignIn, User
from webapp.accounts.passwords import is_right
from webapp.batches import Batches
from webapp.db import after_commit, db, fetch, some_of
from webapp.live import messages


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks, as of this request: Flask-Login's current user. The cookie carries the sign-in's key, never the id."""

    key: str
    id: int
    name: str
    role: str
    point: int
    language: str | None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.key

    @property
    def is_operator(self) -> bool:
        return self.role == OPERATOR


# Every page of a signed-in fan asks this, some with more columns: built once.
WHO = (SignIn.key, User.id, User.name, User.role, User.point, User.language)
KEYS = bindparam("keys", type_=ARRAY(String))
USERS_OF = select(SignIn.key, SignIn.user_id).where(SignIn.key == any_(KEYS))
WITH_ADDRESS = select(User.id, User.password).where(func.lower(User.email) == bindparam("address"))
SIGNED_IN = select(*WHO).join(User, User.id == SignIn.user_id).where(SignIn.key == any_(KEYS))
# For one who asks alone. Of a list Postgres does not know how long it is before it has it, and plans anew each time.
KEY = bindparam("key", type_=String)
ONE_SIGNED_IN = select(*WHO).join(User, User.id == SignIn.user_id).where(SignIn.key == KEY)


def sign_up(email: str, name: str, hashed: str) -> int | None:
    """The new fan's id, or None when the address already has an account. The password comes hashed: nobody holds a
    connection while that lasts."""
    statement = (
        insert_or_skip(User).values(email=email, name=name, password=hashed).on_conflict_do_nothing().returning(User.id)
    )
    return db.session.scalar(statement)


def who(email: str, password: str) -> int | None:
    """The id of the user with this address and password; None for either being wrong, at the same cost.

    Raises TooBusy. To be called outside of transactions, where the read gives its connection back before the hashing.
    """
    rows = fetch(WITH_ADDRESS, address=email.lower())
    found = rows[0] if rows else None
    return found.id if is_right(password, found.password if found else None) and found else None


def start(user_id: int, now: datetime) -> str:
    """Sign the user in on one browser; returns the key its cookie carries."""
    key = secrets.token_urlsafe(32)
    db.session.execute(insert(SignIn).values(key=key, user_id=user_id, created_at=now))
    return key


def reads(user_id: int, language: str) -> None:
    """Keep the language of the pages this fan reads: whoever has chosen none is written to in it."""
    other = update(User).where(User.id == user_id, User.reads.is_distinct_from(language)).values(reads=language)
    db.session.execute(other.execution_options(synchronize_session=False))


def end(key: str) -> None:
    """Sign one browser out: every copy of its cookie stops working, and its open pages hear nothing more."""
    user_id = db.session.scalar(delete(SignIn).where(SignIn.key == key).returning(SignIn.user_id))
    if user_id is not None:
        after_commit(messages.signed_out, user_id)


def end_all(user_id: int) -> int:
    """Sign the user out everywhere, browsers and programs; returns how many sign-ins that were."""
    ended = db.session.scalars(delete(SignIn).where(SignIn.user_id == user_id).returning(SignIn.key)).all()
    after_commit(messages.signed_out, user_id)
    return len(ended)


def forget(before: datetime, most: int) -> int:
    """End up to `most` of the sign-ins that began before this moment. Returns how many."""
    old = some_of(SignIn, SignIn.created_at < before, most)
    ended = db.session.scalars(delete(SignIn).where(old).returning(SignIn.user_id)).all()
    for user_id in set(ended):
        after_commit(messages.signed_out, user_id)
    return len(ended)


def valid(keys: Iterable[str]) -> set[str]:
    """Those of these keys that are signed in."""
    return set(users_of(list(keys)))


def load(key: str) -> SignedIn | None:
    """Who is signed in with this key, in one indexed read with everybody else who asks at this moment."""
    return _sign_ins.ask(None, key)


def _load(_line: None, collect: Callable[[], Sequence[str]]) -> list[SignedIn | None]:
    keys = collect()
    rows = fetch(SIGNED_IN, keys=list(keys)) if len(keys) > 1 else fetch(ONE_SIGNED_IN, key=keys[0])
    found = {row[0]: signed_in(row) for row in rows}
    return [found.get(key) for key in keys]


def users_of(keys: Sequence[str]) -> dict[str, int]:
    """The ids of those who are signed in with these keys, by key, in one read."""
    return {row.key: row.user_id for row in fetch(USERS_OF, keys=list(keys))}


def signed_in(row: Row[Any]) -> SignedIn:
    """From a row that begins with the columns of WHO."""
    return SignedIn(*row[: len(WHO)])


_sign_ins: Batches[str, SignedIn | None] = Batches(_load)
