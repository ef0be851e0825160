"""bin/run as a fan of the project meets it: one command opens the house, one signal closes it."""

import json
import signal
import socket
import stat
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.platform.watching import ROOT, Watched, still_there, watched
from webapp.dev.seeds import DEMO_PASSWORD, FAN_COUNT, OPERATOR_PASSWORD

STOP_SECONDS = 60
# Of processor time, since other work on a machine says nothing about us: a second start of all processes together takes
# some twenty on a busy machine, and would take far more with the demo or the tables made anew.
SECOND_START_SECONDS = 45


@contextmanager
def ground() -> Iterator[Path]:
    """A data folder not yet made, in a folder that every user may enter."""
    with tempfile.TemporaryDirectory(prefix="frontrow-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "data"


@pytest.fixture
def data() -> Iterator[Path]:
    with ground() as folder:
        yield folder


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Watched, Path]]:
    """A house that opened with its demo, and its data folder."""
    with ground() as folder, run(folder, "--port", str(free_port())) as watch:
        watch.expect("Ctrl-C stops everything.")
        yield watch, folder


@contextmanager
def run(data: Path, *options: str, **environment: str) -> Iterator[Watched]:
    command = [str(ROOT / "bin" / "run"), "--data", str(data), *options]
    with watched(*command, environment={"WEB_CONCURRENCY": "1", **environment}) as watch:
        yield watch


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def free_port() -> int:
    with taken_port() as port:
        return port


def address(watch: Watched) -> str:
    """Where the house said it is open."""
    return next(line for line in watch.lines if "Frontrow is open at" in line).split()[-1]


def processor_seconds(watch: Watched) -> float:
    """What all processes of a house have worked so far, those included that have ended."""
    times = [process.cpu_times() for process in watch.family()]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


def status(url: str) -> int:
    with urllib.request.urlopen(url) as answer:
        return int(answer.status)


def test_one_command_opens_the_house_and_names_who_can_sign_in(house: tuple[Watched, Path]) -> None:
    watch, _ = house
    assert status(f"{address(watch)}/readyz") == 200
    said = "".join(watch.lines)
    assert f"fan1@frontrow.test to fan{FAN_COUNT}@frontrow.test, password {DEMO_PASSWORD}" in said
    assert f"operator@frontrow.test, password {OPERATOR_PASSWORD}" in said


def test_secrets_are_private(house: tuple[Watched, Path]) -> None:
    file = house[1] / "secrets.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(json.loads(file.read_text())) == {
        "SECRET_KEY",
        "TOKEN_KEYS",
        "SANDBOX_API_KEY",
        "SANDBOX_WEBHOOK_SECRET",
    }


def test_a_killed_worker_comes_back_and_the_house_stays_open(house: tuple[Watched, Path]) -> None:
    watch, _ = house
    worker = next(process for process in watch.family() if "asking" in process.cmdline())
    worker.kill()
    watch.expect("frontrow", "worker was ended by SIGKILL; starting it again")
    assert status(f"{address(watch)}/healthz") == 200


def test_a_second_run_on_the_same_data_gets_a_sentence(house: tuple[Watched, Path]) -> None:
    first, folder = house
    with run(folder, "--port", str(free_port())) as second:
        assert refused(second) == (
            f"Frontrow already runs on {folder} (process {first.process.pid}); "
            "stop it first, or give another folder with --data.\n"
        )


def test_a_signal_closes_the_house_and_a_second_start_finds_everything(data: Path) -> None:
    for stop in (signal.SIGTERM, signal.SIGINT):
        with run(data, "--no-demo", "--port", str(free_port())) as watch:
            watch.expect("Frontrow is open at")
            worked = processor_seconds(watch)
            secrets = (data / "secrets.json").read_text()
            family = watch.family()
            assert len(family) > 6
            watch.process.send_signal(stop)
            assert "stopping" in watch.rest()
            assert watch.process.wait(STOP_SECONDS) == 0
            assert still_there(family, seconds=0) == []
    assert (data / "secrets.json").read_text() == secrets
    assert worked < SECOND_START_SECONDS


def test_a_port_in_use_gets_a_sentence(data: Path) -> None:
    with taken_port() as port, run(data, "--port", str(port)) as watch:
        assert refused(watch) == (f"Port {port} is in use; stop what uses it, or choose another with --port.\n")


def test_a_folder_that_cannot_be_written_gets_a_sentence() -> None:
    # Not even root may make a folder there.
    with run(Path("/proc/frontrow"), "--port", str(free_port())) as watch:
        assert refused(watch).startswith("The data folder /proc/frontrow cannot be written: ")


def test_fresh_begins_with_nothing_and_a_setting_that_cannot_be_used_ends_the_start(data: Path) -> None:
    leave_behind(data)
    with run(data, "--fresh", "--no-demo", "--port", str(free_port()), RATE_LIMITS="maybe") as watch:
        family = watch.family()
        output = watch.rest()
        assert "RATE_LIMITS must be on or off" in output
        assert "Traceback" not in output
        assert watch.process.wait(STOP_SECONDS) == 1
        assert still_there(family, seconds=0) == []
    # With the old cluster PostgreSQL would not have started, and the start not have come as far as the setting.
    assert len(json.loads((data / "secrets.json").read_text())) == 4
    assert not (data / "gateway" / "book").exists()
    assert (data / "notes-of-somebody.txt").read_text() == "mine"


def leave_behind(data: Path) -> None:
    """An earlier run's data, none of which can be used, and a file that is not ours."""
    for name in ("postgres/PG_VERSION", "valkey/appendonly.aof", "gateway/book", "secrets.json", "services.json"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text("nothing that can be read")
    (data / "notes-of-somebody.txt").write_text("mine")


def refused(watch: Watched) -> str:
    """All that a start says which ends with exit code 1."""
    said = watch.rest()
    assert watch.process.wait(STOP_SECONDS) == 1
    return said
