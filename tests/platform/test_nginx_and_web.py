"""deploy/nginx.conf in front of a real web process, with TLS in front of both: sockets, forms and the status."""

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask

from tests.builders import PASSWORD, concert, fan
from tests.platform.proxy import fronting
from tests.running import answers, free_port, process, wait_until

HOST = "tickets.example"
UNDER_TLS = {"Host": HOST, "X-Forwarded-Proto": "https"}
HANDSHAKE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n{more}"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture(scope="module")
def front(app: Flask, environment: dict[str, str]) -> Iterator[str]:
    port = free_port()
    told = {
        **environment,
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "DATABASE_POOL": "5",
        "PUBLIC_URL": f"https://{HOST}",
        "TRUSTED_PROXIES": "1",
    }
    with process("web", told), fronting(port) as address:
        wait_until(lambda: answers(f"{address}/healthz"), 60, "the web process answers")
        yield address


@pytest.mark.parametrize("more", ["", "X-Forwarded-Proto: https\r\n"], ids=["TLS untold", "TLS told"])
@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        (HOST, f"https://{HOST}", 101),
        ("internal:8080", f"https://{HOST}", 101),
        (HOST, "https://elsewhere.example", 400),
        (HOST, f"https://{HOST}.elsewhere.example", 400),
        (HOST, "null", 400),
    ],
)
def test_behind_tls_our_own_pages_open_a_socket_and_no_others(
    house: Flask, front: str, host: str, origin: str, status: int, more: str
) -> None:
    where = urlsplit(front)
    with socket.create_connection((where.hostname, where.port), timeout=30) as line:
        line.sendall(HANDSHAKE.format(host=host, origin=origin, more=more).encode())
        assert line.recv(200).decode("latin-1").startswith(f"HTTP/1.1 {status} ")


def test_behind_tls_a_form_is_taken_and_its_cookie_is_for_tls_alone(house: Flask, front: str) -> None:
    fan("waiter")
    form = requests.get(f"{front}/sign-in", headers=UNDER_TLS, timeout=30)
    token = re.search(r'name="csrf_token" value="([^"]+)"', form.text)
    assert token
    # No client would send a cookie for TLS alone in plain text, so it is handed over by hand.
    headers = {**UNDER_TLS, "Referer": f"https://{HOST}/sign-in", "Cookie": _cookie(form)}
    typed = {"csrf_token": token[1], "email": "waiter@frontrow.test", "password": PASSWORD}
    answer = requests.post(f"{front}/sign-in", typed, headers=headers, allow_redirects=False, timeout=30)
    assert answer.status_code in {302, 303}, answer.text
    assert "Secure" in answer.headers["Set-Cookie"]


def test_the_status_of_a_line_is_kept_by_nginx(house: Flask, front: str) -> None:
    show = concert(capacity=0)
    address = f"{front}/concerts/{show.slug}/line/status"
    assert [requests.get(address, timeout=30).headers["X-Cache"] for _ in range(2)] == ["MISS", "HIT"]


def _cookie(answer: requests.Response) -> str:
    return answer.headers["Set-Cookie"].split(";")[0]
