"""The job that opens lobbies and draws them."""

import pytest

from tests.builders import do, fans, gather, soon
from tests.timepiece import Timepiece, timepiece
from webapp import clock
from webapp.db import db
from webapp.waiting_room import lobby
from webapp.waiting_room.models import Counter
from workers import line

__all__ = ["timepiece"]


@pytest.mark.usefixtures("house")
def test_the_clock_commits_when_the_lobby_opens_and_draws_when_the_sale_does(timepiece: Timepiece) -> None:
    show = soon(minutes=61)
    assert line.open_lobbies() == "0 drawn"
    assert lobby.draw_of(show.id) is None
    timepiece.pass_(minutes=1)
    line.open_lobbies()
    assert lobby.draw_of(show.id) is not None
    crowd = fans(3)
    for user in crowd:
        do(lobby.enter, user, show.id, clock.now())
    timepiece.pass_(minutes=61)
    assert line.open_lobbies() == "3 drawn"
    assert line.open_lobbies() == "0 drawn"
    assert db.session.get_one(Counter, show.id, populate_existing=True).serving_number == 3


@pytest.mark.usefixtures("house")
def test_one_turn_draws_every_concert_that_opens(timepiece: Timepiece) -> None:
    shows, crowd = [soon(slug=slug) for slug in ("one", "other")], fans(2)
    for show in shows:
        gather(show.id, crowd)
    timepiece.pass_(minutes=5)
    assert line.open_lobbies() == "4 drawn"
