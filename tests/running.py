"""Real processes for tests: the Procfile's commands on the tests' own servers, on free ports."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
STOP_SECONDS = 10
ALL_QUEUES = "all queues"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(name: str) -> str:
    """The Procfile's command for a process, or that of a worker of all queues."""
    lines = dict(line.split(":", 1) for line in (ROOT / "Procfile").read_text().splitlines() if ":" in line)
    return {**lines, ALL_QUEUES: "python -m workers.run"}[name].strip()


def start(name: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start one of the Procfile's processes, in a session of its own."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return subprocess.Popen(command(name).split(), cwd=ROOT, env={**environment, "PATH": path}, start_new_session=True)


@contextmanager
def process(name: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """One of the Procfile's processes, stopped at the end with whatever it started."""
    running = start(name, environment)
    try:
        yield running
    finally:
        stop(running)


def stop(running: subprocess.Popen[bytes]) -> None:
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGTERM)
    try:
        running.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(STOP_SECONDS)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


def wait_until(condition: Callable[[], object], seconds: float = 30, what: str = "") -> None:
    """Come back as soon as the condition holds; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"still not so after {seconds} seconds: {what or condition}")
        time.sleep(0.05)
