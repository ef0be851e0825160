"""The concert's page, joining, the waiting room, and what stands before the seats."""

from datetime import timedelta

import pytest

from tests.builders import NOW, admit, at, concert, do, fan, fans, hall, hold, house, schedule
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor
from webapp.extensions import limiter
from webapp.waiting_room import admission, joining, steering

JSON = {"Accept": "application/json"}


def test_the_listing_and_the_concert_say_what_is_left(visit: Visitor) -> None:
    evening, holder = house(rows=1, seats=4), fan("holder")
    hold(holder, evening, 1)
    for path in ("/", "/concerts/show"):
        page = visit(None).get(path)
        assert page.status_code == 200
        assert "Show" in page.text
    assert "₩100,000" in page.text
    assert "3 seats left" in page.text


def test_of_a_closed_sale_the_page_does_not_say_what_is_left(visit: Visitor) -> None:
    schedule(concert(sale_closed_at=NOW - timedelta(minutes=1)))
    page = visit(None).get("/concerts/show").text
    assert "Sale closed" in page
    assert "seats left" not in page
    assert "Plenty left" not in page


def test_before_the_sale_the_page_counts_down_and_nobody_joins(visit: Visitor) -> None:
    schedule(concert("soon", opens_at=NOW + timedelta(minutes=5)))
    client = visit(fan("waiter"))
    page = client.get("/concerts/soon").text
    assert "2026-12-01T12:05:00" in page
    assert "Join the line" not in page
    assert client.post("/concerts/soon/line").status_code == 409


def test_a_signed_out_fan_signs_in_first_and_keeps_the_wish(visit: Visitor) -> None:
    concert()
    answer = visit(None).post("/concerts/show/line")
    assert answer.headers["Location"] == "/sign-in?next=/concerts/show/line/joining"
    page = visit(fan("waiter")).get("/concerts/show/line/joining")
    assert 'action="/concerts/show/line"' in page.text


def test_joining_twice_and_from_another_device_is_one_place(visit: Visitor) -> None:
    concert(capacity=0)
    waiter = fan("waiter")
    phone, laptop = visit(waiter), visit(waiter)
    for client in (phone, phone, laptop):
        assert client.post("/concerts/show/line").headers["Location"] == "/concerts/show/line"
    places = [client.get("/concerts/show/line/position", headers=JSON).json for client in (phone, laptop)]
    assert [place["number"] for place in places if place] == [1, 1]


def test_the_waiting_room_says_how_many_are_ahead(visit: Visitor) -> None:
    show, crowd = concert(capacity=1), fans(5)
    do(joining.join_all, crowd, show.id, NOW)
    page = visit(crowd[4]).get("/concerts/show/line")
    assert page.status_code == 200
    assert 'data-ahead="3"' in page.text
    assert "You can close this page, your place is kept." in page.text
    assert 'http-equiv="refresh"' in page.text
    fragment = visit(crowd[4]).get("/concerts/show/line/position", headers={"X-Fragment": "1"}).text
    assert "people are ahead of you" in fragment
    assert "<html" not in fragment


def test_who_has_been_called_is_sent_on_to_the_seats(visit: Visitor) -> None:
    concert(capacity=1)
    client = visit(fan("first"))
    client.post("/concerts/show/line")
    assert client.get("/concerts/show/line").headers["Location"] == "/concerts/show/schedules"


def test_the_operators_message_and_a_pause_are_shown(visit: Visitor) -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    do(joining.join, waiter, show.id, NOW)
    do(steering.pause, show.id, NOW)
    assert "The line is paused. Your place is kept." in visit(waiter).get("/concerts/show/line").text
    do(steering.say, show.id, "Back at <eight>.", NOW)
    assert "Back at &lt;eight&gt;." in visit(waiter).get("/concerts/show/line").text


