"""The data folder of one running Frontrow: claimed by one process at a time, emptied on request."""

import fcntl
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from webapp.dev.processes import CannotStart

DEFAULT = Path(__file__).resolve().parents[2] / "var"
CLAIM_SECONDS = 1.0  # a look by `is_claimed`, or an earlier run on its last step, is over within this time


@dataclass
class DataFolder:
    """A claimed folder. The claim ends with `release`, or with the process, however that ends."""

    path: Path
    lock: TextIO

    def release(self) -> None:
        """Let another process claim the folder."""
        self.lock.close()

    def clear(self) -> None:
        """Delete everything Frontrow keeps in the folder; files of others stay."""
        for name in ("postgres", "postgres.new", "valkey", "gateway"):
            if (self.path / name).exists():
                shutil.rmtree(self.path / name)
        for name in ("services.json", "secrets.json"):
            (self.path / name).unlink(missing_ok=True)


def claim(path: Path) -> DataFolder:
    """Make the folder if need be and claim it, or raise `CannotStart` with the reason."""
    path = path.expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / "lock").open("a+")
    except OSError as problem:
        raise CannotStart(f"The data folder {path} cannot be written: {problem.strerror}.") from problem
    if not _locked(lock):
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        lock.close()
        raise CannotStart(
            f"Frontrow already runs on {path} (process {owner}); stop it first, or give another folder with --data."
        )
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return DataFolder(path, lock)


def is_claimed(path: Path) -> bool:
    """Does a process hold the folder right now? The kernel answers, so no stale file can lie."""
    try:
        with (path / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _locked(lock: TextIO) -> bool:
    deadline = time.monotonic() + CLAIM_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True
