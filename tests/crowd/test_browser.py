"""What a simulated fan does when an answer never comes."""

import asyncio

import aiohttp
import pytest

from webapp.dev.crowd import browser
from webapp.dev.crowd.browser import Browser, Lost, Page
from webapp.dev.crowd.diary import Journal

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


async def post_to_a_server_that_hangs_up_once(path: str, asked: list[str]) -> Page:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode().split()[1])
        if len(asked) > 1:
            writer.write(OK)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    async with server, aiohttp.ClientSession() as http:
        fan = Browser(http, f"http://127.0.0.1:{port}", "show", None, Journal([]))
        return await fan.post(path, {"csrf_token": "x"})


@pytest.mark.parametrize("path", ["/concerts/show/line", "/concerts/show/lobby"])
def test_a_fan_without_an_answer_joins_again(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "RETRY_SECONDS", 0)
    asked: list[str] = []
    page = asyncio.run(post_to_a_server_that_hangs_up_once(path, asked))
    assert (page.status, asked) == (200, [path, path])


@pytest.mark.parametrize("path", ["/orders/x/payments", "/schedules/1/holds", "/concerts/show/line/departure"])
def test_a_fan_without_an_answer_neither_pays_nor_holds_again(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "RETRY_SECONDS", 0)
    asked: list[str] = []
    with pytest.raises(Lost):
        asyncio.run(post_to_a_server_that_hangs_up_once(path, asked))
    assert asked == [path]
