"""Orders, paying, tickets and the wallet over HTTP."""

import re
from copy import copy

import pytest
from flask import current_app
from flask.testing import FlaskClient

from bench.statements import heard
from tests.builders import NOW, begin_card, do, fan, hold, house
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor
from webapp import jobs
from webapp.booking import holds
from webapp.booking.models import Order
from webapp.checkout import payments, points
from webapp.concerts.models import Schedule
from webapp.db import db

PRICE = 100_000


@pytest.fixture
def holder(visit: Visitor) -> int:
    return fan("holder", point=150_000)


@pytest.fixture
def order(holder: int) -> Order:
    return hold(holder, house(), 1)


@pytest.fixture
def client(visit: Visitor, holder: int) -> FlaskClient:
    return visit(holder)


@pytest.fixture
def house_with_two_companies(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox, and beside it the same once more under another name."""
    other = copy(current_app.extensions["providers"]["sandbox"])
    other.key = other.name = "other"
    monkeypatch.setitem(current_app.extensions["providers"], "other", other)


def pay(client: FlaskClient, order: Order, **form: str) -> object:
    data = {"method": "points", "amount": str(PRICE), "idempotency_key": "key", **form}
    return client.post(f"/orders/{order.public_id}/payments", data=data)


def test_points_pay_and_the_ticket_is_there(client: FlaskClient, order: Order, holder: int) -> None:
    answer = client.post(
        f"/orders/{order.public_id}/payments",
        data={"method": "points", "amount": str(PRICE), "idempotency_key": "key"},
    )
    assert answer.headers["Location"] == f"/orders/{order.public_id}"
    page = client.get(f"/orders/{order.public_id}").text
    code = page.split("/tickets/")[1].split('"')[0]
    ticket = client.get(f"/tickets/{code}")
    assert code in ticket.text
    assert "Floor" in ticket.text
    qr = client.get(f"/tickets/{code}/qr.svg")
    assert qr.mimetype == "image/svg+xml"
    assert points.balance(holder) == 50_000
    assert "Show" in client.get("/orders").text


def test_somebody_elses_order_and_ticket_do_not_exist(visit: Visitor, client: FlaskClient, order: Order) -> None:
    pay(client, order)
    page = client.get(f"/orders/{order.public_id}").text
    code = page.split("/tickets/")[1].split('"')[0]
    stranger = visit(fan("stranger"))
    nothing = stranger.get("/orders/no-such-order")
    for path in (f"/orders/{order.public_id}", f"/tickets/{code}", f"/tickets/{code}/qr.svg", "/tickets/NOSUCHCODE"):
        assert stranger.get(path).status_code == nothing.status_code == 404
    assert stranger.post(f"/orders/{order.public_id}/payments", data={"amount": "1"}).status_code == 404
    assert stranger.post(f"/orders/{order.public_id}/cancellation").status_code == 404


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"amount": "1"}, 409, "The total has changed"),
        ({"amount": "x"}, 422, "Choose a whole amount"),
        ({"method": "split", "points": "100001"}, 422, "Choose a whole amount"),
        ({"method": "split", "points": "-1"}, 422, "Choose a whole amount"),
    ],
)
def test_a_tampered_form_pays_nothing_and_says_why(
    client: FlaskClient, order: Order, holder: int, form: dict[str, str], status: int, said: str
) -> None:
    data = {"method": "points", "amount": str(PRICE), "idempotency_key": "key", **form}
    answer = client.post(f"/orders/{order.public_id}/payments", data=data)
    assert answer.status_code == status
    assert said in answer.text
    assert points.balance(holder) == 150_000


def checked(page: str) -> set[str]:
    """What is chosen on the page, as name=value."""
    boxes = [re.sub(r"\s+", " ", box) for box in re.findall(r'<input type="radio"[^>]*>', page)]
    return {
        "=".join(re.findall(r'(?:name|value)="([^"]*)"', box)) for box in boxes if re.search(r"\schecked[\s>]", box)
    }


def test_after_an_error_the_fans_own_choice_stands(
    client: FlaskClient, order: Order, house_with_two_companies: None
) -> None:
    address = f"/orders/{order.public_id}"
    assert checked(client.get(address).text) == {"method=card", "provider=sandbox"}
    form = {"method": "split", "points": "150001", "provider": "other", "amount": str(PRICE)}
    answer = client.post(f"{address}/payments", data=form)
    assert answer.status_code == 422
    assert checked(answer.text) == {"method=split", "provider=other"}
    assert 'value="150001"' in answer.text
    assert "from 0 to 100,000 won" in answer.text


def test_who_wants_to_use_more_points_than_they_have_is_told_how_many_they_have(visit: Visitor) -> None:
    poor = fan("poor", point=30_000)
    address = f"/orders/{hold(poor, house(), 1).public_id}/payments"
    form = {"method": "split", "points": "100001", "provider": "sandbox", "amount": str(PRICE)}
    assert "from 0 to 30,000 won" in visit(poor).post(address, data=form).text


@pytest.mark.parametrize("choice", ["points", "split", "nonsense"])
def test_a_choice_that_cannot_be_is_a_card_again(visit: Visitor, choice: str) -> None:
    poor = fan("poor")
    order = hold(poor, house(), 1)
    answer = visit(poor).post(f"/orders/{order.public_id}/payments", data={"method": choice, "amount": "1"})
    assert answer.status_code == 409
    assert checked(answer.text) == {"method=card"}


def test_a_gateway_that_is_down_is_told_plainly_and_the_points_come_back(
    client: FlaskClient, order: Order, holder: int
) -> None:
    data = {"method": "split", "points": "50000", "amount": str(PRICE), "idempotency_key": "key"}
    answer = client.post(f"/orders/{order.public_id}/payments", data=data)
    assert answer.status_code == 503
    assert "The payment company does not answer. You were not charged" in answer.text
    assert points.balance(holder) == 150_000


def test_an_expired_hold_is_told_plainly(client: FlaskClient, order: Order, timepiece: Timepiece) -> None:
    timepiece.pass_(minutes=5)
    page = client.get(f"/orders/{order.public_id}").text
    assert "back on sale" in page
    assert 'name="method"' not in page
    late = client.post(f"/orders/{order.public_id}/payments", data={"method": "points", "amount": str(PRICE)})
    assert late.status_code == 409
    assert "You were not charged" in late.text


def test_giving_seats_back(client: FlaskClient, order: Order) -> None:
    assert client.post(f"/orders/{order.public_id}/cancellation").status_code == 303
    assert "You let these seats go." in client.get(f"/orders/{order.public_id}").text
    assert client.post(f"/orders/{order.public_id}/cancellation").status_code == 303


def test_giving_seats_back_twice_or_too_late_leads_to_the_order(
    client: FlaskClient, order: Order, timepiece: Timepiece
) -> None:
    timepiece.pass_(minutes=6)
    do(holds.tidy_expired, timepiece.now())
    for _ in range(2):
        answer = client.post(f"/orders/{order.public_id}/cancellation")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/orders/{order.public_id}")
    assert "The hold ran out." in client.get(f"/orders/{order.public_id}").text


def test_coming_back_from_a_top_up_again_and_again_asks_its_provider_once(client: FlaskClient, holder: int) -> None:
    payment = do(payments.start_top_up, holder, 1_000, "sandbox", "key", NOW)
    jobs.redis().flushall()
    for _ in range(5):
        assert client.get(f"/payments/{payment.public_id}/return").headers["Location"] == "/wallet"
    assert jobs.queue(jobs.ASKING).count == 1


def test_the_wallet_shows_every_change_and_refuses_bad_amounts(client: FlaskClient) -> None:
    page = client.get("/wallet").text
    assert "₩150,000" in page
    assert "A gift of points" in page
    for amount in ("", "abc", "0", "999", "1000001", "-1"):
        refused = client.post("/wallet/top-ups", data={"amount": amount, "idempotency_key": "k"})
        assert refused.status_code == 422
        assert "Choose a whole amount" in refused.text


def test_the_list_of_orders_asks_the_database_as_often_for_many_as_for_one(client: FlaskClient, order: Order) -> None:
    asked: list[str] = []
    evening = db.session.get_one(Schedule, order.schedule_id)
    counts = []
    client.get("/orders")  # what is remembered for a moment is asked here
    for number in range(2, 5):
        asked.clear()
        with heard(lambda words, _values: asked.append(words)):
            assert client.get("/orders").status_code == 200
        counts.append(len(asked))
        hold(order.user_id, evening, number)
    assert len(set(counts)) == 1
    assert 2 < counts[0] < 10


def test_who_backs_out_of_the_gateway_can_pay_another_way(client: FlaskClient, order: Order, holder: int) -> None:
    begin_card(order, PRICE)
    page = client.get(f"/orders/{order.public_id}").text
    assert "Waiting for the payment company" in page
    assert "Pay another way" in page
    pay(client, order)
    assert points.balance(holder) == 50_000


def test_points_that_an_open_attempt_has_taken_can_pay_another_way(
    client: FlaskClient, order: Order, holder: int
) -> None:
    begin_card(order, PRICE, in_points=99_000)
    page = client.get(f"/orders/{order.public_id}").text
    assert "You have ₩150,000." in page
    assert "Not enough for this order." not in page
    assert f'max="{PRICE}"' in page
    pay(client, order)
    assert points.balance(holder) == 50_000
