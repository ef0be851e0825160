"""What comes from elsewhere: a page of another site that tries to open a fan's socket."""

import socket
from urllib.parse import urlsplit

import pytest
from flask import Flask

HANDSHAKE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.mark.parametrize(("origin", "status"), [("http://{host}", 101), ("http://elsewhere.example", 400)])
def test_only_our_own_pages_open_a_socket(house: Flask, address: str, origin: str, status: int) -> None:
    host = urlsplit(address).netloc
    name, port = host.split(":")
    with socket.create_connection((name, int(port)), timeout=60) as line:
        line.sendall(HANDSHAKE.format(host=host, origin=origin.format(host=host)).encode())
        answer = line.recv(200).decode("latin-1")  # a frame may follow at once
    assert answer.startswith(f"HTTP/1.1 {status} ")
