"""`python -m webapp.dev.gateway`: checks the settings and the address, then becomes the server."""

import os
import socket
import sys
import time

from webapp.dev.gateway.settings import BadSetting, Settings, from_environment

PORT_PATIENCE_SECONDS = 5.0  # a killed predecessor's worker needs a moment to notice and let go of the port
PORT_RETRY_SECONDS = 0.2


def main() -> None:
    """Start, or exit 1 with a sentence."""
    try:
        settings = from_environment()
        _wait_for_address(settings)
    except BadSetting as problem:
        print(f"Sandbox Pay cannot start: {problem}", file=sys.stderr)
        raise SystemExit(1) from None
    os.environ.pop("GUNICORN_CMD_ARGS", None)  # meant for the shop's server, if set at all
    server = "webapp.dev.gateway.server"
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", f"python:{server}", f"{server}:build()"])


def _wait_for_address(settings: Settings) -> None:
    deadline = time.monotonic() + PORT_PATIENCE_SECONDS
    while (problem := _address_problem(settings)) is not None:
        if time.monotonic() > deadline:
            raise BadSetting(
                f"HOST and GATEWAY_PORT name {settings.host}:{settings.port}, which is of no use: {problem}."
            )
        time.sleep(PORT_RETRY_SECONDS)


def _address_problem(settings: Settings) -> str | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or str(error)
    return None


if __name__ == "__main__":
    main()
