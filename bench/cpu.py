"""Processor time: what work costs, whoever else keeps the machine busy."""

from collections import Counter
from collections.abc import Iterator, Mapping
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


class Profile:
    """The processor time that each of these processes spent while it ran, in seconds, by their names."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self.pids = dict(pids)
        self.seconds: Counter[str] = Counter()

    @contextmanager
    def running(self) -> Iterator[None]:
        before = {name: spent(pid) for name, pid in self.pids.items()}
        yield
        for name, pid in self.pids.items():
            self.seconds[name] += spent(pid) - before[name]


def spent(pid: int) -> float:
    """Seconds of processor time, by a process and those it started, the ended ones too that it has waited for."""
    parent = psutil.Process(pid)
    times = [process.cpu_times() for process in [parent, *parent.children(recursive=True)]]
    return float(sum(one.user + one.system + one.children_user + one.children_system for one in times))
