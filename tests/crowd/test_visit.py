"""A simulated fan in the line: as a page counts, and as a page asks."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.crowd.test_options import GOOD
from webapp.dev.crowd import character, visit
from webapp.dev.crowd.accounts import Account
from webapp.dev.crowd.browser import Page
from webapp.dev.crowd.diary import Diary, Journal
from webapp.dev.crowd.visit import Visit

NUMBER = 10
Place = dict[str, Any]
Connect = Callable[[], AsyncIterator[Any]]


class Desk:
    """Stands where the server stands: answers what the fan's place is, one answer after the other."""

    slug = "show"

    def __init__(self, *places: Place) -> None:
        self.places, self.journal, self.asked = list(places), Journal(), 0

    async def get(self, _path: str, *, json: bool = False) -> Page:
        self.asked += 1
        return Page(200, "", "", self.places.pop(0))


def place(state: str, ahead: int = NUMBER - 1) -> Place:
    return {"state": state, "number": NUMBER, "ahead": ahead, "low_minutes": 1, "high_minutes": 2}


def tick(serving: int, left: list[int]) -> dict[str, Any]:
    return {"concert": 1, "serving": serving, "left": left}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Visit]:
    """A fan who has waited at this desk to the end, over these sockets, each of which is what comes on it."""
    monkeypatch.setattr(visit, "STILL_WAITING_SECONDS", 0)
    monkeypatch.setattr(visit, "RETRY_SECONDS", 0)

    def wait(desk: Desk, *sockets: list[dict[str, Any]] | Exception) -> Visit:
        coming = iter(sockets)

        @asynccontextmanager
        async def watching(_browser: object, _concert_id: int) -> AsyncIterator[Any]:
            comes = next(coming)
            if isinstance(comes, Exception):
                raise comes
            yield _then_silence(comes)

        monkeypatch.setattr(visit, "watching", watching)
        who = character.cast(replace(GOOD, fans=1))[0]
        story = Diary(1, number=NUMBER)
        fan = Visit(who, Account(1, "", "", None), desk, 1, story)  # type: ignore[arg-type]
        fan.chance = random.Random(1)
        asyncio.run(asyncio.wait_for(fan._wait(), 30))
        return fan

    return wait


async def _then_silence(ticks: list[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    for one in ticks:
        yield one
    await asyncio.Event().wait()  # the line stands still: no tick ever comes again


def test_whoever_is_passed_asks_until_told_though_no_tick_comes_again(waits: Callable[..., Visit]) -> None:
    desk = Desk(place("waiting"), place("waiting"), place("waiting"), place("called"))
    waits(desk, [tick(NUMBER, [])])
    assert desk.asked == 4


def test_who_left_in_front_is_counted_as_the_page_counts(waits: Callable[..., Visit]) -> None:
    """Of nine ahead five have left: halfway is where four are ahead, before anybody was called."""
    desk = Desk(place("waiting"), place("waiting", ahead=4), place("called"))
    fan = waits(desk, [tick(0, [0, 1, 1, 1, 1, 1, 1]), tick(NUMBER, [])])
    assert fan.story.midway is not None
    assert fan.story.midway.ahead == 4


def test_a_handshake_that_takes_too_long_is_an_error_and_no_lost_patience(waits: Callable[..., Visit]) -> None:
    desk = Desk(place("waiting"), place("waiting"), place("called"))
    waits(desk, TimeoutError(), [tick(NUMBER, [])])
    assert desk.journal.errors == {"socket: TimeoutError": 1}
