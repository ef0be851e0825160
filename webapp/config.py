"""Typed settings from the environment. A bad value stops the start with a sentence."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

SHORTEST_TOKEN_KEY = 32  # as long as what it makes: HS256


class BadSetting(ValueError):
    """A setting that cannot be used; its text is the sentence the operator reads."""


@dataclass(frozen=True)
class Settings:
    """What the environment decides. Addresses are URLs without a trailing slash."""

    database_url: str
    redis_url: str
    secret_key: str
    public_url: str
    callback_url: str
    sandbox_url: str
    sandbox_public_url: str
    sandbox_api_key: str
    sandbox_webhook_secret: str
    rate_limits: bool
    cookies_secure: bool
    pool_size: int
    proxies: int
    token_keys: tuple[tuple[str, str], ...]  # id and secret; the first signs, all are accepted


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings, or raise BadSetting with the sentence that names the variable."""
    public_url = _url(environ, "PUBLIC_URL", "http://127.0.0.1:8000", {"http", "https"})
    sandbox_url = _url(environ, "SANDBOX_URL", "http://127.0.0.1:8001", {"http", "https"})
    return Settings(
        database_url=_database_url(environ),
        redis_url=_url(environ, "REDIS_URL", None, {"redis", "rediss", "unix"}),
        secret_key=_secret(environ, "SECRET_KEY", at_least=16),
        public_url=public_url,
        callback_url=_url(environ, "CALLBACK_URL", public_url, {"http", "https"}),
        sandbox_url=sandbox_url,
        sandbox_public_url=_url(environ, "SANDBOX_PUBLIC_URL", sandbox_url, {"http", "https"}),
        sandbox_api_key=_secret(environ, "SANDBOX_API_KEY", at_least=16),
        sandbox_webhook_secret=_webhook_secret(environ),
        rate_limits=_switch(environ, "RATE_LIMITS", "on"),
        cookies_secure=_switch(environ, "COOKIES_SECURE", "on" if public_url.startswith("https") else "off"),
        pool_size=_whole_number(environ, "DATABASE_POOL", 20, 1, 200),
        proxies=_whole_number(environ, "TRUSTED_PROXIES", 0, 0, 5),
        token_keys=_token_keys(environ),
    )


def _required(environ: Mapping[str, str], name: str, default: str | None = None) -> str:
    value = environ.get(name) or default
    if not value:
        raise BadSetting(f"{name} is not set.")
    return value


def _url(environ: Mapping[str, str], name: str, default: str | None, schemes: set[str]) -> str:
    value = _required(environ, name, default).rstrip("/")
    if urlsplit(value).scheme not in schemes:
        raise BadSetting(f"{name} must be an address starting with {' or '.join(sorted(schemes))}:// but is {value!r}.")
    return value


def _database_url(environ: Mapping[str, str]) -> str:
    value = _required(environ, "DATABASE_URL")
    for scheme in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if value.startswith(scheme):
            return "postgresql+psycopg://" + value.removeprefix(scheme)
    raise BadSetting("DATABASE_URL must start with postgresql://: Frontrow keeps its promises in Postgres.")


def _secret(environ: Mapping[str, str], name: str, at_least: int) -> str:
    value = _required(environ, name)
    if len(value) < at_least:
        raise BadSetting(f"{name} must have at least {at_least} characters.")
    return value


def _webhook_secret(environ: Mapping[str, str]) -> str:
    value = _secret(environ, "SANDBOX_WEBHOOK_SECRET", at_least=24)
    if not value.startswith("whsec_"):
        raise BadSetting("SANDBOX_WEBHOOK_SECRET must start with whsec_ and go on in base64.")
    return value


def _token_keys(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """ "b:secret,a:secret": the first signs the API's tokens; the others are accepted while tokens by them live."""
    keys = [key.partition(":") for key in _required(environ, "TOKEN_KEYS").split(",")]
    names = [name.strip() for name, _, _ in keys]
    if not all(names) or len(set(names)) < len(names):
        raise BadSetting("TOKEN_KEYS must be id:secret, or several with commas between, each id only once.")
    for name, _, secret in keys:
        if len(secret.strip()) < SHORTEST_TOKEN_KEY:
            raise BadSetting(f"TOKEN_KEYS: the secret of {name.strip()!r} must have at least 32 characters.")
    return tuple((name.strip(), secret.strip()) for name, _, secret in keys)


def _switch(environ: Mapping[str, str], name: str, default: str) -> bool:
    value = (environ.get(name) or default).lower()
    if value not in {"on", "off"}:
        raise BadSetting(f"{name} must be on or off but is {value!r}.")
    return value == "on"


def _whole_number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise BadSetting(f"{name} must be a whole number from {low} to {high} but is {value!r}.")
    return int(value)
