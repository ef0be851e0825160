"""What these tests act with: a shop that calls and is called back, and the company as a real process."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from standardwebhooks import Webhook

ROOT = Path(__file__).resolve().parents[2]
API_KEY = "sandbox-key-for-tests"
WEBHOOK_SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
DEADLINE_SECONDS = 60.0


def eventually(condition: Callable[[], Any], what: str, seconds: float = DEADLINE_SECONDS) -> Any:
    """The first true result of condition; fails with `what` at the deadline."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"never happened within {seconds:g} s: {what}"
        pause.wait(0.02)
    return result


@dataclass(frozen=True)
class Delivery:
    """One callback as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self) -> dict[str, Any]:
        """The event, if the signature is right; raises otherwise."""
        event: dict[str, Any] = Webhook(WEBHOOK_SECRET).verify(self.body, self.headers)
        return event


class Receiver:
    """The shop's side of callbacks: a real server that remembers what came and answers as it is told."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.answers: deque[int] = deque()  # the statuses to give, one each; then `answer`
        self.answer = 202
        self.held = threading.Event()  # cleared: answers wait until it is set
        self.held.set()
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/callbacks"

    def wait_for(self, count: int) -> list[Delivery]:
        """The deliveries, once there are at least so many."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.deliveries) >= count, DEADLINE_SECONDS)
            assert arrived, f"{count} callbacks expected, {len(self.deliveries)} came"
            return list(self.deliveries)

    def close(self) -> None:
        self.held.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _receive(self, delivery: Delivery) -> int:
        with self._changed:
            self.deliveries.append(delivery)
            self._changed.notify_all()
            status = self.answers.popleft() if self.answers else self.answer
        self.held.wait(DEADLINE_SECONDS)
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = receiver._receive(Delivery(self.path, headers, body))
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("location", f"{receiver.url}/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Keep quiet."""

        return Handler


class Shop:
    """The shop's side of the API, and its fan's browser."""

    def __init__(self, base: str, callback_url: str) -> None:
        self.base = base
        self.callback_url = callback_url
        self.session = requests.Session()
        self.session.trust_env = False
        self._keys = iter(range(1_000_000))

    def order(self, **changes: Any) -> dict[str, Any]:
        """A payment request that is right, but for the changes; None leaves a field out."""
        right = {
            "reference": "order-7",
            "amount": 132_000,
            "currency": "KRW",
            "description": "Midnight Parade, Floor A 1-12",
            "return_url": "http://shop.test/orders/7",
            "callback_url": self.callback_url,
        }
        return {name: value for name, value in (right | changes).items() if value is not None}

    def call(self, method: str, path: str, key: str | None = None, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": key or f"key-{next(self._keys)}"}
        headers |= options.pop("headers", {})
        return self.session.request(method, f"{self.base}/v1{path}", headers=headers, timeout=60, **options)

    def open(self, **changes: Any) -> dict[str, Any]:
        """A new payment."""
        response = self.call("POST", "/payments", json=self.order(**changes))
        assert response.status_code == 201, response.text
        payment: dict[str, Any] = response.json()
        return payment

    def look_up(self, payment_id: str) -> dict[str, Any]:
        payment: dict[str, Any] = self.call("GET", f"/payments/{payment_id}").json()
        return payment

    def cancel(self, payment_id: str, **document: Any) -> requests.Response:
        return self.call("POST", f"/payments/{payment_id}/cancellations", json={"reason": "asked"} | document)

    def page(self, path: str, language: str = "en") -> requests.Response:
        return self.session.get(f"{self.base}{path}", headers={"Accept-Language": language}, timeout=60)

    def form_token(self, payment_id: str) -> str:
        found = re.search(r'name="token" value="(\w+)"', self.page(f"/pay/{payment_id}").text)
        assert found, "the page has no form"
        return found[1]

    def choose(self, payment_id: str, choice: str, token: str | None = None) -> requests.Response:
        """Press one of the page's buttons; redirects are not followed."""
        form = {"token": token or self.form_token(payment_id), "choice": choice}
        return self.session.post(f"{self.base}/pay/{payment_id}", data=form, allow_redirects=False, timeout=60)

    def close(self) -> None:
        self.session.close()


class CompanyProcess:
    """`python -m webapp.dev.gateway` on a free port, in a process group of its own."""

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.process = start_company(GATEWAY_PORT=str(self.port), GATEWAY_DATA=str(data))

    def wait_until_ready(self) -> None:
        eventually(self._is_ready, "the company answers /healthz", seconds=2 * DEADLINE_SECONDS)

    def kill(self) -> None:
        """SIGKILL to the server and its worker alike."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self._reap()

    def kill_server_only(self) -> None:
        """SIGKILL to the server; its worker has to notice by itself."""
        self.process.kill()
        self.process.wait(timeout=DEADLINE_SECONDS)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self._reap()

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.process.communicate()[1]
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return requests.get(f"{self.base}/healthz", timeout=60).status_code == 200
        except (OSError, requests.RequestException):
            return False

    def _reap(self) -> None:
        self.process.communicate(timeout=DEADLINE_SECONDS)


def start_company(**changes: str) -> "subprocess.Popen[str]":
    """The company's command with a right environment, but for the changes."""
    environment = {
        "PATH": os.environ["PATH"],
        "SANDBOX_API_KEY": API_KEY,
        "SANDBOX_WEBHOOK_SECRET": WEBHOOK_SECRET,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "webapp.dev.gateway"],
        cwd=ROOT,
        env=environment | changes,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
