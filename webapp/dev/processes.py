"""How a program is started so that it cannot outlive us, and how it is ended. Which programs: elsewhere."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import psutil

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LEFTOVER_SECONDS = 10.0
ORPHAN_SECONDS = 1.0


class CannotStart(RuntimeError):
    """Something stands in the way of a start; the text is one sentence for the person at the terminal."""


def spawn(
    command: list[str] | str, *, death_signal: signal.Signals = signal.SIGTERM, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, which gets `death_signal` should we die, even by SIGKILL.

    Call it from the main thread: Linux ties the signal to the thread that forks. Other systems have no such
    tie; there a server left behind is ended at the next start (`end_leftovers`).
    """
    # A session of its own keeps the terminal's Ctrl-C from the program: we end it, in our order.
    # What runs between fork and exec is one call into libc, which is safe with threads about.
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_tie_to_parent(death_signal),
        **options,
    )


def end(process: subprocess.Popen[bytes], how: signal.Signals, seconds: float) -> None:
    """Ask the process to end with the signal `how`; after `seconds` kill it with its whole group."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def kill(together: Sequence[subprocess.Popen[bytes]], seconds: float) -> None:
    """Kill these processes, then wait for all of them, so long at most."""
    for process in together:
        process.kill()
    deadline = time.monotonic() + seconds
    for process in together:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))


def end_leftovers(program: str, folder: Path, how: signal.Signals) -> None:
    """End every `program` at work in `folder`: what an earlier run, killed outright, left there.

    Only whoever has claimed the folder may call this.
    """
    left = [process for process in psutil.process_iter(["name"]) if _works_in(process, program, folder)]
    for process in left:
        _signal(process, how)
    _, alive = psutil.wait_procs(left, LEFTOVER_SECONDS)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, LEFTOVER_SECONDS)


def adopt_orphans() -> None:
    """Make orphaned descendants children of this process (Linux), so that `kill_orphans` can find them."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def kill_orphans(known: Iterable[int]) -> None:
    """Kill every child of ours that is not `known`, with all below it: what an ended program left behind."""
    known = set(known)
    orphans = [child for child in psutil.Process().children() if child.pid not in known]
    for orphan in orphans:
        for process in [*_below(orphan), orphan]:
            _signal(process, signal.SIGKILL)
    psutil.wait_procs(orphans, ORPHAN_SECONDS)


def last_words(log: Path) -> str:
    """Why a server did not start: the last fatal line of its log, else the last line."""
    lines = log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
    fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return (fatal or lines)[-1]


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        below: list[psutil.Process] = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return below


def _signal(process: psutil.Process, how: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(how)


def _works_in(process: psutil.Process, program: str, folder: Path) -> bool:
    try:
        return process.info["name"] == program and Path(process.cwd()) == folder.resolve()
    except (psutil.Error, FileNotFoundError):
        return False


def _tie_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.PyDLL(None), os.getpid()

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        # Had we died between fork and prctl, the signal would never come.
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return tie
