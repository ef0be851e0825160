"""The seat map, the list, and holding seats over HTTP."""

import gzip
import json
import re
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.builders import admit, do, fan, fans, hold, house, schedule
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor
from webapp import clock, memory
from webapp.booking import snapshot
from webapp.concerts.models import Concert, Schedule
from webapp.db import db

JSON = {"Accept": "application/json"}


@pytest.fixture
def evening(visit: Visitor) -> Schedule:
    return house()


@pytest.fixture
def client(visit: Visitor, evening: Schedule) -> FlaskClient:
    """An admitted fan's browser."""
    holder = fan("holder")
    admit(holder, evening.concert_id)
    return visit(holder)


def test_the_map_and_the_list_show_the_same_seats(client: FlaskClient, evening: Schedule) -> None:
    hold(fan("other"), evening, 2)
    assert 'data-controller="seat-map"' in client.get("/schedules/1").text
    listed = client.get("/schedules/1?view=list").text
    assert listed.count('"seat-box" data-state="free"') == 11
    assert listed.count('"seat-box" data-state="held"') == 1
    states = client.get("/schedules/1/seats.json").json
    assert states
    assert snapshot.unpack(states) == "010000000000"


def test_a_full_house_offers_no_best_seats_but_the_other_dates_that_have_some(
    client: FlaskClient, evening: Schedule
) -> None:
    matinee = schedule(db.session.get_one(Concert, evening.concert_id), days=61)
    for view in ("", "?view=list"):
        assert 'name="best"' in client.get(f"/schedules/{evening.id}{view}").text
    for number, other in enumerate(fans(3)):
        hold(other, evening, *range(number * 4 + 1, number * 4 + 5))
    memory.forget()
    for view in ("", "?view=list"):
        full = client.get(f"/schedules/{evening.id}{view}").text
        assert 'name="best"' not in full
        assert "No seat is free at the moment" in full
        offered = full.split('class="best-none"')[1]
        assert f'href="/schedules/{matinee.id}{view}"' in offered
        assert f'href="/schedules/{evening.id}' not in offered.split("</div>")[0]


def test_the_language_is_changed_where_seats_are_chosen(client: FlaskClient) -> None:
    (back,) = re.findall(r'name="next" value="([^"]+)"', client.get("/schedules/1?view=list&section=Floor&seat=3").text)
    answer = client.post("/language", data={"language": "ko", "next": unescape(back)})
    assert answer.location == "/schedules/1?view=list&section=Floor"
    assert 'lang="ko"' in client.get(answer.location).text
    assert "data-chosen='[3]'" in client.get("/schedules/1?seat=3").text


def test_from_a_page_that_answers_a_form_the_language_leads_back_to_the_form(visit: Visitor) -> None:
    said = visit(None).post("/sign-in", data={}, headers={"Referer": "http://localhost/sign-in?next=/orders"}).text
    assert 'name="next" value="/sign-in?next=/orders"' in said


def test_where_the_seats_are_may_be_kept_by_anybody_for_ever(client: FlaskClient, visit: Visitor) -> None:
    (address,) = re.findall(r'data-plan-url="([^"]+)"', client.get("/schedules/1").text)
    plan = visit(None).get(address, headers={"Accept-Encoding": "gzip"})
    assert plan.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plan.headers["Content-Encoding"] == "gzip"
    told = json.loads(gzip.decompress(plan.data))
    assert told == visit(None).get(address).json
    assert told["sections"][0]["rows"][0] == {
        "name": "A", "grade": "R", "places": 6, "x": [700, 100, 100, 100, 100, 100], "y": [500, 0, 0, 0, 0, 0]
    }  # fmt: skip
    for unknown in ("/plans/1/another.json", "/plans/2/another.json"):
        assert visit(None).get(unknown).status_code == 404


def test_the_seats_are_for_those_who_were_called(visit: Visitor, evening: Schedule) -> None:
    assert visit(None).get("/schedules/1/seats.json", headers=JSON).status_code == 303
    assert visit(fan("passer-by")).get("/schedules/1/seats.json", headers=JSON).status_code == 403


def test_an_unchanged_house_is_not_sent_again(client: FlaskClient, evening: Schedule) -> None:
    first = client.get("/schedules/1/seats.json")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert "no-cache" in first.headers["Cache-Control"]
    assert client.get("/schedules/1/seats.json", headers=tag).status_code == 304
    hold(fan("other"), evening, 2)
    again = client.get("/schedules/1/seats.json", headers=tag | {"Accept-Encoding": "gzip"})
    assert again.status_code == 200
    assert snapshot.unpack(json.loads(gzip.decompress(again.data))) == "010000000000"


