"""Who may listen to what. A room comes from the signed-in identity; refusals are tested."""

from collections.abc import Iterator
from contextvars import Context
from functools import partial
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from tests.builders import NOW, admit, concert, do, fan, fans, house, operator
from tests.races.racing import race
from tests.timepiece import Timepiece, timepiece
from webapp import clock
from webapp.accounts import signing_in
from webapp.accounts.models import SignIn
from webapp.db import db
from webapp.extensions import socketio
from webapp.live import delivery, numbering, sockets
from webapp.live import guests as room
from webapp.live.guests import catch_up, guests, look_again
from webapp.live.patience import SOCKETS_PER_FAN, Patience
from webapp.waiting_room import admission, joining, presence, watching

__all__ = ["timepiece"]


@pytest.fixture
def connect(house: Flask, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A page's socket, signed in as the user with this id, or signed out for None."""
    monkeypatch.setattr(delivery, "start", lambda: None)
    monkeypatch.setattr(sockets, "patience", Patience())
    opened: list[SocketIOTestClient] = []

    def socket(user_id: int | None) -> SocketIOTestClient:
        browser = house.test_client()
        if user_id is not None:
            key = do(signing_in.start, user_id, clock.now())
            with browser.session_transaction() as session:
                session["_user_id"] = key
        # As a server has it: not inside the app context that the test itself stands in.
        opened.append(Context().run(socketio.test_client, house, flask_test_client=browser))
        return opened[-1]

    yield socket
    for one in opened:
        if one.is_connected():
            Context().run(one.disconnect)


def ask(socket: SocketIOTestClient, event: str, question: object) -> dict[str, Any]:
    return Context().run(socket.emit, event, question, callback=True)  # type: ignore[no-any-return]


def heard(socket: SocketIOTestClient) -> list[str]:
    return [message["name"] for message in socket.get_received()]


def lines_and_maps() -> list[str]:
    """The rooms of lines and seats that are kept."""
    return [room for room in map(str, socketio.server.manager.rooms["/"]) if room.startswith(("line:", "seats:"))]


def test_a_signed_out_socket_is_refused(connect: Any) -> None:
    assert not connect(None).is_connected()
    assert connect(fan("waiter")).is_connected()


def test_whoever_waits_hears_the_line_and_nobody_else_does(connect: Any) -> None:
    show, (waiter, passer_by) = concert(capacity=0), fans(2)
    do(joining.join, waiter, show.id, NOW)
    waiting, passing = connect(waiter), connect(passer_by)
    answer = ask(waiting, "watch_line", {"concert": show.id})
    assert answer["ok"]
    assert (answer["number"], answer["line"]["waiting"]) == (1, 1)
    assert ask(passing, "watch_line", {"concert": show.id}) == {"ok": False, "code": "not-in-line"}
    socketio.emit("line_moved", {"serving": 1}, to=f"line:{show.id}")
    assert heard(waiting) == ["line_moved"]
    assert heard(passing) == []


def test_a_fan_who_left_is_refused(connect: Any) -> None:
    show, leaver = concert(capacity=0), fan("leaver")
    do(joining.join, leaver, show.id, NOW)
    do(admission.leave, leaver, show.id, NOW)
    assert ask(connect(leaver), "watch_line", {"concert": show.id})["code"] == "not-in-line"


def test_seats_are_for_admitted_fans_while_their_time_lasts(connect: Any, timepiece: Timepiece) -> None:
    evening, (holder, waiter) = house(capacity=1), fans(2)
    admit(holder, evening.concert_id)
    do(joining.join, waiter, evening.concert_id, NOW)
    answer = ask(connect(holder), "watch_seats", {"schedule": evening.id})
    assert answer == {"ok": True, "sequence": numbering.newest(evening.id)}
    assert ask(connect(waiter), "watch_seats", {"schedule": evening.id})["code"] == "not-your-turn"
    timepiece.pass_(minutes=10)
    assert ask(connect(holder), "watch_seats", {"schedule": evening.id})["code"] == "not-your-turn"


def test_what_concerns_one_fan_is_heard_by_that_fan_alone(connect: Any) -> None:
    holder, other = fans(2)
    mine, theirs = connect(holder), connect(other)
    socketio.emit("order_changed", {"order": "x"}, to=f"fan:{holder}")
    assert (heard(mine), heard(theirs)) == (["order_changed"], [])


def test_the_house_is_for_operators(connect: Any) -> None:
    show = concert()
    assert ask(connect(fan("stranger")), "watch_house", {"concert": show.id})["code"] == "not-found"
    assert ask(connect(operator()), "watch_house", {"concert": show.id}) == {"ok": True}


@pytest.mark.parametrize(
    "question", [None, 7, "x", [], {}, {"concert": "1"}, {"concert": True}, {"concert": -1}, {"concert": 2**40}]
)
def test_a_question_that_is_none_is_refused_and_the_socket_lives(connect: Any, question: object) -> None:
    concert(capacity=0)
    socket = connect(fan("waiter"))
    for event in ("watch_line", "watch_seats"):
        assert ask(socket, event, question) == {"ok": False, "code": "not-found"}
    assert socket.is_connected()
    assert lines_and_maps() == []


def test_a_question_the_database_does_not_answer_leaves_the_socket_in_no_room(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    do(joining.join, waiter, show.id, NOW)
    socket = connect(waiter)
    away = Mock(side_effect=OperationalError("SELECT", {}, Exception("away")))
    monkeypatch.setattr(sockets.watching, "watched", away)
    assert ask(socket, "watch_line", {"concert": show.id}) == {"ok": False, "code": "unavailable"}
    assert lines_and_maps() == []


def test_a_flood_of_questions_ends_the_socket_and_nothing_else(connect: Any) -> None:
    concert(capacity=0)
    flooding, calm = (connect(user) for user in fans(2))
    answers = [ask(flooding, "watch_line", {"concert": 1}) for _ in range(10)]
    assert {answer["code"] for answer in answers} == {"not-in-line"}
    flooding.emit("watch_line", {"concert": 1})
    assert not flooding.is_connected()
    assert ask(calm, "watch_line", {"concert": 1})["code"] == "not-in-line"


def test_a_socket_that_is_closed_is_in_no_room_any_more(connect: Any) -> None:
    show, leaver = concert(capacity=0), fan("leaver")
    do(joining.join, leaver, show.id, NOW)
    manager = socketio.server.manager
    others = set(manager.entered)
    socket = connect(leaver)
    assert ask(socket, "watch_line", {"concert": show.id})["ok"]
    ((namespace, sid),) = set(manager.entered) - others
    assert sorted(map(str, manager.get_rooms(sid, namespace))) == sorted([f"fan:{leaver}", f"line:{show.id}", sid])
    socket.disconnect()
    assert set(manager.entered) == others
    assert all(sid not in room for room in manager.rooms.get(namespace, {}).values())


def test_whoever_has_signed_out_is_refused_and_the_socket_ends(connect: Any) -> None:
    show, leaver = concert(capacity=0), fan("leaver")
    do(joining.join, leaver, show.id, NOW)
    socket = connect(leaver)
    do(db.session.execute, delete(SignIn))
    assert ask(socket, "watch_line", {"concert": show.id}) == {"ok": False, "code": "not-found"}
    assert not socket.is_connected()


def test_whose_socket_goes_while_it_asks_is_not_present(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    do(joining.join, waiter, show.id, NOW)
    socket, look, known = connect(waiter), watching.watched, dict(presence.here.watching)

    def look_slowly(*asked: Any) -> Any:
        found = look(*asked)
        Context().run(socket.disconnect)
        return found

    monkeypatch.setattr(watching, "watched", look_slowly)
    Context().run(socket.emit, "watch_line", {"concert": show.id})
    assert not socket.is_connected()
    assert presence.here.watching == known


def test_signing_out_is_looked_up_and_ends_what_it_must(connect: Any, house: Flask) -> None:
    leaver, stayer = fans(2)
    left_open, other = connect(leaver), connect(stayer)
    do(db.session.execute, delete(SignIn).where(SignIn.user_id == leaver))
    Context().run(look_again, house, socketio, stayer)
    assert left_open.is_connected()
    Context().run(look_again, house, socketio, None)
    assert not left_open.is_connected()
    assert other.is_connected()


def test_who_signs_out_while_the_database_stumbles_is_shown_out_once_it_is_back(
    connect: Any, house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaver, stayer = fans(2)
    left_open, other = connect(leaver), connect(stayer)
    do(db.session.execute, delete(SignIn).where(SignIn.user_id == leaver))
    with monkeypatch.context() as away:
        away.setattr(signing_in, "valid", Mock(side_effect=OperationalError("", {}, Exception())))
        for _ in range(2):
            Context().run(look_again, house, socketio, leaver)
            Context().run(catch_up, house, socketio)
    assert left_open.is_connected()
    Context().run(catch_up, house, socketio)
    assert not left_open.is_connected()
    assert other.is_connected()


def test_whoever_signs_out_elsewhere_costs_this_process_no_look(
    connect: Any, house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(fan("stayer"))
    with monkeypatch.context() as here:
        here.setattr(room, "guests", None)  # not to be walked through for each of them
        for user_id in range(1_000, 1_100):
            Context().run(look_again, house, socketio, user_id)


def test_whoever_signs_out_while_a_socket_comes_in_is_refused(
    connect: Any, house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaver, signed_in, known = fan("leaver"), sockets._signed_in, dict(guests)

    def signed_in_until_now() -> Any:
        user = signed_in()
        race(partial(do, db.session.execute, delete(SignIn)))
        Context().run(look_again, house, socketio, leaver)
        return user

    monkeypatch.setattr(sockets, "_signed_in", signed_in_until_now)
    assert not connect(leaver).is_connected()
    assert guests == known


def test_nobody_can_pretend_to_be_gone_and_go_on_listening(connect: Any, house: Flask) -> None:
    """By this word Socket.IO tells us who goes, and whoever is forgotten is shown out of nothing."""
    pretender = fan("pretender")
    socket = connect(pretender)
    known = dict(guests)
    assert known
    Context().run(socket.emit, "disconnect")
    assert guests == known
    do(db.session.execute, delete(SignIn))
    Context().run(look_again, house, socketio, pretender)
    assert not socket.is_connected()


def test_a_fan_has_so_many_sockets_and_no_more(connect: Any) -> None:
    waiter = fan("waiter")
    opened = [connect(waiter) for _ in range(SOCKETS_PER_FAN)]
    assert all(socket.is_connected() for socket in opened)
    assert not connect(waiter).is_connected()
    opened[0].disconnect()
    assert connect(waiter).is_connected()


def test_a_question_with_too_few_or_too_many_words_is_refused(connect: Any) -> None:
    socket = connect(fan("waiter"))
    assert Context().run(socket.emit, "watch_line", callback=True)["code"] == "not-found"
    assert Context().run(socket.emit, "watch_line", 1, 2, 3, callback=True)["code"] == "not-found"


def test_questions_come_back_with_time() -> None:
    patience = Patience()
    assert patience.opens("a", "fan", 0)
    assert [patience.asks("a", 0) for _ in range(11)] == [True] * 10 + [False]
    assert [patience.asks("a", second) for second in (0.5, 2.0)] == [False, True]
    patience.closes("a")
    assert not patience.left
    assert not patience.sockets
