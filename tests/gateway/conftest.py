"""The sandbox company in a thread, and a shop that deals with it. No database server is needed here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.gateway.premises import listening, quick_settings
from tests.gateway.stage import Receiver, Shop
from webapp.dev.gateway import create_app
from webapp.dev.gateway.till import till


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Flask]:
    """The company's app, delivering."""
    app = create_app(quick_settings(tmp_path))
    till(app).start()
    yield app
    till(app).stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def shop(company: Flask, receiver: Receiver) -> Iterator[Shop]:
    with listening(company) as base:
        shop = Shop(base, receiver.url)
        yield shop
        shop.close()
