"""From free seats to tickets, and points: each outcome that the contract names."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.api.conftest import Program, Programs
from tests.builders import NOW, admit, begin_card, concert, do, fan, hall, hold, house, schedule, seat
from tests.races.racing import race
from tests.timepiece import Timepiece
from webapp.admin.editing import schedule_edits
from webapp.booking.models import Reservation
from webapp.checkout import points
from webapp.checkout.models import Ticket
from webapp.concerts.models import Concert, Schedule
from webapp.db import db
from webapp.waiting_room import admission, joining

DATE = "2027-03-02"


@pytest.fixture
def show() -> Schedule:
    return house()


def admitted(program: Programs, show: Schedule, role: str = "holder", point: int = 0) -> Program:
    admit(fan(role, point), show.concert_id)
    return program(role)


def reserve(client: Program, number: int = 1, **headers: str) -> dict[str, object]:
    answer = client.post("/api/reservation/seat", json={"date": DATE, "seatNumber": number}, headers=headers)
    assert answer.status_code == 201, answer.json
    found: dict[str, object] = answer.json
    return found


def bill(client: Program, reservation_id: object, amount: int = 100_000) -> dict[str, object]:
    session_id = client.post("/api/queue/enter", json={}).json["sessionId"]
    return {"reservationId": reservation_id, "sessionId": session_id, "amount": amount, "paidAt": 1714857600}


def test_what_is_on_needs_no_sign_in(program: Programs, show: Schedule) -> None:
    concert("later", opens_at=None)  # without a performance it is not on
    shown = program(None).get("/api/concerts").json["concerts"]
    assert [(one["slug"], one["saleState"]) for one in shown] == [("show", "on_sale")]
    assert shown[0]["schedules"] == [
        {"id": show.id, "date": DATE, "startsAt": "2027-03-02T10:30:00Z", "seatsTotal": 12, "seatsLeft": 12}
    ]


def test_dates_are_those_with_a_seat_left(program: Programs, show: Schedule) -> None:
    tiny = schedule(db.session.get_one(Concert, show.concert_id), hall(1, 1), days=61)
    asked = f"/api/reservation/dates/available?concertId={show.concert_id}"
    assert program(None).get(asked).json == {"dates": [DATE, "2027-03-03"]}
    buyer = fan("buyer")
    admit(buyer, show.concert_id)
    hold(buyer, tiny, 1)
    assert program(None).get("/api/reservation/dates/available").json == {"dates": [DATE]}


def test_a_performance_deleted_while_a_fan_comes_in_is_not_there(
    program: Programs, show: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    show_id = show.id
    do(joining.join, fan("holder"), show.concert_id, NOW)  # called, and not come in yet
    holder = program("holder")
    wanted = {"scheduleId": show_id, "seatIds": [seat(show, 1).id]}
    claim = admission.claim

    def claim_slowly(*arguments: Any) -> Any:
        race(partial(do, schedule_edits.remove, show_id))
        return claim(*arguments)

    monkeypatch.setattr(admission, "claim", claim_slowly)
    answer = holder.post("/api/reservation/seat", json=wanted)
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")


def test_seats_are_for_whose_turn_it_is(program: Programs) -> None:
    show = house(capacity=1)
    holder = admitted(program, show)
    fan("waiter")
    waiter = program("waiter")
    stranger = waiter.get(f"/api/reservation/seats/available?date={DATE}")
    assert (stranger.status_code, stranger.json["remainingCount"]) == (403, None)
    waiter.post("/api/queue/enter", json={})
    waiting = waiter.get(f"/api/reservation/seats/available?date={DATE}")
    assert (waiting.status_code, waiting.json["code"], waiting.json["remainingCount"]) == (403, "not-your-turn", 0)
    reserve(holder, 2)
    seats = holder.get(f"/api/reservation/seats/available?date={DATE}").json["seats"]
    assert [one["number"] for one in seats] == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert seats[0] == {
        "id": seat(show, 1).id,
        "number": 1,
        "price": 100_000,
        "section": "Floor",
        "row": "A",
        "grade": "R",
        "scheduleId": show.id,
    }
    assert holder.get("/api/reservation/seats/available?date=2030-01-01").json["code"] == "no-such-date"
    assert program(None).get(f"/api/reservation/seats/available?date={DATE}").status_code == 401


def test_a_section_is_called_as_it_is_in_the_language_asked_for(program: Programs) -> None:
    document = hall()
    document["sections"][0]["name_ko"] = "플로어"
    holder = admitted(program, schedule(concert(), document))
    for language, name in (("ko", "플로어"), ("en", "Floor")):
        asked = {"Accept-Language": language}
        seats = holder.get(f"/api/reservation/seats/available?date={DATE}", headers=asked).json["seats"]
        assert [one["section"] for one in seats] == [name] * 12


def test_looking_at_seats_is_showing_up(program: Programs, show: Schedule, timepiece: Timepiece) -> None:
    fan("holder")
    holder = program("holder")
    holder.post("/api/queue/enter", json={})
    assert holder.get(f"/api/reservation/seats/available?date={DATE}").status_code == 200
    timepiece.pass_(minutes=4)  # the claim time is three
    assert holder.get("/api/queue/position").json["state"] == "called"


def test_seats_are_held_by_number_or_by_id(program: Programs, show: Schedule) -> None:
    holder = admitted(program, show)
    first = reserve(holder, 5)
    assert first["expiresAt"] == "2026-12-01T12:05:00Z"
    ids = [seat(show, 6).id, seat(show, 7).id]
    both = holder.post("/api/reservation/seat", json={"scheduleId": show.id, "seatIds": ids})
    assert (both.status_code, len(both.json["reservationIds"])) == (201, 2)
    assert both.json["orderId"] != first["orderId"]


def test_each_way_of_losing_a_seat_has_its_code(program: Programs, show: Schedule) -> None:
    holder, latecomer = admitted(program, show), admitted(program, show, "latecomer")
    reserve(holder, 5)
    taken = latecomer.post("/api/reservation/seat", json={"date": DATE, "seatNumber": 5})
    assert (taken.status_code, taken.json["code"], taken.json["names"]) == (409, "seat-taken", ["Floor A-5"])
    many = latecomer.post(
        "/api/reservation/seat", json={"scheduleId": show.id, "seatIds": [seat(show, n).id for n in range(6, 11)]}
    )
    assert (many.status_code, many.json["code"], many.json["left"]) == (409, "seat-limit", 4)
    for body, code in (
        ({"date": DATE, "seatNumber": 99}, "no-such-seat"),
        ({"date": "2030-01-01", "seatNumber": 1}, "no-such-date"),
        ({"scheduleId": 999, "seatIds": [1]}, "not-found"),
        ({"scheduleId": show.id, "seatIds": [9999]}, "not-found"),
    ):
        answer = latecomer.post("/api/reservation/seat", json=body)
        assert (answer.status_code, answer.json["code"]) == (404, code)
    fan("waiter")
    assert program("waiter").post("/api/reservation/seat", json={"date": DATE, "seatNumber": 1}).status_code == 403


def test_a_day_with_two_performances_asks_which(program: Programs, show: Schedule) -> None:
    holder = admitted(program, show)
    matinee_id = schedule(db.session.get_one(Concert, show.concert_id), days=90).id
    do(lambda: db.session.execute(update(Schedule).values(date=show.date)))
    answer = holder.post("/api/reservation/seat", json={"date": DATE, "seatNumber": 1})
    assert (answer.status_code, answer.json["code"]) == (409, "which-schedule")
    assert answer.json["scheduleIds"] == [show.id, matinee_id]


def test_a_hold_is_released_by_its_fan_and_nobody_else(program: Programs, show: Schedule) -> None:
    holder, stranger = admitted(program, show), admitted(program, show, "stranger")
    held = reserve(holder, 5)
    address = f"/api/reservation/{held['reservationId']}"
    assert stranger.delete(address).json["code"] == "no-reservation"
    assert holder.delete(address).status_code == 204
    assert holder.delete(address).status_code == 404
    assert reserve(stranger, 5)


def test_paying_from_points_gives_tickets_and_ends_the_session(program: Programs, show: Schedule) -> None:
    holder = admitted(program, show, point=150_000)
    held = reserve(holder)
    asked = bill(holder, held["reservationId"])
    paid = holder.post("/api/reservation/payment", json=asked)
    assert (paid.status_code, paid.json["status"]) == (201, "PAID")
    code = db.session.scalars(select(Ticket.code)).one()
    assert paid.json["tickets"] == [{"reservationId": held["reservationId"], "code": code}]
    assert holder.get("/api/queue/position").json["state"] == "ended"
    again = holder.post("/api/reservation/payment", json=asked)
    assert (again.status_code, again.json["code"]) == (409, "already-paid")


def test_each_way_of_not_paying_has_its_code(program: Programs, show: Schedule, timepiece: Timepiece) -> None:
    holder, stranger = admitted(program, show, point=99_999), admitted(program, show, "stranger")
    asked = bill(holder, reserve(holder)["reservationId"])
    for change, status, code in (
        ({}, 402, "not-enough-points"),
        ({"amount": 90_000}, 409, "amount-mismatch"),
        ({"reservationId": 9999}, 404, "no-reservation"),
        ({"sessionId": 9999}, 404, "no-reservation"),
    ):
        answer = holder.post("/api/reservation/payment", json={**asked, **change})
        assert (answer.status_code, answer.json["code"]) == (status, code)
    assert stranger.post("/api/reservation/payment", json=asked).status_code == 404
    timepiece.pass_(minutes=5)
    late = program("holder").post("/api/reservation/payment", json=asked)
    assert (late.status_code, late.json["code"]) == (404, "no-reservation")


def test_points_and_their_history_are_for_their_fan_alone(program: Programs, show: Schedule) -> None:
    user_id, stranger = fan("holder", 70_000), fan("stranger")
    do(points.grant, user_id, 5_000, show.starts_at)
    holder = program("holder")
    assert holder.get(f"/api/user/{user_id}/point").json == {"userId": user_id, "point": 75_000, "balance": 75_000}
    assert holder.get(f"/api/user/{stranger}/point").json["code"] == "no-such-user"
    page = holder.get(f"/api/user/{user_id}/point/histories?limit=1").json
    assert [row["amount"] for row in page["histories"]] == [5_000]
    rest = holder.get(f"/api/user/{user_id}/point/histories?before={page['nextBefore']}").json
    assert [(row["amount"], row["balanceAfter"]) for row in rest["histories"]] == [(70_000, 70_000)]
    assert rest["nextBefore"] is None
    assert holder.get(f"/api/user/{stranger}/point/histories").status_code == 404


def test_a_card_that_was_begun_is_superseded_by_points(program: Programs, show: Schedule) -> None:
    user_id = fan("holder", 100_000)
    admit(user_id, show.concert_id)
    order = hold(user_id, show, 1)
    begin_card(order, 100_000)
    holder = program("holder")
    reservation = db.session.scalars(select(Reservation.id)).one()
    assert holder.post("/api/reservation/payment", json=bill(holder, reservation)).status_code == 201


def test_what_has_begun_is_not_for_sale(program: Programs, show: Schedule, timepiece: Timepiece) -> None:
    client = admitted(program, show)
    do(db.session.execute, update(Schedule).values(starts_at=NOW + timedelta(minutes=1), doors_at=NOW))
    timepiece.pass_(minutes=2)
    assert client.get(f"/api/reservation/seats/available?date={DATE}").json["code"] == "no-such-date"
    by_number = client.post("/api/reservation/seat", json={"date": DATE, "seatNumber": 1})
    assert (by_number.status_code, by_number.json["code"]) == (404, "no-such-date")
    wish = {"scheduleId": show.id, "seatIds": [seat(show, 1).id]}
    by_id = client.post("/api/reservation/seat", json=wish)
    assert (by_id.status_code, by_id.json["code"]) == (409, "show-begun")
