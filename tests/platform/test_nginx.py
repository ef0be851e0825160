"""deploy/nginx.conf, checked by nginx itself and then asked, in front of a stand-in for the web processes."""

import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.platform.proxy import fronting, moved, nginx
from tests.platform.upstream import Upstream, upstream
from tests.platform.watching import ROOT
from tests.running import wait_until

STATUS = "/concerts/last-stop-first-light/line/status"


def test_nginx_accepts_the_configuration(tmp_path: Path) -> None:
    """The name of the web processes needs no stand-in: it is looked up at each request, not at the start."""
    command = [nginx(), "-t", "-c", str(moved(tmp_path))]
    told = subprocess.run(command, check=False, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "[warn]" not in told.stderr


@pytest.fixture(scope="module")
def web() -> Iterator[Upstream]:
    with upstream() as server:
        yield server


@pytest.fixture(scope="module")
def front(web: Upstream) -> Iterator[str]:
    with fronting(web.server_port) as address:
        yield address


def asked_often(address: str) -> None:
    with ThreadPoolExecutor(10) as fans:
        answers = list(fans.map(lambda _: requests.get(address, timeout=60), range(40)))
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("path", [STATUS, "/api/queue/7/status", "/concerts/winter-strings/lobby/status"])
def test_a_status_asked_often_reaches_the_web_processes_about_once_a_second(
    front: str, web: Upstream, path: str
) -> None:
    asked_often(front + path)
    assert 1 <= len(web.requests_for(path)) < 10


def test_who_asks_after_a_pause_gets_the_status_of_now(front: str, web: Upstream) -> None:
    """A page alone in the line asks each four seconds: what it is told is not what was so four seconds ago."""
    address = f"{front}/concerts/a-quiet-line/line/status"
    before, asked_at = requests.get(address, timeout=60).text, time.monotonic()
    # Kept for a second and shown for one more while it is renewed; nginx counts both in whole seconds.
    wait_until(lambda: time.monotonic() - asked_at > 3.5, what="the pause is over")
    after = requests.get(address, timeout=60).text
    assert after == str(len(web.seen))
    assert int(after) > int(before)


def test_the_scheme_that_the_browser_used_is_passed_on(front: str, web: Upstream) -> None:
    for path, told in (("/plain", "http"), ("/under-tls", "https"), ("/odd", "gopher")):
        headers = {"X-Forwarded-Proto": told} if told != "http" else {}
        requests.get(front + path, headers=headers, timeout=60)
    seen = [web.requests_for(path)[0]["x-forwarded-proto"] for path in ("/plain", "/under-tls", "/odd")]
    assert seen == ["http", "https", "http"]


def test_other_pages_are_never_cached(front: str, web: Upstream) -> None:
    for path in ("/concerts", f"{STATUS}/more", "/orders/1/status"):
        asked_often(front + path)
        assert len(web.requests_for(path)) == 40


def test_the_cached_status_carries_nothing_personal(front: str, web: Upstream) -> None:
    path = "/concerts/private/line/status"
    answer = requests.get(
        front + path, cookies={"session": "mine"}, headers={"Authorization": "Bearer mine"}, timeout=60
    )
    assert not {"cookie", "authorization"} & set(web.requests_for(path)[0])
    assert "Set-Cookie" not in answer.headers


def test_what_a_client_claims_about_itself_is_overwritten(front: str, web: Upstream) -> None:
    for path in ("/claims", "/concerts/claims/line/status"):
        requests.get(front + path, headers={"X-Forwarded-For": "8.8.8.8"}, timeout=60)
        assert web.requests_for(path)[0]["x-forwarded-for"] == "127.0.0.1"


def test_a_socket_goes_through(front: str, web: Upstream) -> None:
    host, port = front.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            b"GET /socket.io/?transport=websocket HTTP/1.1\r\nHost: frontrow.test\r\n"
            b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        )
        answer = b""
        while b"hello" not in answer:
            chunk = connection.recv(4096)
            assert chunk, answer
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 101 ")
    headers = web.requests_for("/socket.io/?transport=websocket")[0]
    assert (headers["upgrade"], headers["connection"], headers["host"]) == ("websocket", "upgrade", "frontrow.test")


def test_static_files_come_from_disk_and_stay_where_their_address_names_their_content(
    front: str, web: Upstream
) -> None:
    named = requests.get(f"{front}/static/favicon.svg?v=1234", timeout=60)
    assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert requests.get(f"{front}/static/favicon.svg", timeout=60).headers["Cache-Control"] == "no-cache"
    assert named.content == (ROOT / "static" / "favicon.svg").read_bytes()
    assert requests.get(f"{front}/static/missing.css", timeout=60).status_code == 404
    assert not [path for path, _ in web.seen if path.startswith("/static/")]


def test_sheets_under_their_hash_are_put_together_once_for_everybody(front: str, web: Upstream) -> None:
    named, bare = "/sheets/tokens,base.css?v=1234", "/sheets/tokens,base.css"
    for path in (named, bare):
        for _ in range(3):
            assert (
                "Set-Cookie" not in requests.get(front + path, headers={"Cookie": "session=mine"}, timeout=10).headers
            )
    assert len(web.requests_for(named)) == 1
    assert len(web.requests_for(bare)) == 3


def test_a_poster_is_drawn_once_for_everybody_but_a_drafts_each_time(front: str, web: Upstream) -> None:
    public, draft = "/posters/low-tide.svg?in=ko&v=1234", "/posters/draft.svg?in=ko"
    for path in (public, draft):
        for _ in range(3):
            assert requests.get(front + path, headers={"Cookie": "session=mine"}, timeout=10).text
    assert len(web.requests_for(public)) == 1
    assert [headers["cookie"] for headers in web.requests_for(draft)] == ["session=mine"] * 3


def test_an_oversized_form_is_refused_and_figures_stay_inside(front: str, web: Upstream) -> None:
    assert requests.post(f"{front}/sign-in", data=b"x" * 300_000, timeout=60).status_code == 413
    assert requests.post(f"{front}/sign-in", data=b"x" * 200_000, timeout=60).status_code == 200
    assert requests.get(f"{front}/metrics", timeout=60).status_code == 404
    assert web.requests_for("/metrics") == []
