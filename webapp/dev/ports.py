"""Ports of this machine: is one free, and which one is next."""

import socket
import time

from webapp.dev.processes import CannotStart

NEXT_PORTS = 20


def is_free(host: str, port: int) -> bool:
    """Could a server start to listen there now?"""
    with socket.socket() as probe:
        # As servers do: the last connections of one that just ended do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require(host: str, port: int, wait_seconds: float) -> None:
    """Return once the port is free; after `wait_seconds` raise `CannotStart`."""
    deadline = time.monotonic() + wait_seconds
    while not is_free(host, port):
        if time.monotonic() >= deadline:
            raise CannotStart(f"Port {port} is in use; stop what uses it, or choose another with --port.")
        time.sleep(0.1)


def next_free(host: str, port: int) -> int:
    """The first free port from `port` on."""
    for candidate in range(port, port + NEXT_PORTS):
        if is_free(host, candidate):
            return candidate
    raise CannotStart(f"The ports {port} to {port + NEXT_PORTS - 1} are all in use; choose others with --port.")
