"""Who begins to watch a line with others is answered with them, and each with what is theirs."""

from typing import Any
from unittest.mock import Mock

import pytest
from flask import Flask

from tests.builders import NOW, concert, do, fan, fans
from tests.sockets.test_rooms import ask, connect, timepiece
from webapp.accounts import signing_in
from webapp.db import autocommitting, db
from webapp.errors import NotFound, TooBusy
from webapp.live import sockets
from webapp.waiting_room import admission, joining, watching
from webapp.waiting_room.watching import Watched, Watcher

__all__ = ["connect", "timepiece"]


def look(concert_id: int, *keys: str) -> list[Watched | BaseException | None]:
    return watching._look(concert_id, lambda: [Watcher(key, NOW) for key in keys])


def numbers(answers: list[Any]) -> list[int | None]:
    return [answer.wait_number for answer in answers]


def test_together_each_hears_their_own_number_and_the_same_line(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    show, other = concert(capacity=0), concert(capacity=0, slug="other")
    *waiters, leaver, passer_by = fans(4)
    do(joining.join_all, [passer_by], other.id, NOW)
    do(joining.join_all, [*waiters, leaver], show.id, NOW)
    do(admission.leave, leaver, show.id, NOW)
    keys = [do(signing_in.start, user, NOW) for user in (*waiters, leaver, passer_by)]
    places = Mock(side_effect=watching.fetch)
    monkeypatch.setattr(watching, "fetch", places)
    answers = look(show.id, *keys, "nobody's", keys[0])
    assert numbers(answers[:4]) == [1, 2, None, None]
    assert answers[4] is None
    assert answers[5] == answers[0]
    assert {one.line["waiting"] for one in answers if isinstance(one, Watched)} == {2}
    assert places.call_count == 1


@pytest.mark.usefixtures("house")
def test_whoever_came_back_hears_the_newest_of_their_numbers() -> None:
    show, returner = concert(capacity=0), fan("returner")
    for verb in (joining.join, admission.leave, joining.join):
        do(verb, returner, show.id, NOW)
    assert numbers(look(show.id, do(signing_in.start, returner, NOW))) == [2]


@pytest.mark.usefixtures("house")
def test_of_a_line_that_is_none_everybody_hears_so_at_once() -> None:
    keys = [do(signing_in.start, user, NOW) for user in fans(2)]
    answers = look(404, *keys, "nobody's")
    assert [type(one) for one in answers] == [NotFound, NotFound, type(None)]


def test_when_too_many_ask_the_page_is_told_to_ask_again(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    do(joining.join, waiter, show.id, NOW)
    socket = connect(waiter)
    monkeypatch.setattr(watching._watchers, "ask", Mock(side_effect=TooBusy))
    assert ask(socket, "watch_line", {"concert": show.id}) == {"ok": False, "code": "unavailable"}
    monkeypatch.undo()
    assert ask(socket, "watch_line", {"concert": show.id})["ok"]


def test_nobody_holds_a_connection_while_they_wait_for_a_turn(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    do(joining.join, waiter, show.id, NOW)
    socket, question = connect(waiter), {"concert": show.id}
    held: list[int] = []
    coarse = sockets.stock.coarse
    readers: Any = autocommitting(db.engine).pool
    before = readers.checkedout()

    def count(*asked: Any) -> Any:
        held.append(readers.checkedout() - before)
        return coarse(*asked)

    monkeypatch.setattr(sockets.stock, "coarse", count)
    assert ask(socket, "watch_line", question)["ok"]
    assert held == [0]
