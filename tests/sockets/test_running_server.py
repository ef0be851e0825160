"""Sockets of a running web process, as the Procfile starts it: what goes over the wire, and who holds up whom."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from tests.builders import NOW, concert, do, fan, fans
from tests.running import answers, free_port, process, wait_until
from tests.sockets.page import Page, cookie
from webapp import clock
from webapp.accounts import signing_in
from webapp.jobs import redis
from webapp.live import messages
from webapp.waiting_room import admission, joining, presence


@pytest.fixture(scope="module")
def port(app: Flask, environment: dict[str, str]) -> Iterator[int]:
    port = free_port()
    told = {**environment, "PORT": str(port), "WEB_CONCURRENCY": "1", "DATABASE_POOL": "10"}
    with process("web", told):
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), 60, "the web process answers")
        yield port


@dataclass(frozen=True)
class Opened:
    page: Page
    key: str


Open = Callable[..., Opened]


@pytest.fixture
def opened(house: Flask, port: int) -> Iterator[Open]:
    """A page's socket of a newly signed-in fan."""
    pages = []

    def open_page(user_id: int, **options: int) -> Opened:
        header, key = cookie(house, user_id)
        page = Page(port, header, **options)
        pages.append(page)
        assert page.enter().startswith(b"40{")
        return Opened(page, key)

    yield open_page
    for page in pages:
        page.close()


def is_delivering(opened: Opened, user_id: int) -> None:
    """Wait until this process hears what is published."""

    def published() -> bool:
        return redis().publish(messages.CHANNEL, json.dumps({"event": "wallet_changed", "user": user_id, "body": 0}))

    wait_until(published, what="the web process listens")
    assert opened.page.heard(b'42["wallet_changed"')


def test_nothing_is_ever_compressed(opened: Open) -> None:
    waiter = opened(fan("waiter"))
    assert waiter.page.head.startswith(b"HTTP/1.1 101 ")
    assert b"extensions" not in waiter.page.head.lower()


def test_a_join_reaches_everyone_waiting_as_the_same_bytes(opened: Open) -> None:
    show, (first, second, latecomer) = concert(capacity=0), fans(3)
    do(joining.join_all, [first, second], show.id, NOW)
    pages = [opened(user_id) for user_id in (first, second)]
    for one, user_id in zip(pages, (first, second), strict=True):
        assert one.page.ask("watch_line", {"concert": show.id})["ok"]
        is_delivering(one, user_id)
    do(joining.join, latecomer, show.id, NOW)
    heard = [one.page.heard(b'42["line_moved"') for one in pages]
    assert heard[0] == heard[1]
    tick = json.loads(heard[0][2:])[1]
    assert (tick["waiting"], tick["left"], tick["message"]) == (3, [], "")
    do(admission.leave, first, show.id, NOW)
    assert json.loads(pages[1].page.heard(b'42["line_moved"')[2:])[1]["left"] == [0, 1, 1]


def test_a_client_that_never_reads_is_dropped_and_delays_nobody(opened: Open) -> None:
    sleeper, reader = fans(2)
    asleep, awake = opened(sleeper, room=2048), opened(reader)
    is_delivering(awake, reader)
    for number in range(300):
        for user_id in (sleeper, reader):
            messages._publish(
                {"event": "order_changed", "user": user_id, "body": {"order": f"{number} " + "x" * 50_000}}
            )
        if number % 20 == 19:
            # The one that reads is never behind by more than these twenty.
            assert f'"{number} '.encode() in awake.page.heard(f'42["order_changed",{{"order":"{number} '.encode())
    assert asleep.page.is_closed()
    assert awake.page.ask("watch_line", {"concert": 1}) == {"ok": False, "code": "not-found"}


def test_signing_out_ends_the_sockets_of_that_sign_in_and_no_others(opened: Open) -> None:
    waiter = fan("waiter")
    phone, laptop = opened(waiter), opened(waiter)
    is_delivering(laptop, waiter)
    do(signing_in.end, phone.key)
    assert phone.page.heard(b"41")
    assert phone.page.is_closed()
    is_delivering(laptop, waiter)


def test_a_signed_out_page_is_refused(port: int, house: Flask) -> None:
    stranger = Page(port)
    assert stranger.enter().startswith(b"44")
    stranger.close()


def test_what_is_no_websocket_is_a_bad_request(port: int, house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.sockets.page.KEY", "nothing")
    page = Page(port)
    assert page.head.startswith(b"HTTP/1.1 400 ")
    page.close()


def test_a_message_that_is_too_long_ends_the_socket(opened: Open) -> None:
    rude = opened(fan("rude")).page
    for piece in range(3):
        first = b"\x00" if piece else b"\x01"  # a text, and what continues it
        rude.connection.sendall(first + b"\xfe" + (1000).to_bytes(2, "big") + b"\0\0\0\0" + b"2" * 1000)
    assert rude.heard((1009).to_bytes(2, "big"))
    assert rude.is_closed()


def test_whoever_has_a_socket_is_present_and_whoever_has_none_is_absent(opened: Open) -> None:
    show, waiting = concert(capacity=0), fans(3)
    do(joining.join_all, waiting, show.id, NOW)
    for user_id in waiting[:2]:
        assert opened(user_id).page.ask("watch_line", {"concert": show.id})["ok"]

    wait_until(lambda: presence.count(show.id, 0, clock.now()) == 2, what="two are present")
