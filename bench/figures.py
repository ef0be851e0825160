"""What was measured, in words: percentiles, medians with their spread, the machine, the verdict."""

import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

from sqlalchemy import text

from webapp import clock
from webapp.audit import broken_promises
from webapp.db import db


class Wrong(Exception):
    """What was measured did not do what it should have done, so that its figures mean nothing."""


_kept_in: list[Path] = []


def keep_in(file: Path | None) -> None:
    """Append what is noted from now on to this file, if there is one."""
    _kept_in[:] = [file] if file else []


def note(bench: str, figure: str, **values: object) -> None:
    """Keep one figure, as a line of JSON, beside those of other runs."""
    for file in _kept_in:
        with file.open("a") as lines:
            lines.write(json.dumps({"bench": bench, "figure": figure, "at": clock.now().isoformat(), **values}) + "\n")


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest value that at least `share` per cent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The median, and from the lowest to the highest."""
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def machine() -> str:
    """What the figures were measured on."""
    postgres = db.session.scalar(text("SHOW server_version"))
    db.session.rollback()
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"On {os.cpu_count()} cores ({platform.machine()}; load before: {busy}), Python {platform.python_version()}, "
        f"PostgreSQL {postgres} with fsync, gunicorn {version('gunicorn')} with gevent {version('gevent')}."
    )


def append(file: Path, bench: str, kept: Sequence[dict[str, object]]) -> None:
    """Add the figures to a file, each a line of JSON with the bench's name and the time."""
    with file.open("a") as lines:
        for figure in kept:
            lines.write(json.dumps({"bench": bench, "at": clock.now().isoformat(), **figure}) + "\n")


def verdict(what: str, is_met: bool) -> None:
    """Say whether a set figure was reached."""
    print(f"{'Met' if is_met else 'NOT MET'}: {what}.")


def audit() -> None:
    """Raises Wrong, naming them, if a promise is broken."""
    broken = broken_promises(clock.now())
    if broken:
        raise Wrong("\n".join(f"BROKEN {promise.name}: {promise.sentence}" for promise in broken[:20]))


def require_all(statuses: dict[str, int], wanted: int, what: str) -> None:
    """Raises Wrong unless every answer had the status wanted."""
    if set(statuses) != {str(wanted)}:
        raise Wrong(f"{what}: every answer should have been {wanted}, but there were {statuses}.")
