"""The company inside the test's own process: settings that do not keep tests waiting, and its address."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from tests.gateway.stage import API_KEY, WEBHOOK_SECRET
from webapp.dev.gateway.settings import Settings


def quick_settings(folder: Path) -> Settings:
    """Settings with pauses short enough for tests."""
    return Settings(
        data=folder / "company",
        api_key=API_KEY,
        webhook_secret=WEBHOOK_SECRET,
        public_url="http://pay.test",
        first_retry_seconds=0.05,
        late_seconds=0.2,
        late_seconds_without_hold=0.3,
    )


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """The address at which the app answers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
