"""A sale that opens or closes while fans wait for the line: whoever comes after it finds it as it is then."""

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from tests.builders import NOW, at, concert, do, fan, soon
from tests.races.racing import PATIENCE_SECONDS, race
from tests.running import wait_until
from webapp.admin.editing import publishing
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.errors import SaleNotOpen
from webapp.live import messages
from webapp.waiting_room import calling, joining, steering
from webapp.waiting_room.models import Counter

WAITING_FOR_A_ROW = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The states that the ticks of the line told, in the order of their sequence."""
    ticks: list[Any] = []
    monkeypatch.setattr(messages, "line_moved", ticks.append)
    return ticks


def while_waiting(change: Callable[[], Any], join: Callable[[], Any]) -> list[Any]:
    """The operator changes the sale; a fan joins meanwhile and waits for the line until the change is committed."""
    is_held = Event()

    def operator() -> None:
        with transaction():
            change()
            is_held.set()
            wait_until(lambda: db.session.scalar(WAITING_FOR_A_ROW), PATIENCE_SECONDS, "the joiner waits for the line")

    def joiner() -> Any:
        assert is_held.wait(PATIENCE_SECONDS)
        return join()

    return race(operator, joiner)


def close_while_a_fan_joins(waiter: int, line: int) -> Any:
    return while_waiting(lambda: steering.close_sale(line, NOW), lambda: do(joining.join, waiter, line, at(seconds=1)))


@pytest.mark.usefixtures("house")
def test_who_waited_for_the_line_while_the_sale_closed_is_not_let_in(said: list[Any]) -> None:
    line, waiter = concert().id, fan("waiter")
    _, outcome = close_while_a_fan_joins(waiter, line)
    assert isinstance(outcome, SaleNotOpen)
    assert db.session.get_one(Counter, line, populate_existing=True).created_count == 0
    assert [tick["state"] for tick in said] == ["closed"]


@pytest.mark.usefixtures("house")
def test_who_waited_for_the_line_while_the_sale_opened_is_let_in(said: list[Any]) -> None:
    line, waiter = soon(lobby_minutes=0).id, fan("waiter")
    _, place = while_waiting(
        lambda: steering.open_sale(line, NOW), lambda: do(joining.join, waiter, line, at(seconds=1))
    )
    assert (place.wait_number, place.called_at) == (1, at(seconds=1))
    assert {tick["state"] for tick in said} == {"open"}


def withdraw_while_a_fan_joins(waiter: int, line: int) -> Any:
    return while_waiting(
        lambda: publishing.withdraw(db.session.get_one(Concert, line)),
        lambda: do(joining.join, waiter, line, at(seconds=1)),
    )[1]


@pytest.mark.usefixtures("house")
def test_who_waited_for_the_line_while_the_concert_became_a_draft_again_is_not_let_in() -> None:
    line, waiter = concert().id, fan("waiter")
    assert isinstance(withdraw_while_a_fan_joins(waiter, line), SaleNotOpen)
    assert db.session.get_one(Counter, line, populate_existing=True).created_count == 0


@pytest.mark.usefixtures("house")
def test_control_a_line_that_takes_a_draft_for_published_is_stopped_by_the_tables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calling, "lock", _lock_and_read_in_one)
    line, waiter = concert().id, fan("waiter")
    assert isinstance(withdraw_while_a_fan_joins(waiter, line), IntegrityError)


def test_control_with_the_concert_read_by_the_locking_statement_a_closed_sale_lets_a_fan_in(
    house: Flask, said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "lock", _lock_and_read_in_one)
    line, waiter = concert().id, fan("waiter")
    _, place = close_while_a_fan_joins(waiter, line)
    assert place.wait_number == 1
    assert max(said, key=lambda tick: tick["sequence"])["state"] == "open"


def _lock_and_read_in_one(concert_id: int) -> Counter:
    both = select(Counter).join(Counter.concert).options(contains_eager(Counter.concert))
    locking = both.where(Counter.concert_id == concert_id).with_for_update(of=Counter)
    return db.session.scalars(locking, execution_options={"populate_existing": True}).one()
