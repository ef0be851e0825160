"""Everything the document allows and much that it does not, asked of the live app: it keeps its word throughout."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import requests
from flask import Flask

from tests.api.live import running
from tests.builders import PASSWORD, concert, do, fan, hall, schedule
from webapp import clock
from webapp.waiting_room import admission, joining
from workers.payments import settle_stored

SECONDS = 540  # on a machine that many share; alone it is a part of a minute
# One worker: two would draw in threads, and Python 3.11 parses no source in two threads at once.
CONFIG = """
seed = 20261201
workers = 1
request-timeout = 60.0
continue-on-failure = true

[generation]
max-examples = 4
deterministic = true
no-shrink = true

# An address may be written correctly and still be refused: the form of the sign-up page knows more than a pattern.
[[operations]]
include-name = "POST /api/users"
checks.positive_data_acceptance.expected-statuses = ["2xx", "409", "422"]

# Allowed by the document, and refused for what the house is like at the moment.
[[operations]]
include-name = "POST /api/reservation/payment"
checks.positive_data_acceptance.expected-statuses = ["2xx", "402", "404", "409", "422"]

# A key that stood for another body before.
[[operations]]
include-path-regex = "/queue/enter|/reservation/seat$"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422"]

[[operations]]
include-path-regex = "/reservation/.*/available"
parameters = {{ "query.date" = "{date}", "query.concertId" = {concert_id} }}

[[operations]]
include-path-regex = "userId"
parameters = {{ "path.userId" = {user_id} }}
"""


@dataclass(frozen=True)
class Stage:
    address: str
    facts: dict[str, object]


@pytest.fixture
def live(house: Flask, environment: dict[str, str]) -> Iterator[Stage]:
    """A concert on sale, with a rich fan admitted to it, in real time."""
    user_id = fan("holder", 100_000_000)
    show = concert(capacity=1000)
    days = (clock.now().date() - date(2027, 1, 1)).days + 60
    day = schedule(show, hall(20, 20), days=days).date
    for one in (user_id, fan("leaver")):
        place = do(joining.join, one, show.id, clock.now())
        do(admission.claim, place.id, clock.now())
    with tempfile.TemporaryDirectory() as folder, running(environment, Path(folder)) as address:
        yield Stage(address, {"user_id": user_id, "concert_id": show.id, "date": day})
    settle_stored()  # the callbacks of points that were topped up: no worker was there


def ask(stage: Stage, folder: Path, document: str, *options: str) -> subprocess.CompletedProcess[str]:
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG.format(**stage.facts))
    hooks = Path(__file__).with_name("asking.py")
    told = {**os.environ, "FRONTROW": stage.address, "PASSWORD": PASSWORD, "SCHEMATHESIS_HOOKS": str(hooks)}
    program = Path(sys.executable).with_name("schemathesis")
    command = [str(program), "--config-file", str(config), "run", document, "--url", stage.address, "--no-color"]
    return subprocess.run(
        [*command, *options], cwd=folder, env=told, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def test_schemathesis_finds_nothing(live: Stage, tmp_path: Path) -> None:
    asked = ask(live, tmp_path, f"{live.address}/api/openapi.json", "--checks", "all")
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_schemathesis_finds_a_promise_that_is_not_kept(live: Stage, tmp_path: Path) -> None:
    document = requests.get(f"{live.address}/api/openapi.json", timeout=60).json()
    document["components"]["schemas"]["Concerts"]["required"].append("encores")
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    asked = ask(live, tmp_path, str(path), "--include-name", "GET /api/concerts", "--phases", "examples,fuzzing")
    assert asked.returncode == 1
    assert "encores" in asked.stdout
