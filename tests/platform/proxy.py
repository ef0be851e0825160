"""nginx with the configuration of deploy/, in front of whatever a test puts behind it."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.platform.watching import ROOT
from tests.running import free_port, wait_until

CONFIGURATION = ROOT / "deploy" / "nginx.conf"


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


@contextmanager
def fronting(web_port: int) -> Iterator[str]:
    """The address of nginx with our configuration; only its ports and folders are moved to this test's."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="frontrow-") as folder:
        changes = {
            "listen 8080;": f"listen 127.0.0.1:{port};",
            "http://web:8000": f"http://127.0.0.1:{web_port}",
            "/srv/static/": f"{ROOT / 'static'}/",
            "/dev/stdout": f"{folder}/access.log",
        }
        copy = moved(Path(folder), **changes)
        # Started by root its workers would be another user, who may not enter the folder.
        options = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
        with subprocess.Popen([nginx(), "-c", str(copy), "-g", options], stderr=subprocess.DEVNULL) as process:
            try:
                wait_until(lambda: _listens(port), what="nginx listens")
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
