"""Typed settings from the environment. A bad value stops the start with a sentence."""

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

PROVIDERS = ("sandbox", "stripe")

SHORTEST_TOKEN_KEY = 32  # as long as what it makes: HS256


class BadSetting(ValueError):
    """A setting that cannot be used; its text is the sentence the operator reads."""


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed over. `is_wrapped`: TLS from the first byte; else STARTTLS where it is offered."""

    host: str
    port: int
    user: str
    password: str
    is_wrapped: bool
    sender: str

    @property
    def is_here(self) -> bool:
        return self.host in {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Settings:
    """What the environment decides. Addresses are URLs without a trailing slash; who is not named has no secrets."""

    database_url: str
    redis_url: str
    secret_key: str
    public_url: str
    callback_url: str
    sandbox_url: str
    sandbox_public_url: str
    sandbox_api_key: str
    sandbox_webhook_secret: str
    payment_providers: tuple[str, ...]
    stripe_secret_key: str
    stripe_publishable_key: str
    stripe_webhook_secret: str
    stripe_api_url: str
    stripe_js_url: str
    rate_limits: bool
    cookies_secure: bool
    pool_size: int
    proxies: int
    token_keys: tuple[tuple[str, str], ...]  # id and secret; the first signs, all are accepted
    mail_server: MailServer | None = None


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings, or raise BadSetting with the sentence that names the variable."""
    public_url = _url(environ, "PUBLIC_URL", "http://127.0.0.1:8000", {"http", "https"})
    sandbox_url = _url(environ, "SANDBOX_URL", "http://127.0.0.1:8001", {"http", "https"})
    named = _providers(environ)
    return Settings(
        database_url=_database_url(environ),
        redis_url=_url(environ, "REDIS_URL", None, {"redis", "rediss", "unix"}),
        secret_key=_secret(environ, "SECRET_KEY", at_least=16),
        public_url=public_url,
        callback_url=_url(environ, "CALLBACK_URL", public_url, {"http", "https"}),
        sandbox_url=sandbox_url,
        sandbox_public_url=_url(environ, "SANDBOX_PUBLIC_URL", sandbox_url, {"http", "https"}),
        sandbox_api_key=_secret(environ, "SANDBOX_API_KEY", at_least=16) if "sandbox" in named else "",
        sandbox_webhook_secret=_sandbox_secret(environ, "SANDBOX_WEBHOOK_SECRET") if "sandbox" in named else "",
        payment_providers=named,
        stripe_secret_key=_key(environ, "STRIPE_SECRET_KEY", ("sk_", "rk_")) if "stripe" in named else "",
        stripe_publishable_key=_key(environ, "STRIPE_PUBLISHABLE_KEY", ("pk_",)) if "stripe" in named else "",
        stripe_webhook_secret=_webhook_secret(environ, "STRIPE_WEBHOOK_SECRET") if "stripe" in named else "",
        stripe_api_url=_url(environ, "STRIPE_API_URL", "https://api.stripe.com", {"http", "https"}),
        stripe_js_url=_url(environ, "STRIPE_JS_URL", "https://js.stripe.com/v3", {"http", "https"}) + "/",
        rate_limits=_switch(environ, "RATE_LIMITS", "on"),
        cookies_secure=_switch(environ, "COOKIES_SECURE", "on" if public_url.startswith("https") else "off"),
        pool_size=_whole_number(environ, "DATABASE_POOL", 20, 1, 200),
        proxies=_whole_number(environ, "TRUSTED_PROXIES", 0, 0, 5),
        mail_server=_mail_server(environ),
        token_keys=_token_keys(environ),
    )


def _providers(environ: Mapping[str, str]) -> tuple[str, ...]:
    named = tuple(name.strip() for name in (environ.get("PAYMENT_PROVIDERS") or "sandbox").split(","))
    if not set(named) <= set(PROVIDERS) or len(set(named)) < len(named):
        raise BadSetting(
            f"PAYMENT_PROVIDERS must name some of {', '.join(PROVIDERS)}, once each, but is {','.join(named)!r}."
        )
    return named


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


def _webhook_secret(environ: Mapping[str, str], name: str) -> str:
    value = _secret(environ, name, at_least=24)
    if not value.startswith("whsec_"):
        raise BadSetting(f"{name} must start with whsec_.")
    return value


def _sandbox_secret(environ: Mapping[str, str], name: str) -> str:
    """Stripe signs with its secret as it is spelled; the sandbox with the bytes that it spells."""
    value = _webhook_secret(environ, name)
    encoded = value.removeprefix("whsec_")
    try:
        base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        raise BadSetting(f"{name} must start with whsec_ and go on in base64.") from None
    return value


def _key(environ: Mapping[str, str], name: str, prefixes: tuple[str, ...]) -> str:
    value = _required(environ, name)
    # The two kinds of key are easily exchanged, and the secret one must never reach a page.
    if not value.startswith(prefixes):
        raise BadSetting(f"{name} must start with {' or '.join(prefixes)}.")
    return value


def _mail_server(environ: Mapping[str, str]) -> MailServer | None:
    url, sender = environ.get("MAIL_URL") or "", environ.get("MAIL_FROM") or ""
    if not url:
        return None
    parts = urlsplit(url)
    try:
        port = parts.port or {"smtp": 587, "smtps": 465}.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not port or parts.path.strip("/"):
        raise BadSetting("MAIL_URL must be like smtp://user:password@host:587 or smtps://user:password@host:465.")
    if bool(parts.username) != bool(parts.password):
        raise BadSetting("MAIL_URL must have both a user and a password, or neither.")
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", parseaddr(sender)[1]) or "\n" in sender or "\r" in sender:
        raise BadSetting("MAIL_FROM must be an address like Frontrow <tickets@example.org> when MAIL_URL is set.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, port, user, password, parts.scheme == "smtps", sender)


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
