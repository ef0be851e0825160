"""Keeps programs running: starts each again when it dies, and stops them all, in order, at a signal."""

import itertools
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from webapp.dev import processes
from webapp.dev.log_lines import LogLines

Launch = Callable[[], subprocess.Popen[bytes]]

TICK_SECONDS = 0.2
STOP_SECONDS = 4.0  # with what comes after it, down to the servers' own stop, this stays within ten seconds
KILL_SECONDS = 0.5  # for all that are killed together
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
STEADY_SECONDS = 30.0  # a program that ran this long has recovered: its next pause is short again


@dataclass
class Program:
    """One program: how to start it, its process now, and when to start it again after it died."""

    name: str
    launch: Launch
    process: subprocess.Popen[bytes]
    started_at: float
    pause: float = FIRST_PAUSE_SECONDS
    resume_at: float | None = None


class Supervisor:
    """Programs under watch. Runs in the main thread: signals and the tie to our children want it so."""

    def __init__(self) -> None:
        self.lines = LogLines()
        self.stopping = False
        self._programs: list[Program] = []
        self._servers: list[Program] = []
        processes.adopt_orphans()

    def add(self, name: str, command: str, environment: dict[str, str], folder: Path) -> None:
        """Start a shell command and keep it running; what it prints appears under its name."""
        launch = partial(
            processes.spawn,
            f"exec {command}",
            shell=True,
            env=environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        program = Program(name, launch, launch(), time.monotonic())
        self._programs.append(program)
        self._follow(program)

    def watch(self, name: str, launch: Launch, process: subprocess.Popen[bytes]) -> None:
        """Start a running server again when it dies; its owner stops it and keeps its log."""
        self._servers.append(Program(name, launch, process, time.monotonic()))

    def run(self, each_tick: Callable[[], None]) -> None:
        """Watch until a signal to stop, or until `each_tick` raises; then stop all that `add` started."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            while not self.stopping and not self.lines.unread:
                self.lines.relay(TICK_SECONDS)
                self._revive()
                each_tick()
        finally:
            self._stop()

    def _ask_to_stop(self, _number: int, _frame: object) -> None:
        self.stopping = True

    def _revive(self) -> None:
        now = time.monotonic()
        for program in itertools.chain(self._servers, self._programs):
            if program.resume_at is None:
                if program.process.poll() is not None:
                    self._plan_restart(program, now)
            elif now >= program.resume_at:
                program.process, program.started_at, program.resume_at = program.launch(), now, None
                self._follow(program)

    def _plan_restart(self, program: Program, now: float) -> None:
        # What it left behind (a gunicorn worker, RQ's work horse, a busy backend of PostgreSQL) still
        # holds a port, a job or memory.
        processes.kill_orphans(self._known())
        if now - program.started_at > STEADY_SECONDS:
            program.pause = FIRST_PAUSE_SECONDS
        ending = _ending(program.process.returncode)
        self.lines.say(f"{program.name} {ending}; starting it again in {program.pause:g} s")
        program.resume_at = now + program.pause
        program.pause = min(program.pause * 2, LONGEST_PAUSE_SECONDS)

    def _stop(self) -> None:
        self.lines.say("stopping")
        alive = [program for program in self._programs if program.process.poll() is None]
        # Only the first process of each is told: it stops its own children in its own order.
        for program in alive:
            program.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while alive and time.monotonic() < deadline:
            self.lines.relay(TICK_SECONDS)
            alive = [program for program in alive if program.process.poll() is None]
        for program in alive:
            self.lines.say(f"{program.name} did not stop within {STOP_SECONDS:.0f} s and is killed")
        processes.kill([program.process for program in alive], KILL_SECONDS)
        processes.kill_orphans(self._known())
        self.lines.relay(0)

    def _known(self) -> list[int]:
        return [program.process.pid for program in (*self._servers, *self._programs)]

    def _follow(self, program: Program) -> None:
        if program.process.stdout is not None:
            self.lines.follow(program.name, program.process.stdout)


def _ending(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"stopped with exit code {code}"
