"""Backing the database up into one file, and restoring it into an empty one; for bin/backup and bin/restore.

The programs are PostgreSQL's own. Nothing in Redis needs a backup.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

from webapp.config import BadSetting
from webapp.dev import environment
from webapp.dev.postgres_home import packaged_programs

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


class CannotDoIt(Exception):
    """Why there is no backup, or nothing was restored; its text is the sentence the operator reads."""


def back_up(database_url: str, file: Path) -> None:
    """Write the whole database, as of one moment, into `file`; sales go on meanwhile. Raises CannotDoIt."""
    if file.exists():
        raise CannotDoIt(f"{file} is there already; a backup never overwrites another.")
    half = file.with_name(file.name + ".half")
    # Written beside its place: a file of this name is a whole backup.
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={half}", _address(database_url))
    half.rename(file)


def restore(database_url: str, file: Path) -> None:
    """Bring the database of `file` into an empty one, all of it or nothing. Raises CannotDoIt."""
    if not file.is_file():
        raise CannotDoIt(f"There is no backup {file}.")
    with psycopg.connect(_address(database_url)) as connection:
        count = connection.execute(TABLES).fetchone()
    if count != (0,):
        raise CannotDoIt("The database is not empty. Restore into a new one, then point DATABASE_URL at it.")
    whole = ("--exit-on-error", "--single-transaction")
    _run("pg_restore", "--no-owner", *whole, f"--dbname={_address(database_url)}", file)


def main(what: str, file: str) -> None:
    try:
        if not os.environ.get("DATABASE_URL"):
            os.environ.pop("DATABASE_URL", None)
            environment.lend()  # the house of this machine
        database_url = os.environ["DATABASE_URL"]
        {"backup": back_up, "restore": restore}[what](database_url, Path(file))
    except (BadSetting, CannotDoIt, psycopg.OperationalError) as problem:
        sys.exit(str(problem).strip())
    print(f"{file} holds the whole database." if what == "backup" else f"The database is that of {file}.")


def _run(program: str, *arguments: str | Path) -> None:
    done = subprocess.run([_program(program), *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise CannotDoIt(done.stderr)


def _program(name: str) -> str:
    """PostgreSQL's program: that of the pip package, or the machine's own where the package has none."""
    packaged = packaged_programs() / name
    found = str(packaged) if packaged.exists() else shutil.which(name)
    if found is None:
        raise CannotDoIt(f"{name} is not installed.")
    return found


def _address(database_url: str) -> str:
    """As PostgreSQL's programs spell it; SQLAlchemy adds its driver's name."""
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
