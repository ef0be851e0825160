"""What a promoter changes reaches every page and process, and a ladder of fees only becomes kinder."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.builders import NOW, concert, do, house
from webapp import memory
from webapp.admin.editing import concert_edits, states
from webapp.checkout import fees
from webapp.concerts import geometry, recent, stock
from webapp.concerts.models import Concert, SeatPlan
from webapp.db import db
from webapp.waiting_room.models import Counter

LADDER = {
    "free_days": 7,
    "free_ends_days_before": 10,
    "flat_fee": 4000,
    "flat_fee_most_percent": 10,
    "steps": [[7, 10], [3, 20], [1, 30]],
}


@pytest.mark.parametrize(
    ("change", "is_kinder"),
    [
        ({}, True),
        ({"free_days": 14}, True),
        ({"free_days": 6}, False),
        ({"flat_fee": 0}, True),
        ({"flat_fee": 4001}, False),
        ({"flat_fee_most_percent": 11}, False),
        ({"free_ends_days_before": 11}, False),
        ({"free_ends_days_before": 8}, True),
        ({"steps": [[7, 10], [3, 20], [0, 30]]}, True),
        ({"steps": [[7, 10], [3, 20]]}, False),
        ({"steps": [[7, 10], [3, 21], [1, 30]]}, False),
        ({"steps": [[0, 5]]}, True),
        ({"steps": []}, False),
    ],
)
def test_a_ladder_is_kinder_when_nobody_pays_more_on_any_day(change: dict[str, object], is_kinder: bool) -> None:
    assert fees.is_kinder(fees.read_terms({**LADDER, **change}), fees.read_terms(LADDER)) is is_kinder


@pytest.mark.usefixtures("house")
def test_an_edit_is_seen_by_a_process_that_remembers_the_concert() -> None:
    evening = house()
    assert recent.concert("show").venue == "The Hall"
    assert stock.by_grade(evening.concert_id, NOW)[0].price == 100_000
    before = concert_edits.of(db.session.get_one(Concert, evening.concert_id))
    values = {**before, "sale_opens_at": db.session.get_one(Concert, 1).sale_opens_at, "venue_en": "Another Hall"}
    do(concert_edits.change, db.session.get_one(Concert, 1), values, states.fingerprint(before), NOW)
    # Whatever is remembered is so for seconds, but for where seats are: a plan never changes.
    assert max(kept.seconds for kept in memory.Recent.everyone if kept is not geometry._houses) <= 10
    memory.forget()
    assert recent.concert("show").venue == "Another Hall"


@pytest.mark.usefixtures("house")
def test_the_poster_of_an_edited_concert_has_another_address() -> None:
    show = concert()
    addresses = {show.poster_version}
    for name, value in (("title_en", "Other"), ("artist_en", "Others"), ("poster", "word")):
        setattr(show, name, value)
        addresses.add(show.poster_version)
    assert len(addresses) == 4
    db.session.rollback()


@pytest.mark.usefixtures("house")
def test_changing_a_rate_begins_its_count_anew() -> None:
    show = concert()
    before = concert_edits.of(show)
    values = {**before, "sale_opens_at": show.sale_opens_at, "admissions_per_minute": 60}
    do(concert_edits.change, show, values, states.fingerprint(before), NOW)
    counter = db.session.scalars(select(Counter)).one()
    assert (counter.admissions_per_minute, counter.rate_counted_at) == (60, NOW)


@pytest.mark.usefixtures("house")
def test_the_command_names_what_is_wrong_and_saves_what_is_right(app: object, tmp_path: Path) -> None:
    from flask import current_app

    run = current_app.test_cli_runner().invoke
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("grade R\nA\n")
    refused = run(args=["import-plan", str(wrong)])
    assert refused.exit_code == 1
    assert "line 2, column 1" in refused.output
    assert run(args=["import-plan", "docs/examples/blue-hall.txt", "--check"]).exit_code == 0
    assert db.session.scalars(select(SeatPlan)).all() == []
    saved = run(args=["import-plan", "docs/examples/blue-hall.txt", "--name", "The Blue Hall"])
    assert "Saved as plan 1, The Blue Hall" in saved.output
    assert db.session.scalars(select(SeatPlan.saved_at)).one() is not None
