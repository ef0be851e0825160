"""PostgreSQL as a child of this process: made once, started, asked whether it is ready, stopped."""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from webapp.dev import processes
from webapp.dev.postgres_home import Home
from webapp.dev.processes import CannotStart

NAME = "frontrow"  # of the database and of its role
PORT = "5432"  # only names the socket; there is no TCP
SETTINGS = {"max_connections": "300", "shared_buffers": "256MB"}
ALWAYS = {"listen_addresses": "", "port": PORT, "timezone": "UTC", "log_timezone": "UTC"}
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
READY_SECONDS = 60.0  # after a power loss it first replays its log
STOP_SECONDS = 3.0
SOCKET_PATH_LIMIT = 100  # bytes; systems allow 103 to 107


class Postgres:
    """One server on one home. `durable=False` is for tests: faster, and lost with the power."""

    def __init__(self, home: Home, log: Path, *, durable: bool = True) -> None:
        self.home, self.log, self.durable = home, log, durable
        self.sockets = home.cluster
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for SQLAlchemy."""
        place = urlencode({"host": str(self.sockets), "port": PORT})
        return f"postgresql+psycopg://{NAME}@/{NAME}?{place}"

    def start(self) -> None:
        """Make the cluster if there is none, start the server and wait until the database can be used."""
        processes.end_leftovers("postgres", self.home.cluster, signal.SIGINT)
        if not (self.home.cluster / "PG_VERSION").exists():
            self._make_cluster()
        self.sockets = self._socket_folder()
        # After a power loss, or for a process that nobody has buried, the number in these files seems to
        # live, and PostgreSQL would refuse to start.
        (self.home.cluster / "postmaster.pid").unlink(missing_ok=True)
        (self.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        self.launch()
        self._wait_until_ready()

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server without waiting; also for starting it again after it died."""
        settings = ALWAYS | SETTINGS | ({} if self.durable else HASTY)
        command = [
            str(self.home.programs / "postgres"),
            "-D",
            str(self.home.cluster),
            "-k",
            str(self.sockets),
        ]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("wb") as log:
            # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
            self.process = processes.spawn(
                command, death_signal=signal.SIGINT, stdout=log, stderr=log, **self._surroundings()
            )
        return self.process

    def stop(self) -> None:
        """Stop the server and remove the socket's folder if it lies apart from the data."""
        if self.process is not None:
            processes.end(self.process, signal.SIGINT, STOP_SECONDS)
        if self.sockets != self.home.cluster:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _make_cluster(self) -> None:
        # Made beside its place and then renamed: a cluster killed half-made is never taken for a whole one.
        half = self.home.cluster.with_name("postgres.new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        self.home.give(half)
        command = [str(self.home.programs / "initdb"), "-D", str(half), "--username", NAME, "--auth", "trust"]
        command += ["--encoding", "UTF8", "--no-locale", "--locale-provider", "builtin"]
        command += ["--builtin-locale", "C.UTF-8", "--no-instructions"]
        command += [] if self.durable else ["--no-sync"]
        made = subprocess.run(command, check=False, capture_output=True, text=True, **self._surroundings())
        if made.returncode != 0:
            reason = (made.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise CannotStart(f"PostgreSQL could not make its data folder {self.home.cluster}: {reason}")
        half.rename(self.home.cluster)

    def _socket_folder(self) -> Path:
        if len(os.fsencode(self.home.cluster / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
            return self.home.cluster
        digest = hashlib.sha256(os.fsencode(self.home.cluster)).hexdigest()[:12]
        folder = Path("/tmp") / f"frontrow-{digest}"
        if not folder.exists():
            folder.mkdir(mode=0o700)
            self.home.give(folder)
        owner = os.geteuid() if self.home.owner is None else pwd.getpwnam(self.home.owner).pw_uid
        # Anybody may write to /tmp, so the folder must be ours and not a link laid out for us.
        if folder.is_symlink() or folder.stat().st_uid != owner:
            raise CannotStart(f"PostgreSQL's socket cannot lie in {folder}, which belongs to somebody else.")
        return folder

    def _wait_until_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                self._make_database()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None:
                    raise CannotStart(f"PostgreSQL did not start: {processes.last_words(self.log)}") from None
                time.sleep(0.05)
        raise CannotStart(f"PostgreSQL was not ready within {READY_SECONDS:.0f} s; its log is {self.log}.")

    def _make_database(self) -> None:
        place = {"host": str(self.sockets), "port": PORT, "user": NAME, "connect_timeout": 5}
        with psycopg.connect(dbname="postgres", autocommit=True, **place) as connection:  # type: ignore[arg-type]
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")

    def _surroundings(self) -> dict[str, Any]:
        # A bare environment, so that somebody's PGPORT or PGDATA cannot steer this server, and a
        # working folder that its user may always enter.
        return {"env": {"PATH": os.defpath, "LC_ALL": "C"}, "cwd": "/", **self.home.as_owner}
