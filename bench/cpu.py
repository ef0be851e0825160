"""Processor time: what work costs, whoever else keeps the machine busy."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from bench.stage import WEB, Stage

MILLISECONDS = 1000


class Meter:
    """The processor time that web processes and Postgres spent while it ran, in seconds."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.web, self.postgres = stage, 0.0, 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        web, postgres = spent(self.stage.pids[WEB]), spent(self.stage.pids["postgres"])
        yield
        self.web += spent(self.stage.pids[WEB]) - web
        self.postgres += spent(self.stage.pids["postgres"]) - postgres

    def each(self, answers: int) -> tuple[float, float]:
        """Milliseconds for each answer: the web process's, and Postgres's."""
        return self.web / answers * MILLISECONDS, self.postgres / answers * MILLISECONDS


def spent(pid: int) -> float:
    """Seconds of processor time, by a process and those it started; they live as long as the run."""
    parent = psutil.Process(pid)
    times = [process.cpu_times() for process in [parent, *parent.children(recursive=True)]]
    return float(sum(one.user + one.system for one in times))
