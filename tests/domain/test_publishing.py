"""A concert is a draft until it is published: it says what it lacks, and nobody has anything there before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, concert, do, fan, hold, schedule, soon
from webapp.admin.editing import publishing
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.errors import EditRefused, LobbyClosed, SaleNotOpen
from webapp.waiting_room import joining, lobby

pytestmark = pytest.mark.usefixtures("house")
TOMORROW = NOW + timedelta(days=1)
BOTH = {f"{name}_ko": "가" for name in ("title", "artist", "venue", "city", "description")}


def draft(**about: Any) -> Concert:
    return concert(**{"opens_at": TOMORROW, "published_at": None, **BOTH, **about})


def test_a_draft_with_a_date_and_both_languages_lacks_nothing() -> None:
    ready = draft()
    schedule(ready)
    assert publishing.readiness(ready, NOW) == publishing.Readiness([], [], opens_at_once=False)
    do(publishing.publish, ready, False, NOW)
    assert db.session.get_one(Concert, ready.id).published_at == NOW


@pytest.mark.parametrize(
    ("about", "nights", "sentence"),
    [
        ({}, 0, "There is no date to come"),
        ({"opens_at": datetime(2028, 1, 1, tzinfo=UTC)}, 1, "The sale opens when the last date has begun already"),
        ({"archived_at": NOW}, 1, "It is archived"),
        ({"opens_at": NOW - timedelta(hours=1)}, 1, "The opening time has passed since you opened this page."),
    ],
)
def test_what_cannot_work_is_refused_in_words(about: dict[str, Any], nights: int, sentence: str) -> None:
    lacking = draft(**about)
    for _ in range(nights):
        schedule(lacking)
    with pytest.raises(EditRefused, match=sentence):
        do(publishing.publish, lacking, False, NOW)
    assert db.session.get_one(Concert, lacking.id).is_draft


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        ({"opens_at": NOW - timedelta(hours=1)}, "the sale opens as soon as you publish"),
        ({"opens_at": NOW + timedelta(minutes=30)}, "The lobby opens as soon as you publish."),
        ({"sale_closed_at": NOW}, "The sale is closed"),
        ({"capacity": 0}, "Served at once: 0."),
        ({"city_ko": ""}, "Not every text is there in Korean"),
        ({"city_en": ""}, "Not every text is there in English"),
    ],
)
def test_what_is_to_be_known_before_is_said_and_refuses_nothing(about: dict[str, Any], sentence: str) -> None:
    odd = draft(**about)
    schedule(odd)
    ready = publishing.readiness(odd, NOW)
    assert [sentence in remark for remark in ready.remarks] == [True]
    do(publishing.publish, odd, ready.opens_at_once, NOW)
    assert not db.session.get_one(Concert, odd.id).is_draft


def test_a_draft_has_no_line_no_lobby_and_no_draw_whatever_the_clock_says() -> None:
    opened, gathering = draft(opens_at=NOW), draft(slug="other", opens_at=NOW + timedelta(minutes=5))
    with pytest.raises(SaleNotOpen):
        do(joining.join, fan("waiter"), opened.id, NOW)
    assert lobby.concerts_to_open(NOW) == []
    do(lobby.open_lobby, gathering.id, NOW)
    assert lobby.draw_of(gathering.id) is None
    with pytest.raises(LobbyClosed):
        do(lobby.enter, fan("gatherer"), gathering.id, NOW)


@pytest.mark.parametrize(
    "forbidden",
    [
        "UPDATE counters SET created_count = 1",
        "INSERT INTO draws (concert_id, seed, commitment, committed_at)"
        " SELECT id, decode(repeat('00', 32), 'hex'), sha256(decode(repeat('00', 32), 'hex')), now() FROM concerts",
    ],
)
def test_the_tables_let_nobody_have_a_place_in_a_draft(forbidden: str) -> None:
    draft()
    with pytest.raises(IntegrityError, match="a draft has no line and no lobby"), transaction():
        db.session.execute(text(forbidden))


def test_a_concert_goes_back_to_draft_until_somebody_has_something_there() -> None:
    show = concert()
    evening = schedule(show)
    assert do(publishing.withdraw, show)
    assert do(publishing.withdraw, show) is None
    do(publishing.publish, show, True, NOW)
    hold(fan("holder"), evening, 1)
    with pytest.raises(EditRefused, match="a place in line or an order"):
        do(publishing.withdraw, show)
    with pytest.raises(IntegrityError, match="fans have a place, a draw or an order here"), transaction():
        db.session.execute(text("UPDATE concerts SET published_at = NULL"))


def test_what_a_lobby_was_promised_is_not_taken_back() -> None:
    gathering = soon()
    do(lobby.enter, fan("gatherer"), gathering.id, NOW)
    with pytest.raises(EditRefused, match="what its draw committed to"):
        do(publishing.withdraw, gathering)
