"""All processes of the Procfile on a stage, and what an order costs in each of them."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO

from honcho.environ import parse_procfile

from bench import stage
from bench.stage import HOST, ROOT, Stage
from webapp.dev import processes

FORK, SIMPLE = "fork", "simple"
WORKERS = {SIMPLE: "workers.run", FORK: "bench.forking_worker"}


@dataclass(frozen=True)
class Addresses:
    """Where the shop and the payment company will answer."""

    web_port: int
    gateway_port: int

    @classmethod
    def choose(cls) -> "Addresses":
        return cls(stage.free_port(), stage.free_port())

    def environment(self) -> dict[str, str]:
        """What everybody is told about them."""
        shop = f"http://{HOST}:{self.web_port}"
        return {
            "PUBLIC_URL": shop,
            "CALLBACK_URL": shop,
            "SANDBOX_URL": f"http://{HOST}:{self.gateway_port}",
            "GATEWAY_PORT": str(self.gateway_port),
        }


@contextmanager
def gateway(standing: Stage, addresses: Addresses) -> Iterator[None]:
    """The payment company, with a book of its own."""
    told = {"GATEWAY_DATA": str(standing.folder / "gateway")}
    with _process(standing, "gateway", "webapp.dev.gateway", told=told) as (process, log):
        stage.wait_until_ready(f"http://{HOST}:{addresses.gateway_port}/healthz", process, standing.folder / log.name)
        yield


@contextmanager
def shop(standing: Stage, addresses: Addresses, web_workers: int, kind: str) -> Iterator[None]:
    """The web processes, the Procfile's workers as this kind, and the clock."""
    with ExitStack() as stack:
        stack.enter_context(stage.web(standing, web_workers, "wsgi:app", PORT=str(addresses.web_port)))
        for name, queues in _queues().items():
            stack.enter_context(_process(standing, name, WORKERS[kind], *queues))
        stack.enter_context(_process(standing, "clock", "workers.clock"))
        yield


def _queues() -> dict[str, list[str]]:
    """The Procfile's workers by name, and which queues each takes."""
    commands = parse_procfile((ROOT / "Procfile").read_text()).processes
    split = {name: command.split("-m workers.run") for name, command in commands.items()}
    return {name: words[1].split() for name, words in split.items() if len(words) > 1}


@contextmanager
def _process(
    standing: Stage, name: str, module: str, *arguments: str, told: dict[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    environment = {**standing.environment, "HOST": HOST, **(told or {})}
    with (standing.folder / f"{name}.log").open("wb") as log:
        command = [sys.executable, "-m", module, *arguments]
        process = processes.spawn(command, stdout=log, stderr=log, env=environment, cwd=ROOT)
        standing.pids[name] = process.pid
        try:
            yield process, log
        finally:
            processes.end(process, signal.SIGTERM, 10.0)
            del standing.pids[name]
