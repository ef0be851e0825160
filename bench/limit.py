"""The limit of a hold: pgbench running the statements that the app sends for one, with nothing around them."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url

from bench.figures import Wrong
from bench.load import Result
from bench.stage import Stage
from webapp.dev import postgres_home

THREADS = 2
MICROSECONDS = 1000  # in a millisecond


@dataclass(frozen=True)
class Limit:
    """A pgbench script with the number of connections and of transactions on each; with a rate, so many a second are
    begun, and how long each takes counts from when it was due."""

    script: str
    connections: int
    transactions: int
    rate: int = 0

    def measure(self, stage: Stage) -> Result:
        """Run it. Prepared, as the app's driver prepares what it sends often."""
        script, log = stage.folder / "hold.sql", stage.folder / "pgbench"
        script.write_text(self.script)
        began = datetime.now(UTC)
        command = [*self._command(stage), "-f", str(script), f"--log-prefix={log}"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise Wrong(f"pgbench failed: {done.stderr}")
        took = datetime.now(UTC) - began
        lines = [line.split() for line in _taken(stage.folder)]
        # A line of the log: client, transaction, microseconds, script, and when it ended in seconds and microseconds.
        latencies = [int(line[2]) / MICROSECONDS for line in lines]
        ends = [int(line[4]) + int(line[5]) / 1e6 for line in lines]
        starts = [end - latency / 1000 for end, latency in zip(ends, latencies, strict=True)]
        return Result({"held": len(lines)}, latencies, min(max(ends) - min(starts), took / timedelta(seconds=1)))

    def _command(self, stage: Stage) -> list[str]:
        url = make_url(stage.environment["DATABASE_URL"])
        place = ["-h", str(url.query["host"]), "-p", str(url.query["port"]), "-U", str(url.username), str(url.database)]
        load = ["-c", str(self.connections), "-j", str(THREADS), "-t", str(self.transactions)]
        told = ["-D", f"clients={self.connections}", "-D", "turn=-1"]
        told += ["-R", str(self.rate)] if self.rate else []
        return [str(postgres_home.packaged_programs() / "pgbench"), "-n", "-M", "prepared", "-l", *load, *told, *place]


def _taken(folder: Path) -> Iterator[str]:
    """The lines of pgbench's logs, one file a thread; the files go."""
    for file in folder.glob("pgbench.*"):
        yield from file.read_text().splitlines()
        file.unlink()
