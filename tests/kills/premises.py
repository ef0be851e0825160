"""A whole Frontrow to kill: the Procfile's processes on Postgres and Valkey of its own, as durable as bin/run's.

Web and gateway are started by the Procfile's commands, workers by nursery.py.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import psutil
from rq.job import Job, JobStatus

from tests.conftest import TEST_SECRETS
from tests.kills.nursery import Forked, Nursery
from tests.kills.points import Points
from tests.running import answers, free_port, start, wait_until
from webapp import jobs
from webapp.db import autocommitting, db
from webapp.dev.postgres import Postgres
from webapp.dev.services import Services

# As many as are to be stopped in a job at once.
WORKERS = ("worker 1", "worker 2", "worker 3")
PROGRAMS = ("gateway", "web", *WORKERS)
# What the clock process would enqueue, here at once.
JANITORS = (
    (jobs.LINE, "workers.line.expire_sessions"),
    (jobs.LINE, "workers.seats.release_holds"),
    (jobs.MONEY, "workers.payments.settle_forgotten"),
    (jobs.ASKING, jobs.REFUND_SHOWS),
    (jobs.ASKING, "workers.payments.ask_providers"),
    (jobs.ASKING, "workers.payments.finish_cancellations"),
    (jobs.ASKING, "workers.refunds.send_refunds"),
)
SETTLE_SECONDS = 1  # between two runs of the first of them that a fan might wait for
FORGOTTEN_SECONDS = 11  # then a stored callback that nobody has settled is looked for
SERVERS = ("redis", "postgres")
VICTIMS = ("web", "worker", "redis", "postgres", "gateway")


class Premises:
    """The running house. `kill` is SIGKILL to a process and all it started; `revive` is what a supervisor does."""

    def __init__(self, folder: Path, services: Services, **settings: str) -> None:
        self.services, self.points, self.settled_at = services, Points(folder / "points"), 0.0
        self.folder, web, gateway = folder, free_port(), free_port()
        self.address, self.gateway = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{gateway}"
        self.environment = {
            **os.environ,
            **TEST_SECRETS,
            **self.points.environment,
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "RATE_LIMITS": "off",
            "DATABASE_POOL": "10",
            "WEB_CONCURRENCY": "1",
            "PORT": str(web),
            "PUBLIC_URL": self.address,
            "SANDBOX_URL": self.gateway,
            "GATEWAY_PORT": str(gateway),
            "GATEWAY_DATA": str(folder / "gateway"),
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "counts"),
            **settings,
        }
        (folder / "counts").mkdir()
        self.ahead = timedelta()
        self.nursery = Nursery(self.environment)
        self.programs: dict[str, subprocess.Popen[bytes] | Forked] = {}

    def kill(self, name: str) -> None:
        """SIGKILL, to a server or to all programs of that name, and to whatever they have started."""
        servers = [self._server(name).process] if name in SERVERS else []
        firsts = servers or [one for key, one in self.programs.items() if key.startswith(name)]
        alive = [psutil.Process(one.pid) for one in firsts if one.poll() is None]
        families = [[one, *one.children(recursive=True)] for one in alive]
        for process in chain(*families):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        for first in firsts:
            first.wait(30)
        psutil.wait_procs(chain(*families), 30)

    def kill_process(self, pid: int) -> None:
        """SIGKILL, to the program that has this id."""
        self.kill(next(name for name, program in self.programs.items() if program.pid == pid))

    def revive(self) -> None:
        """Start again whatever has ended, each with its data and at its address, and wait until all answers."""
        for name in SERVERS:
            server = self._server(name)
            if server.process is not None and server.process.poll() is not None:
                if isinstance(server, Postgres):
                    server.start()
                    _forget_connections()
                    continue
                server.launch()
                server._wait_until_ready()
        for name in PROGRAMS:
            if name not in self.programs or self.programs[name].poll() is not None:
                self.programs[name] = self.nursery.worker() if name in WORKERS else start(name, self.environment)
        wait_until(self.is_open, 60, "web and gateway answer")

    def now(self) -> datetime:
        """What every clock of this house shows."""
        return datetime.now(UTC) + self.ahead

    def pass_time(self, **time: float) -> None:
        """Move every clock on by so many minutes or seconds."""
        self.ahead += timedelta(**time)
        self.points.move_clock(self.ahead.total_seconds())

    def tidy(self, **time: float) -> None:
        """Let time pass and have the real workers do every recurring job of money, seats and the line once."""
        self.revive()
        self.pass_time(**time)
        begun = [jobs.queue(queue).enqueue(job) for queue, job in JANITORS]
        wait_until(lambda: all(map(self._has_ended, begun)), 45, "the workers have done the recurring jobs")

    def settle_forgotten(self) -> None:
        """As the clock has it done every ten seconds: a callback whose worker died, or woke nobody, is found again."""
        if time.monotonic() - self.settled_at > SETTLE_SECONDS:
            self.settled_at = time.monotonic()
            self.pass_time(seconds=FORGOTTEN_SECONDS)
            jobs.queue(jobs.MONEY).enqueue("workers.payments.settle_forgotten")

    def _has_ended(self, job: Job) -> bool:
        if any(program.poll() is not None for program in self.programs.values()):
            self.revive()  # a worker that lost its Redis in the middle of a job ends, and its supervisor comes by
        return job.get_status() in {JobStatus.FINISHED, JobStatus.FAILED}

    def is_open(self) -> bool:
        return answers(f"{self.address}/readyz") and answers(f"{self.gateway}/healthz")

    def close(self) -> None:
        for program in self.programs.values():
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
        for program in self.programs.values():
            program.wait(30)
        self.nursery.close()

    def _server(self, name: str):  # type: ignore[no-untyped-def]
        return self.services.servers["valkey" if name == "redis" else name]


def _forget_connections() -> None:
    """This process's own, which died with the server."""
    db.session.remove()
    db.engine.dispose()
    autocommitting(db.engine).dispose()


@contextmanager
def open_premises(folder: Path, **settings: str) -> Iterator[Premises]:
    """A house with servers of its own that keep what they have written, whoever kills them."""
    with Services.start(folder / "data", durable=True) as services:
        premises = Premises(folder, services, **settings)
        try:
            yield premises
        finally:
            premises.close()
