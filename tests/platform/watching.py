"""A program under a test's eye: what it prints, line by line, and whether anything of it is left."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 180  # a program that hangs is killed then, and the test fails with what it printed


class Watched:
    """A running program and the lines it has printed so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def expect(self, *texts: str) -> str:
        """Read on to the line that contains each of the texts."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if all(text in line for text in texts):
                return line
        raise AssertionError(f"it ended without saying {texts}:\n{''.join(self.lines)}")

    def rest(self) -> str:
        """All it prints until its end."""
        assert self.process.stdout is not None
        self.lines += list(self.process.stdout)
        return "".join(self.lines)

    def family(self) -> list[psutil.Process]:
        """The program and everything below it."""
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]


@contextlib.contextmanager
def watched(*command: str, environment: dict[str, str] | None = None) -> Iterator[Watched]:
    """Start a command of this project in a session of its own; at the end nothing of it is left."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **(environment or {})},
    ) as process:
        watch = Watched(process)
        alarm = threading.Timer(PATIENCE_SECONDS, process.kill)
        alarm.start()
        try:
            yield watch
        finally:
            alarm.cancel()
            alarm.join()
            left = watch.family() if process.poll() is None else []
            for one in left:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.send_signal(signal.SIGKILL)


def still_there(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that have not ended within the time. One that waits for its parent's last look has ended."""
    return [process for process in psutil.wait_procs(processes, timeout=seconds)[1] if not _is_over(process)]


def _is_over(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
