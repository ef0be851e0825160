"""The websocket protocol as clients of all sorts speak it to us."""

import pytest
from wsproto.frame_protocol import CloseReason, FrameProtocol, Opcode

from webapp.live import frames

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # the example of RFC 6455, with its answer


class Talk:
    """A client that sends these bytes in these pieces, and what it is told."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.told = b""

    def read(self, _most: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def write(self, data: bytes) -> None:
        self.told += data

    def heard(self, longest: int = 2000) -> list[frames.Message]:
        return list(frames.messages(self.read, self.write, longest))

    def told_to_close(self) -> int | None:
        protocol = FrameProtocol(client=True, extensions=[])
        protocol.receive_bytes(self.told)
        closes = [frame.payload for frame in protocol.received_frames() if frame.opcode is Opcode.CLOSE]
        return closes[0][0] if closes else None  # type: ignore[return-value]


def client() -> FrameProtocol:
    return FrameProtocol(client=True, extensions=[])


def test_the_handshake_answers_as_the_standard_says() -> None:
    answer = frames.accept({"HTTP_SEC_WEBSOCKET_KEY": KEY, "HTTP_SEC_WEBSOCKET_VERSION": "13"})
    assert answer is not None
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer


@pytest.mark.parametrize(("key", "version"), [("", "13"), ("short", "13"), ("*" * 24, "13"), (KEY, "8"), (KEY, "")])
def test_a_request_that_is_no_websocket_is_refused(key: str, version: str) -> None:
    assert frames.accept({"HTTP_SEC_WEBSOCKET_KEY": key, "HTTP_SEC_WEBSOCKET_VERSION": version}) is None


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_what_we_send_is_read_as_it_was_meant(size: int) -> None:
    reader = client()
    reader.receive_bytes(frames.frame("é" * (size // 2) + "x" * (size % 2)))
    payload = "".join(str(part.payload) for part in reader.received_frames())
    assert len(payload.encode()) == size


def test_messages_are_heard_however_they_are_cut() -> None:
    said = client().send_data("2") + client().send_data('420["é"]')
    for piece in (1, 2, 3, 7, len(said)):  # the first frame has 7 bytes
        talk = Talk(*(bytes(said[start : start + piece]) for start in range(0, len(said), piece)))
        assert talk.heard() == ["2", '420["é"]']


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 64, 125, 126])
def test_a_message_that_comes_whole_is_heard_as_it_was_said(size: int) -> None:
    said = ["".join(chr(97 + nth % 26) for nth in range(size)), "é" * (size // 2), "3"]
    assert Talk(*(bytes(client().send_data(one)) for one in said if one)).heard() == [one for one in said if one]


def test_a_short_message_that_is_longer_than_allowed_ends_it() -> None:
    talk = Talk(bytes(client().send_data("x" * 9)), bytes(client().send_data("x" * 11)))
    assert talk.heard(longest=10) == ["x" * 9]
    assert talk.told_to_close() == CloseReason.MESSAGE_TOO_BIG


def test_a_message_in_several_frames_with_a_ping_between_is_one() -> None:
    speaker = client()
    said = speaker.send_data("hel", fin=False) + speaker.ping(b"!") + speaker.send_data("lo", fin=True)
    talk = Talk(bytes(said))
    assert talk.heard() == ["hello"]
    assert talk.told == b"\x8a\x01!"


def endless(frame: bytes, times: int) -> list[bytes]:
    return [b"\x01\x80\0\0\0\0", *[frame] * times]


@pytest.mark.parametrize("frame", [b"\x00\x80\0\0\0\0", b"\x89\x80\0\0\0\0"], ids=["empty pieces", "pings"])
def test_whoever_goes_on_without_ever_saying_anything_is_hung_up_on(frame: bytes) -> None:
    """A message in pieces that has no end, and no bytes, would be kept piece by piece; pings, answered for ever."""
    talk = Talk(*endless(frame, 1_999))
    assert talk.heard() == []
    assert talk.told_to_close() is None
    talk = Talk(*endless(frame, 2_500))
    assert talk.heard() == []
    assert talk.told_to_close() == CloseReason.MESSAGE_TOO_BIG
    assert talk.pieces


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (bytes(client().send_data("x" * 2001)), CloseReason.MESSAGE_TOO_BIG),
        (bytes([0x81, 0xFF, 0x7F, *[0xFF] * 7, 0, 0, 0, 0]) + b"x" * 2001, CloseReason.MESSAGE_TOO_BIG),  # says: 2^63
        (b"\x81\x05hello", CloseReason.PROTOCOL_ERROR),  # not masked
        (bytes([0x81, 0x81, 0, 0, 0, 0, 0xFF]), CloseReason.INVALID_FRAME_PAYLOAD_DATA),
        (bytes([0xC1, 0x80, 0, 0, 0, 0]), CloseReason.PROTOCOL_ERROR),  # says it is compressed
        (bytes([0x8F, 0x80, 0, 0, 0, 0]), CloseReason.PROTOCOL_ERROR),
    ],
)
def test_whoever_breaks_the_protocol_is_hung_up_on(said: bytes, reason: CloseReason) -> None:
    talk = Talk(said, bytes(client().send_data("later")))
    assert talk.heard() == []
    assert talk.told_to_close() == reason


def test_a_goodbye_is_answered_and_ends_it() -> None:
    talk = Talk(bytes(client().close(1000)), bytes(client().send_data("later")))
    assert talk.heard() == []
    assert talk.told_to_close() == CloseReason.NORMAL_CLOSURE
