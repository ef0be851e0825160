"""Workers by fork: loading the program takes each of them seconds, and a great many are killed here.

`python -m tests.kills.nursery` loads what `python -m workers.run` does. For each line it reads, settings in JSON, it
answers with the id of a new process that goes on with them as `workers.run` would, from building its app on.
"""

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import suppress

import psutil

from tests.running import ROOT

DIED = -signal.SIGKILL


class Forked:
    """A worker that a nursery has forked, to be handled like a process of one's own."""

    def __init__(self, pid: int) -> None:
        self.pid, self._process = pid, psutil.Process(pid)

    def poll(self) -> int | None:
        return None if self._process.is_running() else DIED

    def kill(self) -> None:
        with suppress(psutil.NoSuchProcess):
            self._process.kill()

    def wait(self, seconds: float) -> int:
        self._process.wait(seconds)
        return DIED


class Nursery:
    """Where the workers of a house come from."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.kills.nursery"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)  # type: ignore[call-overload]

    def worker(self, **settings: str) -> Forked:
        """A new worker, with these settings besides the house's."""
        print(json.dumps(settings), file=self._process.stdin, flush=True)
        return Forked(int(self._process.stdout.readline()))

    def close(self) -> None:
        """End it at once; who has it closes its workers first."""
        self._process.kill()
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)


def main() -> None:
    """Fork on demand until nobody can ask any more; then nobody is left behind."""
    import webapp.building  # noqa: F401 what create_app would load

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here asks how they ended
    forked = []
    for line in sys.stdin:
        forked.append(psutil.Process(_fork(json.loads(line))))
        sys.stdout.write(f"{forked[-1].pid}\n")
        sys.stdout.flush()
    for process in forked:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _fork(settings: dict[str, str]) -> int:
    from workers import run

    child = os.fork()
    if child:
        return child
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.environ.update(settings)
    random.seed()
    try:
        run.main([])
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
