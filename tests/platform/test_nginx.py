"""deploy/nginx.conf, checked by nginx itself and then asked, in front of a stand-in for the web processes."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.platform.upstream import Upstream, upstream
from tests.platform.watching import ROOT

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
STATUS = "/concerts/last-stop-first-light/line/status"


def nginx() -> str:
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    assert found, "nginx is not installed; bin/test installs it"
    return found


def moved(folder: Path, **changes: str) -> Path:
    """A copy of our configuration that writes into the folder instead of /tmp, with further changes made."""
    text = CONFIGURATION.read_text()
    for old, new in {"/tmp/": f"{folder}/", **changes}.items():
        assert old in text
        text = text.replace(old, new)
    copy = folder / "nginx.conf"
    copy.write_text(text)
    return copy


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
    """nginx with our configuration; only its ports and folders are moved to this test's."""
    with tempfile.TemporaryDirectory(prefix="frontrow-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        changes = {
            "listen 8080;": f"listen 127.0.0.1:{port};",
            "http://web:8000": f"http://127.0.0.1:{web.server_port}",
            "/srv/static/": f"{ROOT / 'static'}/",
            "/dev/stdout": f"{folder}/access.log",
        }
        copy = moved(Path(folder), **changes)
        # Started by root its workers would be another user, who may not enter the folder.
        options = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
        command = [nginx(), "-c", str(copy), "-g", options]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(port)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


def wait_for(port: int) -> None:
    for _ in range(10_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("nginx does not listen")


def asked_often(address: str) -> None:
    with ThreadPoolExecutor(10) as fans:
        answers = list(fans.map(lambda _: requests.get(address, timeout=10), range(40)))
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("path", [STATUS, "/api/queue/7/status"])
def test_a_status_asked_often_reaches_the_web_processes_about_once_a_second(
    front: str, web: Upstream, path: str
) -> None:
    asked_often(front + path)
    assert 1 <= len(web.requests_for(path)) < 10


def test_other_pages_are_never_cached(front: str, web: Upstream) -> None:
    for path in ("/concerts", f"{STATUS}/more", "/orders/1/status"):
        asked_often(front + path)
        assert len(web.requests_for(path)) == 40


def test_the_cached_status_carries_nothing_personal(front: str, web: Upstream) -> None:
    path = "/concerts/private/line/status"
    answer = requests.get(
        front + path, cookies={"session": "mine"}, headers={"Authorization": "Bearer mine"}, timeout=10
    )
    assert not {"cookie", "authorization"} & set(web.requests_for(path)[0])
    assert "Set-Cookie" not in answer.headers


def test_what_a_client_claims_about_itself_is_overwritten(front: str, web: Upstream) -> None:
    for path in ("/claims", "/concerts/claims/line/status"):
        requests.get(front + path, headers={"X-Forwarded-For": "8.8.8.8"}, timeout=10)
        assert web.requests_for(path)[0]["x-forwarded-for"] == "127.0.0.1"


def test_a_socket_goes_through(front: str, web: Upstream) -> None:
    host, port = front.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
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
    named = requests.get(f"{front}/static/favicon.svg?v=1234", timeout=10)
    assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert requests.get(f"{front}/static/favicon.svg", timeout=10).headers["Cache-Control"] == "no-cache"
    assert named.content == (ROOT / "static" / "favicon.svg").read_bytes()
    assert requests.get(f"{front}/static/missing.css", timeout=10).status_code == 404
    assert not [path for path, _ in web.seen if path.startswith("/static/")]


def test_an_oversized_form_is_refused_and_figures_stay_inside(front: str, web: Upstream) -> None:
    assert requests.post(f"{front}/sign-in", data=b"x" * 300_000, timeout=10).status_code == 413
    assert requests.post(f"{front}/sign-in", data=b"x" * 200_000, timeout=10).status_code == 200
    assert requests.get(f"{front}/metrics", timeout=10).status_code == 404
    assert web.requests_for("/metrics") == []
