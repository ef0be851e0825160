"""Who is shown out of which room, who is told, and that the looking around never ends."""

import json
from contextvars import Context
from typing import Any

import pytest
from flask import Flask, current_app

from tests.builders import NOW, admit, concert, do, fan, fans, house
from tests.sockets.test_rooms import ask, connect, heard, timepiece
from tests.timepiece import Timepiece
from webapp.extensions import socketio
from webapp.live import delivery, leaving, messages, sockets, stock_watch
from webapp.waiting_room import admission, joining, presence

__all__ = ["connect", "timepiece"]


def look_around() -> None:
    """What a web process does every few seconds, in an app context of its own."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def look() -> None:
        with app.app_context():
            sockets._look_around(app, socketio)

    Context().run(look)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was published, in its order."""
    published: list[bytes] = []
    monkeypatch.setattr(messages, "_publish", lambda message, *_: published.append(json.dumps(message).encode()))
    return published


def deliver(told: list[bytes]) -> None:
    """Take what was published, as the delivery of a web process does."""
    delivering = delivery.Delivery(socketio)
    for raw in told:
        delivering.take(raw, 100)


class Naps:
    """Stands where Socket.IO stands and sleeps so many times."""

    class Over(BaseException):
        """The process ends."""

    def __init__(self, count: int) -> None:
        self.left = count

    def sleep(self, _seconds: float) -> None:
        self.left -= 1
        if not self.left:
            raise Naps.Over


def test_whose_admission_has_ended_hears_of_no_seats_any_more(connect: Any, timepiece: Timepiece) -> None:
    evening, (holder, leaver) = house(capacity=2), fans(2)
    for user in (holder, leaver):
        admit(user, evening.concert_id)
    open_maps = {user: connect(user) for user in (holder, leaver)}
    for socket in open_maps.values():
        assert ask(socket, "watch_seats", {"schedule": evening.id})["ok"]
    do(admission.leave, leaver, evening.concert_id, NOW)
    look_around()
    socketio.emit("seats_changed", {}, to=f"seats:{evening.id}")
    assert heard(open_maps[leaver]) == ["turn_over"]
    assert heard(open_maps[holder]) == ["seats_changed"]
    timepiece.pass_(minutes=10)
    for _ in range(2):  # told once
        look_around()
    socketio.emit("seats_changed", {}, to=f"seats:{evening.id}")
    assert heard(open_maps[holder]) == ["turn_over"]
    assert f"seats:{evening.id}" not in socketio.server.manager.rooms["/"]


def test_whoever_is_let_in_again_while_we_look_stays(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    evening, returner = house(capacity=1), fan("returner")
    admit(returner, evening.concert_id)
    socket = connect(returner)
    assert ask(socket, "watch_seats", {"schedule": evening.id})["ok"]

    def nobody_yet(*_asked: object) -> set[tuple[int, int]]:
        assert ask(socket, "watch_seats", {"schedule": evening.id})["ok"]
        return set()

    monkeypatch.setattr(leaving.insiders, "admitted", nobody_yet)
    look_around()
    assert heard(socket) == []
    assert f"seats:{evening.id}" in socketio.server.manager.rooms["/"]


def test_the_seats_of_a_closed_socket_are_forgotten(connect: Any) -> None:
    evening, holder = house(), fan("holder")
    admit(holder, evening.concert_id)
    socket = connect(holder)
    assert ask(socket, "watch_seats", {"schedule": evening.id})["ok"]
    assert leaving.inside
    socket.disconnect()
    assert leaving.inside == {}


def test_every_page_of_a_fan_who_leaves_is_told_and_is_out_of_the_line(connect: Any, told: list[bytes]) -> None:
    show, (leaver, waiter) = concert(capacity=0), fans(2)
    do(joining.join_all, [leaver, waiter], show.id, NOW)
    tabs, other = [connect(leaver) for _ in range(2)], connect(waiter)
    for socket in (*tabs, other):
        assert ask(socket, "watch_line", {"concert": show.id})["ok"]
    do(admission.leave, leaver, show.id, NOW)
    Context().run(deliver, told)
    socketio.emit("line_moved", {}, to=f"line:{show.id}")
    assert [heard(socket)[-1:] for socket in (*tabs, other)] == [["place_ended"], ["place_ended"], ["line_moved"]]
    assert set(presence.here.watching.values()) == {(show.id, 2)}


def test_a_page_that_waits_with_a_newer_number_stays(connect: Any, told: list[bytes]) -> None:
    show, returner = concert(capacity=0), fan("returner")
    do(joining.join, returner, show.id, NOW)
    do(admission.leave, returner, show.id, NOW)
    do(joining.join, returner, show.id, NOW)
    socket = connect(returner)
    assert ask(socket, "watch_line", {"concert": show.id})["ok"]
    Context().run(deliver, told)
    assert set(presence.here.watching.values()) == {(show.id, 2)}
    assert f"line:{show.id}" in socketio.server.manager.rooms["/"]


@pytest.mark.usefixtures("house")
def test_paying_publishes_no_end_of_a_place(told: list[bytes]) -> None:
    """An order says it already, and an order is to cost no more messages than it must."""
    show, buyer = concert(capacity=1), fan("buyer")
    admit(buyer, show.id)
    do(admission.finish, buyer, show.id, NOW)
    assert told
    assert not [raw for raw in told if b"place_ended" in raw]


@pytest.mark.parametrize("chore", ["reporting who is here", "telling what is left"])
def test_what_fails_beside_the_sockets_is_done_again(house: Flask, monkeypatch: pytest.MonkeyPatch, chore: str) -> None:
    """Without this everybody would be absent, or no stock told, until the process starts anew."""
    naps = Naps(3)
    tried: list[str] = []

    def fails(*_anything: object) -> None:
        tried.append(chore)
        raise ValueError("never heard of")

    monkeypatch.setattr(presence.here, "report", fails)
    monkeypatch.setattr(stock_watch, "tell_all", fails)
    monkeypatch.setattr(stock_watch, "_moved", {1})
    keep = sockets._keep_looking if chore == "reporting who is here" else stock_watch.keep_telling
    with pytest.raises(Naps.Over):
        keep(house, naps)  # type: ignore[arg-type]
    assert len(tried) == 3
