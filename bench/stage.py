"""The stage: PostgreSQL, Valkey and gunicorn on a temporary folder and free ports, gone at the end."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import alembic.command
import requests
from flask import Flask

from webapp import clock, create_app
from webapp.cli import alembic_config
from webapp.config import from_environment
from webapp.db import db, transaction
from webapp.dev import processes, seeds
from webapp.dev.processes import CannotStart
from webapp.dev.services import Services

HOST = "127.0.0.1"
WEB = "web"
ROOT = Path(__file__).parent.parent
READY_SECONDS = 90.0
SECRETS = {
    "TOKEN_KEYS": "one:a key for the bench and nothing else",
    "SECRET_KEY": "a secret for the bench and nothing else",
    "SANDBOX_API_KEY": "sk_for_the_bench_and_nothing_else",
    "SANDBOX_WEBHOOK_SECRET": "whsec_Zm9yIHRoZSBiZW5jaCBhbmQgbm90aGluZyBlbHNlISE=",
}


@dataclass(frozen=True)
class Stage:
    """The servers, and the app of this process on them; `folder` is for whatever the bench writes."""

    app: Flask
    environment: dict[str, str]
    folder: Path
    pids: dict[str, int]


@contextmanager
def opened(**told: str) -> Iterator[Stage]:
    """Servers as durable as in production with the demo's concerts on them, inside an app context.

    `told` goes into the environment of all that is started.
    """
    with tempfile.TemporaryDirectory(prefix="frontrow-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL, which does not run as root, has to pass
        with Services.start(folder / "data") as services:
            addresses = {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}
            environment = {**os.environ, **SECRETS, **addresses, "RATE_LIMITS": "off", **told}
            app = create_app(from_environment(environment))
            with app.app_context():
                _prepare()
                yield Stage(app, environment, folder, _pids(services))
                db.session.remove()
                db.engine.dispose()


@contextmanager
def web(stage: Stage, workers: int, app: str = "bench.wsgi:app", **told: str) -> Iterator[int]:
    """The web process as `bin/run` starts it, but with so many workers, `app`, and `told` in its environment."""
    port, log = int(told.get("PORT") or free_port()), stage.folder / "web.log"
    environment = {**stage.environment, "HOST": HOST, "PORT": str(port), "WEB_CONCURRENCY": str(workers), **told}
    with log.open("wb") as output:
        process = processes.spawn(
            [sys.executable, "-m", "gunicorn", app],
            stdout=output,
            stderr=output,
            env=environment,
            cwd=ROOT,
        )
    try:
        wait_until_ready(f"http://{HOST}:{port}/readyz", process, log)
        stage.pids[WEB] = process.pid
        yield port
    finally:
        processes.end(process, signal.SIGTERM, 10.0)


def _pids(services: Services) -> dict[str, int]:
    return {name: server.process.pid for name, server in services.servers.items() if server.process}


def _prepare() -> None:
    alembic.command.upgrade(alembic_config(), "head")
    with transaction():
        seeds.seed(clock.now())


def wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once this address answers well. Raises CannotStart with the program's last words."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(address, timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    raise CannotStart(f"{address} does not answer: {processes.last_words(log)}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
