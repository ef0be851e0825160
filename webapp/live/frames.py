"""The websocket protocol (RFC 6455) as the server speaks it: the handshake, frames out, messages in.

Frames are never compressed: a compressed one depends on what its client got before, so no two clients could share it.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wsproto.frame_protocol import CloseReason, FrameProtocol, Opcode, ParseFailed

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
KEY_BYTES = 16
RECEIVE_BYTES = 4096
FINAL = MASKED = 0x80
MASK_AT, SAID_AT = 2, 6  # where a short message of a client's has its mask, and where it begins
SHORT, TWO_BYTES = 125, 65_535  # lengths that fit into one byte, and into two

Message = str | bytes
Read = Callable[[int], bytes]
Write = Callable[[bytes], object]


def accept(environ: Mapping[str, Any]) -> bytes | None:
    """The answer that turns this request into a websocket; None for a request that asks for none properly."""
    key = str(environ.get("HTTP_SEC_WEBSOCKET_KEY", "")).strip().encode("latin-1")
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13" or not _is_key(key):
        return None
    proof = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + proof + b"\r\n\r\n"
    )


def frame(message: Message) -> bytes:
    """A message as one whole frame, the same bytes for whoever gets it."""
    opcode, payload = (Opcode.TEXT, message.encode()) if isinstance(message, str) else (Opcode.BINARY, message)
    size = len(payload)
    if size <= SHORT:
        return bytes((FINAL | opcode, size)) + payload
    if size <= TWO_BYTES:
        return bytes((FINAL | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((FINAL | opcode, 127)) + size.to_bytes(8, "big") + payload


def closing(reason: CloseReason = CloseReason.NORMAL_CLOSURE) -> bytes:
    """The frame that says goodbye."""
    return bytes((FINAL | Opcode.CLOSE, 2)) + reason.to_bytes(2, "big")


def messages(read: Read, write: Write, longest: int) -> Iterator[Message]:
    """What the client says, until it closes, goes away, or breaks the protocol; pings are answered in between.

    `longest` in bytes, of a whole message: whoever says more is hung up on.
    """
    try:
        received = read(RECEIVE_BYTES)
        # Nearly all that a page says are answers to pings, one byte each.
        while (message := _short(received, longest)) is not None:
            yield message
            received = read(RECEIVE_BYTES)
        # From the first read that is anything else everything is the protocol's: it may have begun a message there.
        yield from _messages(FrameProtocol(client=False, extensions=[]), received, read, write, longest)
    except ParseFailed as failure:
        write(closing(failure.code))
    except OSError:
        return


def _short(received: bytes, longest: int) -> str | None:
    """The text that came as exactly one whole short frame; None for everything else."""
    size = len(received) - SAID_AT
    if not 0 < size <= min(SHORT, longest) or received[:MASK_AT] != bytes((FINAL | Opcode.TEXT, MASKED | size)):
        return None
    mask = (received[MASK_AT:SAID_AT] * (size // 4 + 1))[:size]
    said = int.from_bytes(received[SAID_AT:], "big") ^ int.from_bytes(mask, "big")
    try:
        return said.to_bytes(size, "big").decode()
    except UnicodeDecodeError:
        return None


def _messages(protocol: FrameProtocol, received: bytes, read: Read, write: Write, longest: int) -> Iterator[Message]:
    parts: list[Any] = []
    size = 0
    while received:
        protocol.receive_bytes(received)
        for part in protocol.received_frames():
            if part.opcode is Opcode.CLOSE:
                write(closing())
                return
            # Empty pieces, and pings, count too: without end they would fill memory, or keep us busy.
            size += max(1, len(part.payload))
            if size > longest:
                raise ParseFailed("the message is too long", CloseReason.MESSAGE_TOO_BIG)
            if part.opcode is Opcode.PING:
                assert isinstance(part.payload, bytes)
                write(bytes(protocol.pong(part.payload)))
            if part.opcode.iscontrol():
                continue
            parts.append(part.payload)
            if part.message_finished:
                yield ("" if part.opcode is Opcode.TEXT else b"").join(parts)
                parts, size = [], 0
        received = read(RECEIVE_BYTES)


def _is_key(key: bytes) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == KEY_BYTES
    except binascii.Error:
        return False
