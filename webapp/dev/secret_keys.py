"""The secrets of one data folder: made at the first start, kept, readable by their owner alone."""

import base64
import json
import os
import secrets
from pathlib import Path

from webapp.dev.processes import CannotStart


def keep(data: Path) -> dict[str, str]:
    """The secrets as settings by name; made and stored when the folder has none."""
    path = data / "secrets.json"
    try:
        kept: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        kept = {}
    except ValueError as problem:
        raise CannotStart(f"The secrets in {path} cannot be read: {problem}. Mend or delete the file.") from problem
    # A folder of an earlier version lacks what came later.
    complete = {**_made(), **kept}
    if complete != kept:
        _store(path, complete)
    return complete


def _made() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(32),
        "TOKEN_KEYS": "first:" + secrets.token_urlsafe(32),
        "SANDBOX_API_KEY": "sk_" + secrets.token_urlsafe(24),
        "SANDBOX_WEBHOOK_SECRET": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }


def _store(path: Path, values: dict[str, str]) -> None:
    # Written beside its place and renamed, so that a kill in between leaves no half of a file.
    half = path.with_suffix(".new")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(values, file, indent=2)
    half.rename(path)
