"""Tokens: signed access tokens that live for minutes, and refresh tokens that are used once.

An access token names its sign-in and, from the line, its session; both are looked at on every call, so what
ended is refused at once. A refresh token is random and stored as a hash. Using one twice means that a copy is
about: the sign-in ends, and with it every token that came from it.
"""

import hashlib
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from sqlalchemy import ARRAY, DateTime, Integer, String, bindparam, delete, select, text, update

from webapp.accounts import signing_in
from webapp.accounts.models import SignIn
from webapp.api.models import RefreshToken
from webapp.db import db, fetch, some_of

log = logging.getLogger(__name__)

ACCESS = timedelta(minutes=10)
REFRESH = timedelta(days=14)
ALGORITHM = "HS256"
AUDIENCE = "frontrow-api"

# Of sign-ins that have ended meanwhile nothing is kept.
KEEP = (
    text(
        """
        INSERT INTO refresh_tokens (hash, sign_in_key, session_id, expires_at)
        SELECT one.hash, one.sign_in_key, one.session_id, :expires_at
        FROM unnest(:hashes, :sign_in_keys, :session_ids) AS one (hash, sign_in_key, session_id)
        JOIN sign_ins ON sign_ins.key = one.sign_in_key
        RETURNING hash
        """
    )
    .bindparams(
        bindparam("hashes", type_=ARRAY(String)),
        bindparam("sign_in_keys", type_=ARRAY(String)),
        bindparam("session_ids", type_=ARRAY(Integer)),
        bindparam("expires_at", type_=DateTime(timezone=True)),
    )
    .columns(hash=String)
)

Keys = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Claims:
    """What a valid access token says: the fan, their sign-in, and the session it is bound to, if it is."""

    user_id: int
    sign_in_key: str
    session_id: int | None


@dataclass(frozen=True)
class Pair:
    """A new access token with its refresh token; the access token lives for `expires_in` seconds."""

    access: str
    refresh: str
    expires_in: int


def issue(claims: Claims, keys: Keys, now: datetime) -> Pair:
    """Tokens for this sign-in, which this transaction has begun or locked."""
    pair = make(claims, keys, now)
    keep([(claims, pair)], now)
    return pair


def make(claims: Claims, keys: Keys, now: datetime) -> Pair:
    """The same, of which nothing is kept yet: the refresh token is good once keep() has succeeded."""
    return Pair(_signed(claims, keys, now), secrets.token_urlsafe(32), int(ACCESS.total_seconds()))


def keep(made: Sequence[tuple[Claims, Pair]], now: datetime) -> list[bool]:
    """Keep the refresh tokens of these pairs, in one statement; of each whether its sign-in still stood."""
    hashes = [_hash(pair.refresh) for _, pair in made]
    told = {
        "hashes": hashes,
        "sign_in_keys": [claims.sign_in_key for claims, _ in made],
        "session_ids": [claims.session_id for claims, _ in made],
    }
    kept = {row.hash for row in fetch(KEEP, **told, expires_at=now + REFRESH)}
    return [one in kept for one in hashes]


def renew(refresh: str, keys: Keys, now: datetime) -> Pair | None:
    """A new pair for a refresh token, which dies. None for an unknown, used or expired one.

    A used one ends its sign-in. Of two calls with the same token at the same time one gets a pair, and the other
    makes it worthless: which of them is the thief cannot be told.
    """
    known = db.session.get(RefreshToken, _hash(refresh))
    if known is None:
        return None
    key = known.sign_in_key
    # The sign-in first: ending one locks it before its tokens.
    user_id = db.session.scalar(select(SignIn.user_id).where(SignIn.key == key).with_for_update())
    if user_id is None:
        return None
    if not _use(known.hash, now):
        log.warning("a refresh token of user %s was used twice: that sign-in has ended", user_id)
        signing_in.end(key)
        return None
    if known.expires_at <= now:
        return None
    return issue(Claims(user_id, key, known.session_id), keys, now)


def read(token: str, keys: Keys, now: datetime) -> Claims | None:
    """What an access token says, if one of our keys signed it and its time is not over."""
    try:
        secret = dict(keys)[jwt.get_unverified_header(token)["kid"]]
        said: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            # The time is compared below, by the only clock.
            options={"require": ["exp", "sub", "aud", "key"], "verify_exp": False, "verify_iat": False},
        )
        is_over = float(said["exp"]) <= now.timestamp()
        return None if is_over else Claims(int(said["sub"]), str(said["key"]), said.get("sid"))
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        return None


def forget(now: datetime, most: int) -> int:
    """Delete up to `most` of the refresh tokens whose time is over; returns how many."""
    old = some_of(RefreshToken, RefreshToken.expires_at <= now, most)
    return len(db.session.scalars(delete(RefreshToken).where(old).returning(RefreshToken.hash)).all())


def _use(hashed: str, now: datetime) -> bool:
    unused = (RefreshToken.hash == hashed) & RefreshToken.used_at.is_(None)
    used = update(RefreshToken).where(unused).values(used_at=now).returning(RefreshToken.hash)
    return db.session.scalar(used) is not None


def _signed(claims: Claims, keys: Keys, now: datetime) -> str:
    name, secret = keys[0]
    said = {
        "sub": str(claims.user_id),
        "key": claims.sign_in_key,
        "aud": AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int((now + ACCESS).timestamp()),
        "jti": secrets.token_urlsafe(8),
    }
    if claims.session_id is not None:
        said["sid"] = claims.session_id
    return jwt.encode(said, secret, algorithm=ALGORITHM, headers={"kid": name})


def _hash(refresh: str) -> str:
    return hashlib.sha256(refresh.encode("utf-8", "surrogatepass")).hexdigest()
