"""The supervisor behind bin/run: what dies comes back, and a stop leaves nothing."""

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.platform.watching import ROOT, Watched, still_there, watched
from webapp.dev import postgres, processes, supervise, valkey

GRACE_SECONDS = int(re.findall(r"^graceful_timeout = (\d+)", (ROOT / "gunicorn.conf.py").read_text(), re.MULTILINE)[0])
LINGERING = f"{sys.executable} {Path(__file__).with_name('lingering.py')}"
SUPERVISE = """
import os, sys
from pathlib import Path
from webapp.dev import supervise
supervise.STOP_SECONDS = float(sys.argv[1])
supervisor = supervise.Supervisor()
for number, command in enumerate(sys.argv[2:]):
    supervisor.add(f"program{number}", command, dict(os.environ), Path("/"))
supervisor.run(lambda: None)
"""


@contextmanager
def supervised(*commands: str, stop_seconds: float = 6) -> Iterator[Watched]:
    with watched(sys.executable, "-c", SUPERVISE, str(stop_seconds), *commands) as watch:
        yield watch


def pair(line: str) -> list[psutil.Process]:
    """The two processes that a lingering program named."""
    return [psutil.Process(int(number)) for number in re.findall(r"\d+", line.split("I am")[1])]


def test_a_killed_program_comes_back_and_what_it_left_behind_goes() -> None:
    with supervised(LINGERING) as watch:
        first = pair(watch.expect("program0", "I am"))
        first[0].kill()
        watch.expect("frontrow", "program0 was ended by SIGKILL; starting it again in 0.5 s")
        second = pair(watch.expect("program0", "I am"))
        assert still_there(first, seconds=30) == []
        assert all(process.is_running() for process in second)


def test_a_program_that_keeps_failing_is_given_more_and_more_time() -> None:
    with supervised("sh -c 'exit 3'") as watch:
        for pause in ("0.5", "1", "2"):
            watch.expect(f"program0 stopped with exit code 3; starting it again in {pause} s")


def test_a_stop_ends_everything_in_order() -> None:
    with supervised(LINGERING, LINGERING) as watch:
        watch.expect("I am")
        watch.expect("I am")
        family = watch.family()
        assert len(family) == 5
        watch.process.terminate()
        assert "stopping" in watch.rest()
        assert watch.process.wait(60) == 0
        assert still_there(family, seconds=1) == []


def test_a_program_deaf_to_the_stop_is_killed() -> None:
    with supervised(*[f"{LINGERING} --stubborn"] * 2, stop_seconds=0.4) as watch:
        for _ in range(2):
            watch.expect("I am")
        family = watch.family()
        watch.process.send_signal(signal.SIGINT)
        said = watch.rest()
        assert all(f"program{number} did not stop within 0 s and is killed" in said for number in (0, 1))
        assert watch.process.wait(60) == 0
        assert still_there(family, seconds=1) == []


def test_a_stop_stays_within_ten_seconds_whatever_hangs() -> None:
    """A worker in the middle of a call to a provider, and every server that must be killed: each is waited for once."""
    supervisor = supervise.STOP_SECONDS + supervise.KILL_SECONDS + processes.ORPHAN_SECONDS
    assert supervisor + postgres.STOP_SECONDS + valkey.STOP_SECONDS < 10
    assert GRACE_SECONDS < supervise.STOP_SECONDS  # a web process with open sockets is not killed for them


def test_programs_do_not_outlive_a_killed_supervisor() -> None:
    with supervised(LINGERING) as watch:
        program, child = pair(watch.expect("I am"))
        watch.process.kill()
        assert still_there([program], seconds=30) == []
        child.kill()  # this one is the program's to end, had it been a real one


def test_a_reader_that_goes_away_is_a_stop() -> None:
    with supervised(LINGERING, "sh -c 'while true; do echo talking; sleep 0.1; done'") as watch:
        watch.expect("I am")
        family = watch.family()
        assert watch.process.stdout is not None
        watch.process.stdout.close()
        assert still_there(family, seconds=30) == []
