"""Jobs run by a real RQ worker in this process, with the real gateway beside it."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from tests.running import answers, free_port, process, wait_until
from webapp import jobs
from webapp.checkout.providers.sandbox import Sandbox
from workers.run import Worker


@pytest.fixture(scope="session")
def gateway(environment: dict[str, str]) -> Iterator[str]:
    """The sandbox gateway's address."""
    port = free_port()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        told = {**environment, "GATEWAY_PORT": str(port), "GATEWAY_DATA": folder}
        stack.enter_context(process("gateway", told))
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/healthz"), 60, "the gateway answers")
        yield url


@pytest.fixture
def provider(house: Flask, gateway: str, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox adapter, speaking to the running gateway; nobody listens for its callbacks."""
    settings = house.extensions["settings"]
    nobody = "http://127.0.0.1:9/payments/callbacks/sandbox"
    sandbox = Sandbox(gateway, gateway, nobody, settings.sandbox_api_key, settings.sandbox_webhook_secret)
    monkeypatch.setitem(house.extensions["providers"], "sandbox", sandbox)
    return sandbox


@pytest.fixture
def work(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Run every job on the queues, as the worker process does, and stop."""
    monkeypatch.setattr("workers.run.app", lambda: house)

    def burst() -> None:
        queues = [jobs.queue(name) for name in jobs.QUEUES]
        Worker(queues, connection=jobs.redis_for_workers()).work(burst=True, logging_level="WARNING")

    return burst