def test_the_status_is_the_same_for_everyone_and_cacheable(visit: Visitor) -> None:
    show = concert(capacity=1)
    do(joining.join_all, fans(3), show.id, NOW)
    first = visit(None).get("/concerts/show/line/status")
    assert first.json
    assert (first.json["serving"], first.json["waiting"], first.json["state"]) == (1, 2, "open")
    assert first.headers["Cache-Control"] == "public, max-age=1, stale-while-revalidate=1"
    assert "Set-Cookie" not in first.headers
    again = visit(None).get("/concerts/show/line/status", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    do(steering.pause, show.id, NOW)
    changed = visit(None).get("/concerts/show/line/status", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_leaving_asks_first_and_then_gives_the_place_up(visit: Visitor) -> None:
    concert(capacity=0)
    client = visit(fan("waiter"))
    client.post("/concerts/show/line")
    assert 'action="/concerts/show/line/departure"' in client.get("/concerts/show/line/departure").text
    client.post("/concerts/show/line/departure")
    page = client.get("/concerts/show/line")
    assert "Join the line again" in page.text


@pytest.mark.parametrize("path", ["/concerts/show/schedules", "/schedules/1", "/schedules/1/seats.json"])
def test_whoever_waits_is_told_how_many_are_ahead(visit: Visitor, path: str) -> None:
    evening, crowd = house(capacity=1), fans(4)
    do(joining.join_all, crowd, evening.concert_id, NOW)
    refused = visit(crowd[3]).get(path)
    assert refused.status_code == 403
    assert "2 people are ahead of you" in refused.text
    problem = visit(crowd[3]).get(path, headers=JSON)
    assert (problem.status_code, problem.mimetype) == (403, "application/problem+json")
    assert problem.json
    assert (problem.json["code"], problem.json["ahead"]) == ("not-your-turn", 2)


def test_holding_is_refused_before_ones_turn_and_after_it(visit: Visitor, timepiece: Timepiece) -> None:
    evening, (first, second) = house(capacity=1), fans(2)
    admit(first, evening.concert_id)
    do(joining.join, second, evening.concert_id, NOW)
    assert visit(second).post("/schedules/1/holds", data={"seat": "1"}).status_code == 403
    timepiece.pass_(minutes=10)
    refused = visit(first).post("/schedules/1/holds", data={"seat": "1"})
    assert refused.status_code == 403
    assert "Join the line" in refused.text


def test_opening_the_dates_claims_the_admission(visit: Visitor, timepiece: Timepiece) -> None:
    show, caller = concert(), fan("caller")
    schedule(show, hall(), days=1)
    schedule(show, hall(), days=2)
    do(joining.join, caller, show.id, NOW)
    client = visit(caller)
    assert client.get("/concerts/show/schedules").status_code == 200
    timepiece.pass_(minutes=5)  # past the claim time
    assert client.get("/concerts/show/schedules").status_code == 200
    place = admission.latest(caller, show.id)
    assert place is not None
    assert place.claimed_at == NOW


def test_holding_from_a_map_that_was_open_already_is_coming_in(visit: Visitor, timepiece: Timepiece) -> None:
    evening, caller = house(), fan("caller")
    do(joining.join, caller, evening.concert_id, NOW)
    timepiece.pass_(minutes=2)
    assert visit(caller).post(f"/schedules/{evening.id}/holds", data={"seat": "1"}).status_code == 303
    do(admission.expire, evening.concert_id, at(minutes=4))
    place = admission.latest(caller, evening.concert_id)
    assert place is not None
    assert (place.claimed_at, place.end_reason) == (at(minutes=2), None)


def test_signed_out_visitors_are_sent_to_sign_in(visit: Visitor) -> None:
    house()
    for path in ("/concerts/show/line", "/schedules/1", "/wallet", "/admin"):
        assert visit(None).get(path).headers["Location"].startswith("/sign-in?next=")


def test_what_does_not_exist_is_a_page_with_a_next_step(visit: Visitor) -> None:
    for path in ("/concerts/nothing", "/schedules/99", "/nowhere", "/posters/nothing.svg"):
        page = visit(fan("waiter") if "99" in path else None).get(path)
        assert page.status_code == 404
        assert "See all concerts" in page.text


def test_fans_behind_one_address_do_not_use_up_each_others_tries(visit: Visitor) -> None:
    concert(capacity=0)
    limiter.enabled = True
    limiter.reset()
    try:
        statuses = {visit(user).post("/concerts/show/line").status_code for user in fans(70)}
    finally:
        limiter.enabled = False
    assert statuses == {303}


def test_the_clock_is_the_one_that_runs_out_first(visit: Visitor) -> None:
    house()
    client = visit(fan("caller"))
    client.post("/concerts/show/line")
    assert "2026-12-01T12:03:00" in client.get("/concerts/show").text
    assert "2026-12-01T12:10:00" in client.get("/schedules/1").text
    assert "2026-12-01T12:10:00" in client.get("/concerts/show").text


def test_signed_out_fans_behind_one_network_are_all_sent_to_sign_in(visit: Visitor) -> None:
    concert()
    limiter.enabled = True
    limiter.reset()
    try:
        campus = visit(None)
        answers = [campus.post(f"/concerts/show/{room}") for room in ("line", "lobby") for _ in range(61)]
    finally:
        limiter.enabled = False
    assert {(answer.status_code, answer.location.partition("?")[0]) for answer in answers} == {(303, "/sign-in")}
