"""The company as a process: its settings, its end, and what a kill leaves behind."""

import signal
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest
import requests

from tests.gateway.stage import DEADLINE_SECONDS, CompanyProcess, Receiver, Shop, eventually, start_company
from webapp.dev.gateway import moments
from webapp.dev.gateway.settings import BadSetting, from_environment

Start: TypeAlias = Callable[[], CompanyProcess]
RIGHT = {"SANDBOX_API_KEY": "k" * 16, "SANDBOX_WEBHOOK_SECRET": "whsec_" + "A" * 32}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the company, always on the same book and port."""
    started: list[CompanyProcess] = []

    def start_one() -> CompanyProcess:
        port = started[0].port if started else None
        started.append(CompanyProcess(tmp_path / "company", port))
        started[-1].wait_until_ready()
        return started[-1]

    yield start_one
    for company in started:
        company.stop()


def test_callbacks_not_taken_yet_survive_a_kill(start: Start, receiver: Receiver) -> None:
    receiver.answer = 503
    company = start()
    shop = Shop(company.base, receiver.url)
    payment = shop.open()
    shop.choose(payment["id"], "approve")
    receiver.wait_for(1)
    company.kill()
    assert company.process.returncode == -signal.SIGKILL
    before = len(receiver.deliveries)

    receiver.answer = 202
    start()
    delivered = receiver.wait_for(before + 1)[-1]
    assert delivered.event_id == receiver.deliveries[0].event_id
    assert delivered.verified()["data"]["id"] == payment["id"]
    assert shop.look_up(payment["id"])["status"] == "paid"
    eventually(lambda: "Delivered</span>" in shop.page("/").text, "the list says delivered")
    shop.close()


def test_a_late_approval_survives_a_kill(start: Start, receiver: Receiver) -> None:
    company = start()
    shop = Shop(company.base, receiver.url)
    payment = shop.open(hold_ends_at=moments.spell(moments.now()))
    shop.choose(payment["id"], "approve_late")
    assert "will be approved at" in shop.page(f"/pay/{payment['id']}").text
    company.kill()
    assert receiver.deliveries == []

    start()
    assert receiver.wait_for(1)[0].verified()["type"] == "payment.paid"
    shop.close()


def test_what_was_answered_survives_a_kill_at_once(start: Start, receiver: Receiver) -> None:
    company = start()
    shop = Shop(company.base, receiver.url)
    order = shop.order()
    opened = shop.call("POST", "/payments", key="once", json=order).json()
    company.kill()

    start()
    assert shop.call("POST", "/payments", key="once", json=order).json() == opened
    shop.close()


def test_a_worker_left_alone_lets_go_of_the_port_for_the_next_start(start: Start, receiver: Receiver) -> None:
    company = start()
    shop = Shop(company.base, receiver.url)
    opened = shop.open()
    company.kill_server_only()

    start()
    assert shop.look_up(opened["id"]) == opened
    shop.close()


def test_a_stop_waits_for_no_callback_and_no_idle_connection_and_is_clean(tmp_path: Path, receiver: Receiver) -> None:
    receiver.held.clear()  # a callback is under way, and a connection is kept alive
    company = CompanyProcess(tmp_path / "company")
    company.wait_until_ready()
    shop = Shop(company.base, receiver.url)
    shop.choose(shop.open()["id"], "approve")
    receiver.wait_for(1)

    company.process.send_signal(signal.SIGTERM)
    _, log = company.process.communicate(timeout=2 * DEADLINE_SECONDS)
    assert company.process.returncode == 0
    assert "Traceback" not in log
    # Neither an answer was waited for nor the end of patience with it, and nobody had to be killed.
    assert _tries(tmp_path / "company") == [0]
    assert "Sandbox Pay has stopped" in log
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{company.base}/healthz", timeout=2)
    shop.close()


def _tries(data: Path) -> list[int]:
    """How often each callback in the book was tried to an end."""
    with closing(sqlite3.connect(data / "sandbox-pay.sqlite3")) as book:
        return [row[0] for row in book.execute("SELECT tries FROM callbacks")]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"GATEWAY_PORT": "eighty"}, "GATEWAY_PORT must be a whole number from 1 to 65535 but is 'eighty'."),
        ({"GATEWAY_PORT": "0"}, "GATEWAY_PORT must be a whole number"),
        ({"GATEWAY_PORT": "65536"}, "GATEWAY_PORT must be a whole number"),
        ({"GATEWAY_PORT": "9" * 5000}, "GATEWAY_PORT must be a whole number"),
        ({"GATEWAY_DATA": "/proc/nowhere"}, "GATEWAY_DATA names a folder that cannot be written"),
        ({"SANDBOX_API_KEY": "short"}, "SANDBOX_API_KEY must have"),
        ({"SANDBOX_API_KEY": "한글 열쇠는 머리글에 못 들어갑니다"}, "SANDBOX_API_KEY must have"),
        ({"SANDBOX_WEBHOOK_SECRET": ""}, "SANDBOX_WEBHOOK_SECRET must be"),
        ({"SANDBOX_WEBHOOK_SECRET": "whsec_not base64!"}, "SANDBOX_WEBHOOK_SECRET must be"),
        ({"SANDBOX_WEBHOOK_SECRET": "A" * 32}, "SANDBOX_WEBHOOK_SECRET must be"),
        ({"SANDBOX_PUBLIC_URL": "ftp://pay.test"}, "SANDBOX_PUBLIC_URL must be"),
        ({"SANDBOX_PUBLIC_URL": "http://[oops"}, "SANDBOX_PUBLIC_URL must be"),
    ],
)
def test_a_bad_setting_is_a_sentence(tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadSetting, match="^" + sentence.replace(".", r"\.")):
        from_environment({"GATEWAY_DATA": str(tmp_path)} | RIGHT | changes)


def test_settings_have_sensible_defaults(tmp_path: Path) -> None:
    settings = from_environment({"GATEWAY_DATA": str(tmp_path / "new"), "GATEWAY_PORT": "9001"} | RIGHT)

    assert (settings.host, settings.port) == ("127.0.0.1", 9001)
    assert settings.public_url == "http://127.0.0.1:9001"
    assert settings.data.is_dir()
    assert list(settings.data.iterdir()) == []


def test_the_public_address_is_the_one_browsers_use(tmp_path: Path) -> None:
    inside = {"GATEWAY_DATA": str(tmp_path), "SANDBOX_URL": "http://gateway:8001"} | RIGHT

    assert from_environment(inside).public_url == "http://gateway:8001"
    outside = inside | {"SANDBOX_PUBLIC_URL": "https://pay.test/"}
    assert from_environment(outside).public_url == "https://pay.test"


def test_a_bad_setting_stops_the_start_with_exit_1() -> None:
    company = start_company(GATEWAY_PORT="none")
    _, log = company.communicate(timeout=60)

    assert company.returncode == 1
    assert log == "Sandbox Pay cannot start: GATEWAY_PORT must be a whole number from 1 to 65535 but is 'none'.\n"


def test_a_port_in_use_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        company = start_company(GATEWAY_PORT=str(port), GATEWAY_DATA=str(tmp_path))
        _, log = company.communicate(timeout=60)

    assert company.returncode == 1
    assert f"127.0.0.1:{port}, which is of no use: Address already in use." in log
    assert "Traceback" not in log
