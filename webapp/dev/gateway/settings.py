"""The sandbox company's settings, read from the environment. A bad value is one sentence."""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class BadSetting(ValueError):
    """A setting that cannot be used; its text is the sentence the operator reads."""


@dataclass(frozen=True)
class Settings:
    """Where the company listens, keeps its book, and what it shares with the shop."""

    data: Path
    api_key: str
    webhook_secret: str
    host: str = "127.0.0.1"
    port: int = 8001
    public_url: str = "http://127.0.0.1:8001"
    first_retry_seconds: float = 0.5
    late_seconds: float = 3.0
    late_seconds_without_hold: float = 10.0


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings, or raise BadSetting with the sentence that names the variable."""
    host = environ.get("HOST") or "127.0.0.1"
    port = _port(environ)
    return Settings(
        data=_folder(environ),
        api_key=_api_key(environ),
        webhook_secret=_webhook_secret(environ),
        host=host,
        port=port,
        public_url=_public_url(environ, host, port),
    )


def _port(environ: Mapping[str, str]) -> int:
    value = environ.get("GATEWAY_PORT") or "8001"
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:6]) <= 65535:
        raise BadSetting(f"GATEWAY_PORT must be a whole number from 1 to 65535 but is {value!r}.")
    return int(value)


def _folder(environ: Mapping[str, str]) -> Path:
    folder = Path(environ.get("GATEWAY_DATA") or "var/gateway")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadSetting(f"GATEWAY_DATA names a folder that cannot be written: {folder} ({reason}).") from error
    return folder


def _api_key(environ: Mapping[str, str]) -> str:
    value = environ.get("SANDBOX_API_KEY", "")
    if len(value) < 16 or not value.isascii() or not value.isprintable() or " " in value:
        raise BadSetting("SANDBOX_API_KEY must have at least 16 plain characters and no space.")
    return value


def _webhook_secret(environ: Mapping[str, str]) -> str:
    value = environ.get("SANDBOX_WEBHOOK_SECRET", "")
    encoded = value.removeprefix("whsec_")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not value.startswith("whsec_") or len(key) < 12:
        raise BadSetting("SANDBOX_WEBHOOK_SECRET must be whsec_ and then at least 12 bytes in base64.")
    return value


def _public_url(environ: Mapping[str, str], host: str, port: int) -> str:
    own = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"
    value = (environ.get("SANDBOX_PUBLIC_URL") or environ.get("SANDBOX_URL") or own).rstrip("/")
    if not value.startswith(("http://", "https://")) or not _has_host(value):
        raise BadSetting(f"SANDBOX_PUBLIC_URL must be an address starting with http:// or https:// but is {value!r}.")
    return value


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False