def test_holding_leads_to_checkout(client: FlaskClient) -> None:
    answer = client.post("/schedules/1/holds", data={"seat": ["1", "2"]})
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "₩200,000" in page
    assert "At zero your seats go back on sale." in page


def test_losing_a_race_is_a_sentence_and_a_fresh_map(client: FlaskClient, evening: Schedule) -> None:
    hold(fan("faster"), evening, 2)
    answer = client.post("/schedules/1/holds?view=list", data={"seat": ["1", "2"], "view": "list"})
    assert answer.status_code == 409
    assert "Seat Floor A-2 was just taken." in answer.text
    assert re.findall(r'name="seat" value="(\d+)"[^>]*checked', answer.text) == [
        "1"
    ]  # the seat that can still be had stays chosen
    problem = client.post("/schedules/1/holds", data={"seat": ["2"]}, headers=JSON)
    assert problem.json
    assert (problem.status_code, problem.json["code"], problem.json["seats"]) == (409, "seat-taken", [2])


def test_pressing_hold_with_the_last_choice_gone_keeps_the_fan_at_the_seats(client: FlaskClient) -> None:
    answer = client.post("/schedules/1/holds?view=list", data={"view": "list"})
    assert answer.status_code == 422
    assert "seat-box" in answer.text


def test_best_available_over_http(client: FlaskClient) -> None:
    answer = client.post("/schedules/1/holds", data={"best": "3"}, headers=JSON)
    assert answer.status_code == 201
    assert answer.json
    assert answer.json["order_url"].startswith("/orders/")


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({}, 422),
        ({"seat": "x"}, 422),
        ({"seat": "0"}, 422),
        ({"seat": "-1"}, 422),
        ({"seat": "99999999999999999999"}, 422),
        ({"seat": "4000"}, 422),
        ({"seat": ["1", "4000"]}, 422),
        ({"best": "4", "seat": "abc", "grade": "none such"}, 409),
        ({"best": "0"}, 422),
        ({"best": "5"}, 422),
        ({"best": "two"}, 422),
        ({"best": "2", "grade": "no such grade"}, 409),
        ({"seat": ["1", "2", "3", "4", "5"]}, 409),
    ],
)
def test_a_bad_wish_is_a_clear_error(client: FlaskClient, wish: dict[str, object], status: int) -> None:
    for headers in (JSON, {}):
        assert client.post("/schedules/1/holds", data=wish, headers=headers).status_code == status


def test_a_hold_of_another_fan_never_says_whose_it_is(client: FlaskClient, evening: Schedule) -> None:
    other = fans(1)[0]
    hold(other, evening, 1)
    everything = client.get("/schedules/1?view=list").text + client.get("/schedules/1/seats.json").text
    assert "fan-1" not in everything.lower()


@pytest.mark.parametrize(
    ("gone", "status", "said"), [("yes", 409, "were taken by someone else"), ("", 422, "Choose at least one")]
)
def test_whoever_presses_hold_after_losing_every_chosen_seat_is_told_so(
    client: FlaskClient, gone: str, status: int, said: str
) -> None:
    answer = client.post("/schedules/1/holds", data={"view": "list", "section": "Floor", "gone": gone})
    assert (answer.status_code, said in answer.text) == (status, True)


def test_a_performance_that_has_begun_is_neither_shown_nor_held(
    client: FlaskClient, evening: Schedule, timepiece: Timepiece
) -> None:
    later = schedule(db.session.get_one(Concert, evening.concert_id), days=61)
    _admitted_until(timepiece, evening)
    dates = client.get("/concerts/show/schedules").text
    assert f'href="/schedules/{later.id}"' in dates
    assert f'href="/schedules/{evening.id}"' not in dates
    assert "Sale closed" in dates
    assert client.get(f"/schedules/{evening.id}").status_code == 409
    assert f'href="/schedules/{evening.id}' not in client.get(f"/schedules/{later.id}").text.split("menu-sheet")[-1]
    for wish in ({"seat": "1"}, {"best": "2"}):
        answer = client.post(f"/schedules/{evening.id}/holds", data=wish)
        assert (answer.status_code, "This performance has begun." in answer.text) == (409, True)


def _admitted_until(timepiece: Timepiece, evening: Schedule) -> None:
    """The performance begins while its fan still has the turn."""
    soon = clock.now() + timedelta(minutes=1)
    do(db.session.execute, update(Schedule).where(Schedule.id == evening.id).values(starts_at=soon, doors_at=soon))
    timepiece.pass_(minutes=2)
