"""A fan's live line: as much of Engine.IO 4 and Socket.IO 5 over a websocket as watching a line takes."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from webapp.dev.crowd.browser import Browser

PATH = "/socket.io/?EIO=4&transport=websocket"
# Engine.IO's packet types, then Socket.IO's inside a message.
OPEN, CLOSE, PING, PONG, MESSAGE = "0", "1", "2", "3", "4"
CONNECT, DISCONNECT, EVENT, ACK, REFUSED = "40", "41", "42", "43", "44"
ASKED = "1"  # the number of our one question

Tick = dict[str, Any]


class Closed(Exception):
    """The socket ended, or was refused; the text says how."""


class Ticks:
    """The ticks of one concert, as they come."""

    _latest: tuple[str, Tick] = ("", {})

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, concert_id: int) -> None:
        self.socket, self.concert_id = socket, concert_id

    async def __aiter__(self) -> AsyncIterator[Tick]:
        """Every tick from the answer to watch_line on. Raises Closed."""
        async for message in self.socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise Closed("an unexpected message")
            if tick := await self._take(message.data):
                yield tick
        raise Closed("closed by the server")

    async def _take(self, text: str) -> Tick | None:
        if text.startswith(OPEN):
            await self.socket.send_str(CONNECT)
        elif text == PING:
            await self.socket.send_str(PONG)
        elif text.startswith(CONNECT):
            question = json.dumps(["watch_line", {"concert": self.concert_id}])
            await self.socket.send_str(f"{EVENT}{ASKED}{question}")
        elif text.startswith(ACK):
            answer = json.loads(text[len(ACK + ASKED) :])[0]
            if not answer.get("ok"):
                raise Closed(f"refused, {answer.get('code')}")
            line: Tick = answer["line"]
            return line
        elif text.startswith(EVENT):
            return self._event(text)
        elif text.startswith((DISCONNECT, REFUSED, CLOSE)):
            raise Closed("disconnected by the server")
        return None

    def _event(self, text: str) -> Tick | None:
        # The same bytes go to everyone, so they are read once for the whole crowd.
        if Ticks._latest[0] != text:
            name, *body = json.loads(text[len(EVENT) :])
            Ticks._latest = (text, body[0] if name == "line_moved" else {})
        tick = Ticks._latest[1]
        return tick if tick.get("concert") == self.concert_id else None


@asynccontextmanager
async def watching(browser: Browser, concert_id: int) -> AsyncIterator[Ticks]:
    """A socket of this fan. Raises Closed or aiohttp.ClientError where there is none to be had."""
    headers = {"Cookie": browser.cookie_header, "Origin": browser.url}
    async with browser.http.ws_connect(
        browser.url + PATH, headers=headers, max_msg_size=1_000_000, autoping=True, compress=0
    ) as socket:
        yield Ticks(socket, concert_id)
