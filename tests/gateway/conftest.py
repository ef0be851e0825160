"""The sandbox company in a thread, and a shop that deals with it. No database server is needed here."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.gateway.stage import API_KEY, WEBHOOK_SECRET, Receiver, Shop
from webapp.dev.gateway import create_app
from webapp.dev.gateway.settings import Settings
from webapp.dev.gateway.till import till


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data=tmp_path / "company",
        api_key=API_KEY,
        webhook_secret=WEBHOOK_SECRET,
        public_url="http://pay.test",
        first_retry_seconds=0.05,
        late_seconds=0.2,
        late_seconds_without_hold=0.3,
    )


@pytest.fixture
def company(settings: Settings) -> Iterator[Flask]:
    """The company's app, delivering."""
    app = create_app(settings)
    till(app).start()
    yield app
    till(app).stop()


@pytest.fixture
def base(company: Flask) -> Iterator[str]:
    """The address at which the company listens."""
    server = make_server("127.0.0.1", 0, company, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def shop(base: str, receiver: Receiver) -> Iterator[Shop]:
    shop = Shop(base, receiver.url)
    yield shop
    shop.close()
