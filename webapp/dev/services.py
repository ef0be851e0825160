"""PostgreSQL and Valkey for one data folder: start our own, find those already running, stop them."""

import atexit
import json
import os
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from webapp.dev import data_folder, postgres_home
from webapp.dev.data_folder import DataFolder
from webapp.dev.postgres import Postgres
from webapp.dev.valkey import Valkey


@dataclass(frozen=True)
class Addresses:
    """Where the two servers answer."""

    database_url: str
    redis_url: str


class Services:
    """Running servers. They stop with `stop`, at the end of a `with`, or when this process dies."""

    def __init__(self) -> None:
        self.addresses = Addresses("", "")
        self.servers: dict[str, Postgres | Valkey] = {}
        self._undo = ExitStack()

    @classmethod
    def start(cls, data: Path, durable: bool = True) -> Self:
        """Claim the folder and start both servers on it; `durable=False` is for tests.

        Raises `CannotStart` with one sentence when the folder is in use or cannot be written, or when a
        server does not start; then nothing is left running.
        """
        return cls.on(data_folder.claim(data), durable)

    @classmethod
    def on(
        cls,
        folder: DataFolder,
        durable: bool = True,
        *,
        database_url: str | None = None,
        redis_url: str | None = None,
    ) -> Self:
        """Start on a folder already claimed; a server whose address is given from outside is not started."""
        services = cls()
        with services._undo as undo:
            undo.callback(folder.release)
            services.addresses = Addresses(
                database_url or services._start_postgres(folder, durable),
                redis_url or services._start_valkey(folder, durable),
            )
            _publish(folder, services.addresses)
            undo.callback(_record(folder.path).unlink, missing_ok=True)
            services._undo = undo.pop_all()
        return services

    @property
    def database_url(self) -> str:
        """PostgreSQL's address, for SQLAlchemy."""
        return self.addresses.database_url

    @property
    def redis_url(self) -> str:
        """Valkey's address, for redis-py and RQ."""
        return self.addresses.redis_url

    def stop(self) -> None:
        """Stop the servers that `start` started and let go of the folder. Stopping twice is harmless."""
        self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_postgres(self, folder: DataFolder, durable: bool) -> str:
        home = postgres_home.choose(folder.path)
        if sentence := postgres_home.notice(home, folder.path):
            print(sentence, file=sys.stderr, flush=True)
        server = Postgres(home, folder.path / "postgres.log", durable=durable)
        self._undo.callback(server.stop)
        server.start()
        self.servers["postgres"] = server
        return server.url

    def _start_valkey(self, folder: DataFolder, durable: bool) -> str:
        server = Valkey(folder.path / "valkey", folder.path / "valkey.log", durable=durable)
        self._undo.callback(server.stop)
        server.start()
        self.servers["valkey"] = server
        return server.url


def running(data: Path = data_folder.DEFAULT) -> Addresses | None:
    """The addresses of the servers that some process runs on this folder now, or None."""
    if not data_folder.is_claimed(data):
        return None
    try:
        return Addresses(**json.loads(_record(data).read_text()))
    except FileNotFoundError:
        return None


def ensure(
    data: Path = data_folder.DEFAULT, *, database_url: str | None = None, redis_url: str | None = None
) -> Addresses:
    """The servers already running on this folder, or our own, which stop when this process ends.

    One whose address is given is not started.
    """
    found = running(data)
    if found is not None:
        return found
    services = Services.on(data_folder.claim(data), database_url=database_url, redis_url=redis_url)
    atexit.register(services.stop)
    return services.addresses


def crashed(folder: DataFolder) -> bool:
    """Did the last run on this folder, now claimed by us, end without stopping its servers?"""
    return _record(folder.path).exists()


def _record(data: Path) -> Path:
    return data / "services.json"


def _publish(folder: DataFolder, addresses: Addresses) -> None:
    # An address given from outside may hold a password, so the file is the owner's alone.
    descriptor = os.open(_record(folder.path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(addresses), file)
