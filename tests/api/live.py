"""A whole Frontrow for programs: the Procfile's web and gateway on the tests' servers, and people in it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.running import answers, free_port, process, wait_until


@contextmanager
def running(environment: dict[str, str], folder: Path, **settings: str) -> Iterator[str]:
    """The address of a web process whose gateway answers; one gunicorn worker, two where `settings` say so."""
    port, gateway_port = free_port(), free_port()
    address, gateway = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{gateway_port}"
    told = {
        **environment,
        "PORT": str(port),
        "PUBLIC_URL": address,
        "SANDBOX_URL": gateway,
        "GATEWAY_PORT": str(gateway_port),
        "GATEWAY_DATA": str(folder),
        "WEB_CONCURRENCY": "1",
        "DATABASE_POOL": "10",
        **settings,
    }
    with ExitStack() as stack:
        stack.enter_context(process("gateway", told))
        stack.enter_context(process("web", told))
        wait_until(lambda: answers(f"{address}/readyz") and answers(f"{gateway}/healthz"), 60, "web and gateway answer")
        yield address
