"""Putting on a sale in /admin: from nothing to a seat, with nothing typed lost and nothing saved twice."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import NOW, at, concert, do, fan, hold, house, schedule
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor
from tests.web.putting_on import CONCERT, DATE, actions, client, count, edit, import_rows, saved_plan, seen_of
from webapp.concerts import listing
from webapp.concerts.models import Concert, Schedule, Seat, SeatPlan
from webapp.db import db, transaction
from webapp.waiting_room import steering
from webapp.waiting_room.models import Counter

__all__ = ["client"]


def test_from_nothing_to_a_sale(client: FlaskClient, visit: Visitor) -> None:
    assert "No concert yet." in client.get("/admin").text
    answer = client.post("/admin/concerts/new", data=CONCERT)
    assert answer.location == "/admin/concerts/winter-letter/setup"
    assert "No date yet" in client.get(answer.location).text
    plan = import_rows(client)
    preview = client.get(f"/admin/plans/{plan}").text
    for words in ("30 seats", "₩165,000", "₩132,000", "Not saved yet", "<polygon"):
        assert words in preview
    answer = client.post(f"/admin/plans/{plan}", data={"name": "Blue Hall", "for": "winter-letter"})
    page = client.get(answer.location).text
    assert 'value="165000"' in page
    assert client.post(answer.location, data=DATE).location == "/admin/concerts/winter-letter/setup"
    made = db.session.scalars(select(Schedule)).one()
    assert made.starts_at.isoformat() == "2027-01-30T10:30:00+00:00"
    assert count(Seat) == 30
    assert client.post("/admin/concerts/winter-letter/publication").status_code == 303
    assert client.post("/admin/concerts/winter-letter/sale/opening").status_code == 303
    assert "겨울 편지" in visit(None).get("/").text
    done = [one.action for one in actions()]
    assert done == ["create concert", "create plan", "create performance", "publish concert", "open sale"]
    assert actions()[0].after["capacity"] == 50


def test_the_same_form_twice_makes_one_of_it(client: FlaskClient) -> None:
    first, second = (client.post("/admin/concerts/new", data=CONCERT) for _ in range(2))
    assert first.location == second.location
    plan = import_rows(client)
    for _ in range(2):
        assert client.post(f"/admin/plans/{plan}", data={"name": "Blue Hall", "seen": "Blue Hall"}).status_code == 303
        assert client.post(f"/admin/concerts/winter-letter/schedules/new?plan={plan}", data=DATE).status_code == 303
    assert (count(Concert), count(Counter), count(SeatPlan), count(Schedule), count(Seat)) == (1, 1, 1, 1, 30)
    assert len(actions()) == 3


def test_an_address_is_made_of_the_title_and_another_concert_keeps_its_own(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    taken = client.post("/admin/concerts/new", data={**CONCERT, "title_en": "Another"})
    assert "Another concert has this address." in taken.text
    assert 'value="Another"' in taken.text
    nameless = client.post("/admin/concerts/new", data={**CONCERT, "slug": ""})
    assert nameless.location.startswith("/admin/concerts/show-")
    latin = client.post("/admin/concerts/new", data={**CONCERT, "slug": "", "title_en": "Low Tide!"})
    assert latin.location == "/admin/concerts/low-tide/setup"
    assert client.post("/admin/concerts/new", data={**CONCERT, "slug": "new"}).status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title_en", "x" * 121, "This is too long: at most 120 characters."),
        ("venue_en", "Hall\u202e", "There is a character in it that cannot be seen."),
        ("slug", "Low Tide", "Small Latin letters, digits and hyphens only"),
        ("sale_opens_at", "tomorrow", "Enter a day and a time, as in 2027-01-31 19:30."),
        ("sale_opens_at", "", "Enter a day and a time, as in 2027-01-31 19:30."),
        ("capacity", "many", "Enter a whole number."),
        ("capacity", "-1", "From 0 to 100,000."),
        ("lobby_minutes", "99999999999999999999", "From 0 to 10,080."),
        ("capacity", "9" * 400, "Enter a whole number."),
        ("time_zone", "Mars/Olympus", "Not a valid choice"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, field: str, value: str, sentence: str
) -> None:
    answer = client.post("/admin/concerts/new", data={**CONCERT, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert sentence in answer.text
    assert "With an interval." in answer.text
    assert count(Concert) == 0


def test_a_time_that_no_clock_shows_is_refused(client: FlaskClient) -> None:
    skipped = {**CONCERT, "time_zone": "Europe/Berlin", "sale_opens_at": "2027-03-28T02:30"}
    assert "The clocks there never show this time." in client.post("/admin/concerts/new", data=skipped).text


def test_an_edit_is_written_down_with_what_was_before(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    path = "/admin/concerts/winter-letter/edit"
    assert edit(client, path, **{**CONCERT, "venue_en": "Haemaru Hall", "poster": "winter-letter-3"}).status_code == 303
    assert edit(client, path, **{**CONCERT, "venue_en": "Haemaru Hall", "poster": "winter-letter-3"}).status_code == 303
    action = actions()[-1]
    assert (action.before["venue_en"], action.after["venue_en"]) == ("Mirinae Hall", "Haemaru Hall")
    assert len(actions()) == 2


def test_two_operators_at_once_and_the_second_is_told(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    path = "/admin/concerts/winter-letter/edit"
    seen = seen_of(client.get(path).text)
    assert client.post(path, data={**CONCERT, "seen": seen, "city_en": "Busan"}).status_code == 303
    stale = client.post(path, data={**CONCERT, "seen": seen, "artist_en": "Hanji Quartet"})
    assert stale.status_code == 409
    for words in ("Somebody has saved since you opened this page", "Saved is: Busan", 'value="Hanji Quartet"'):
        assert words in stale.text
    assert db.session.scalars(select(Concert)).one().city == "Busan"
    again = {**CONCERT, "seen": seen_of(stale.text), "city_en": "Busan", "artist_en": "Hanji Quartet"}
    assert client.post(path, data=again).status_code == 303


def test_seconds_that_no_field_shows_are_nobodys_edit(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    path = "/admin/concerts/winter-letter/edit"
    with transaction():
        listing.any_concert("winter-letter").sale_opens_at += timedelta(seconds=31)
    seen = seen_of(client.get(path).text)
    with transaction():
        listing.any_concert("winter-letter").city_en = "Ulsan"
    stale = client.post(path, data={**CONCERT, "seen": seen}).text
    assert "Saved is: Ulsan" in stale
    assert "Saved is: 2026" not in stale


def test_steering_in_the_meantime_counts_as_an_edit(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    path = "/admin/concerts/winter-letter/edit"
    seen = seen_of(client.get(path).text)
    do(steering.set_capacity, db.session.scalars(select(Concert.id)).one(), 7, NOW)
    assert client.post(path, data={**CONCERT, "seen": seen, "city_en": "Busan"}).status_code == 409


def test_the_time_of_a_sale_that_has_opened_stays(client: FlaskClient) -> None:
    concert(slug="winter-letter")
    entered = {**CONCERT, "sale_opens_at": "2027-01-01T10:00"}
    answer = edit(client, "/admin/concerts/winter-letter/edit", **entered)
    assert "The sale has opened already." in answer.text


def test_a_sale_that_was_opened_by_hand_can_be_edited(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    opened = at(seconds=31)
    do(steering.open_sale, db.session.scalars(select(Concert.id)).one(), opened)
    wall = {"sale_opens_at": f"{opened + timedelta(hours=9):%Y-%m-%dT%H:%M}"}  # in Seoul
    path = "/admin/concerts/winter-letter/edit"
    assert edit(client, path, **{**CONCERT, **wall, "venue_en": "Haemaru Hall"}).status_code == 303
    edited = db.session.scalars(select(Concert).execution_options(populate_existing=True)).one()
    assert (edited.venue_en, edited.sale_opens_at) == ("Haemaru Hall", opened)


def test_a_copy_brings_everything_but_the_dates(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    page = client.get("/admin/concerts/new?from=winter-letter").text
    assert 'value="Mirinae Hall"' in page
    made = client.post("/admin/concerts/new?from=winter-letter", data={**CONCERT, "slug": "winter-letter-again"})
    assert made.location == "/admin/concerts/winter-letter-again/setup"


def test_a_copy_of_a_concert_abroad_keeps_its_fees_its_clocks_and_its_capacity(client: FlaskClient) -> None:
    abroad = {**CONCERT, "time_zone": "Asia/Tokyo", "capacity": "70"}
    client.post("/admin/concerts/new", data=abroad)
    model = listing.any_concert("winter-letter")
    free = {**model.refund_terms, "steps": []}
    with transaction():
        model.refund_terms = free
    page = client.get("/admin/concerts/new?from=winter-letter").text
    assert 'value="Asia/Tokyo"' in page
    assert 'value="70"' in page
    client.post("/admin/concerts/new?from=winter-letter", data={**abroad, "slug": "again"})
    copy = listing.any_concert("again")
    counter = db.session.get_one(Counter, copy.id)
    assert (copy.refund_terms, copy.time_zone, counter.capacity) == (free, "Asia/Tokyo", 70)


def test_an_archived_concert_is_listed_nowhere_and_kept(client: FlaskClient, visit: Visitor) -> None:
    evening = house()
    order = hold(fan("holder"), evening, 1)
    setup = "/admin/concerts/show/setup"
    assert client.post("/admin/concerts/show/archiving").location == setup
    assert "Close the sale first" in client.get(setup).text
    client.post("/admin/concerts/show/sale/closing")
    assert client.post("/admin/concerts/show/archiving").location == "/admin/archive"
    assert "/concerts/show" not in visit(None).get("/").text
    assert all(one["slug"] != "show" for one in visit(None).get("/api/concerts").json["concerts"])
    assert "/admin/concerts/show/setup" in client.get("/admin/archive").text
    assert visit(None).get("/concerts/show").status_code == 200
    assert db.session.get_one(Seat, 1).held_until == order.expires_at
    client.post("/admin/concerts/show/restoring")
    assert "/concerts/show" in visit(None).get("/").text


def test_deleting_is_for_what_nothing_hangs_on(client: FlaskClient) -> None:
    evening = house()
    client.post("/admin/concerts/show/deletion")
    assert count(Concert) == 1
    hold(fan("holder"), evening, 1)
    client.post(f"/admin/schedules/{evening.id}/deletion")
    assert "Somebody has had a seat" in client.get("/admin/concerts/show/setup").text
    empty = schedule(db.session.get_one(Concert, evening.concert_id), days=90)
    client.post(f"/admin/schedules/{empty.id}/deletion")
    assert count(Schedule) == 1
    client.post("/admin/plans/1/deletion")
    assert "A performance uses this plan." in client.get("/admin/plans/1").text
    client.post("/admin/plans/2/deletion")
    assert count(SeatPlan) == 1
    client.post("/admin/concerts/new", data=CONCERT)
    client.post("/admin/concerts/winter-letter/deletion")
    assert (count(Concert), count(Counter)) == (1, 1)


def test_a_date_that_is_over_can_be_archived_and_one_to_come_cannot(client: FlaskClient, timepiece: Timepiece) -> None:
    evening = house()
    client.post(f"/admin/schedules/{evening.id}/archiving")
    assert db.session.get_one(Schedule, evening.id, populate_existing=True).archived_at is None
    timepiece.pass_(days=400)
    client.post(f"/admin/schedules/{evening.id}/archiving")
    assert db.session.get_one(Schedule, evening.id, populate_existing=True).archived_at == at(days=400)
    client.post(f"/admin/schedules/{evening.id}/restoring")
    assert db.session.get_one(Schedule, evening.id, populate_existing=True).archived_at is None
    assert [one.action for one in actions()] == ["archive performance", "restore performance"]


def test_a_copy_of_a_date_begins_with_its_house_and_its_prices(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    plan = saved_plan(client)
    client.post(f"/admin/concerts/winter-letter/schedules/new?plan={plan}", data=DATE)
    first = db.session.scalars(select(Schedule)).one()
    path = f"/admin/concerts/winter-letter/schedules/new?from={first.id}"
    page = client.get(path).text
    assert 'value="165000"' in page
    assert 'value="132000"' in page
    next_day = {"starts_at": "2027-01-31T19:30", "doors_at": "2027-01-31T18:30"}
    assert client.post(path, data={**DATE, **next_day}).status_code == 303
    assert db.session.scalars(select(Schedule.seat_plan_id)).all() == [plan, plan]
    assert count(Seat) == 60


def test_a_time_of_the_doors_that_is_none_is_said(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    path = f"/admin/concerts/winter-letter/schedules/new?plan={saved_plan(client)}"
    answer = client.post(path, data={**DATE, "doors_at": "abc"})
    assert answer.status_code == 422
    assert "Enter a day and a time, as in 2027-01-31 19:30." in answer.text
