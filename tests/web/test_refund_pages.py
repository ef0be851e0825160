"""Cancelling over HTTP: the fan's confirm page, the operator's, whole performances, and who may not."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import NOW, admit, at, begin_card, concert, do, fan, hall, hold, operator, report, schedule
from tests.builders import house as evening
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor
from webapp.admin.models import OperatorAction
from webapp.booking.models import Order
from webapp.checkout import closing, returning, settling
from webapp.checkout.models import Ticket
from webapp.checkout.refund_models import Refund
from webapp.concerts import stock
from webapp.concerts.models import Concert, Schedule
from webapp.db import db

PRICE = 100_000
TWENTY_DAYS = 60 * 24 * 20


def buy(night: Schedule, holder: int, *numbers: int, in_points: int = 0) -> Order:
    order = hold(holder, night, *numbers)
    payment = begin_card(order, PRICE * len(numbers), key=f"key {order.id}", in_points=in_points)
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    return order


@pytest.fixture
def holder(visit: Visitor) -> int:
    return fan("holder", point=50_000)


@pytest.fixture
def order(holder: int) -> Order:
    return buy(evening(), holder, 1, 2, in_points=50_000)


@pytest.fixture
def client(visit: Visitor, holder: int) -> FlaskClient:
    return visit(holder)


def status(order: Order) -> str:
    return db.session.get_one(Order, order.id, populate_existing=True).status


def test_the_page_says_every_amount_before_anything_is_cancelled(
    client: FlaskClient, order: Order, timepiece: Timepiece
) -> None:
    timepiece.pass_(minutes=TWENTY_DAYS)
    assert f"/orders/{order.public_id}/refund" in client.get(f"/orders/{order.public_id}").text
    page = client.get(f"/orders/{order.public_id}/refund").text
    for amount in ("₩200,000", "₩8,000", "₩144,000", "₩48,000", "₩192,000"):
        assert amount in page
    assert page.count("<tr") == 7  # the heading and six bands of days
    assert len(re.findall(r'<tr aria-current="true">', page)) == 1
    assert status(order) == "paid"


def test_cancelling_and_what_the_order_says_afterwards(client: FlaskClient, order: Order) -> None:
    code = db.session.scalars(select(Ticket.code).order_by(Ticket.id)).first()
    assert "Opens the door once." in client.get(f"/tickets/{code}").text
    answer = client.post(f"/orders/{order.public_id}/refund", data={"fee": "0"})
    assert answer.headers["Location"] == f"/orders/{order.public_id}"
    page = client.get(f"/orders/{order.public_id}").text
    assert "You cancelled this order." in page
    assert "₩150,000" in page
    ticket = client.get(f"/tickets/{code}").text
    assert ("This ticket is void" in ticket, "Opens the door once." in ticket) == (True, False)
    assert "Being refunded" in client.get("/orders").text
    refund = db.session.scalars(select(Refund)).one()
    do(returning.returned, refund.id, 150_000, at(minutes=1))
    assert "confirmed by the payment company" in client.get(f"/orders/{order.public_id}").text
    assert "Refunded" in client.get("/orders").text


def test_double_clicked_it_is_cancelled_once(client: FlaskClient, order: Order) -> None:
    for _ in range(2):
        answer = client.post(f"/orders/{order.public_id}/refund", data={"fee": "0"})
        assert answer.status_code == 303
    assert len(db.session.scalars(select(Refund)).all()) == 1
    assert client.get(f"/orders/{order.public_id}/refund").status_code == 303


def test_a_page_left_open_over_midnight_shows_the_new_fee_and_cancels_nothing(
    client: FlaskClient, order: Order, timepiece: Timepiece
) -> None:
    timepiece.pass_(minutes=TWENTY_DAYS)
    answer = client.post(f"/orders/{order.public_id}/refund", data={"fee": "0"})
    assert answer.status_code == 409
    assert "The fee has changed" in answer.text
    assert "₩8,000" in answer.text
    assert status(order) == "paid"


@pytest.mark.parametrize("fee", ["", "-1", "0.5", "x", "99999999999", "\0"])
def test_a_tampered_fee_cancels_nothing(client: FlaskClient, order: Order, fee: str) -> None:
    assert client.post(f"/orders/{order.public_id}/refund", data={"fee": fee}).status_code in {400, 409, 422}
    assert status(order) == "paid"


def test_on_the_day_the_page_says_that_it_is_too_late(client: FlaskClient, order: Order, timepiece: Timepiece) -> None:
    night = db.session.get_one(Schedule, order.schedule_id)
    timepiece.pass_(seconds=(night.starts_at - NOW).total_seconds())
    page = client.get(f"/orders/{order.public_id}/refund").text
    assert "can no longer be cancelled" in page
    assert f'action="/orders/{order.public_id}/refund"' not in page
    assert client.post(f"/orders/{order.public_id}/refund", data={"fee": "200000"}).status_code == 409
    assert status(order) == "paid"


def test_another_fans_order_does_not_exist_and_an_unpaid_one_has_nothing_to_refund(
    visit: Visitor, client: FlaskClient, order: Order, holder: int
) -> None:
    stranger = visit(fan("stranger"))
    nothing = stranger.get("/orders/no-such-order/refund")
    for answer in (
        stranger.get(f"/orders/{order.public_id}/refund"),
        stranger.post(f"/orders/{order.public_id}/refund", data={"fee": "0"}),
    ):
        assert (answer.status_code, answer.text.count("not yours to see")) == (404, nothing.text.count("not yours"))
    night = db.session.get_one(Schedule, order.schedule_id)
    unpaid = hold(holder, night, 5)
    assert client.get(f"/orders/{unpaid.public_id}/refund").status_code == 303
    assert client.post(f"/orders/{unpaid.public_id}/refund", data={"fee": "0"}).status_code == 404
    assert status(order) == "paid"


def cancel_at_the_desk(desk: FlaskClient, order: Order, fee: str, fee_seen: int) -> str:
    """Press one of the desk's two buttons; what the page says then."""
    path = f"/admin/orders/{order.public_id}/refund"
    assert desk.post(path, data={"fee": fee, "fee_seen": str(fee_seen)}).status_code == 303
    return desk.get(path).text


@pytest.mark.parametrize(("choice", "kept"), [("ladder", 8_000), ("none", 0)])
def test_an_operator_cancels_with_or_without_the_fee_and_it_is_written_down(
    visit: Visitor, holder: int, order: Order, timepiece: Timepiece, choice: str, kept: int
) -> None:
    timepiece.pass_(minutes=TWENTY_DAYS)
    desk = visit(operator())
    found = desk.get("/admin/orders?find=holder@frontrow.test").text
    assert (order.public_id in found, "₩200,000" in found) == (True, True)
    assert order.public_id not in desk.get("/admin/orders?find=somebody@frontrow.test").text
    page = desk.get(f"/admin/orders/{order.public_id}/refund").text
    assert ("Cancel without a fee" in page, "The fan paid" in page, "You paid" in page) == (True, True, False)
    assert "Cancel with the fee" in page
    assert f'name="fee_seen" value="{kept}"' in page
    cancel_at_the_desk(desk, order, choice, kept)
    assert db.session.scalars(select(Refund.fee)).one() == kept
    action = db.session.scalars(select(OperatorAction)).one()
    assert (action.action, action.subject, action.before) == ("cancel order", order.public_id, {"status": "paid"})
    assert (action.after["status"], action.after["fee"]) == ("refunded", kept)
    page = desk.get(f"/admin/orders/{order.public_id}/refund").text
    assert "The payment company is being asked" in page
    assert ("An operator cancelled this order." in page, "to the fan&#39;s card: we ask" in page) == (True, True)
    assert not re.search(r"\b[Yy]our?\b", page[page.index("What happened so far") :].split("</ol>")[0])
    fans = visit(holder).get(f"/orders/{order.public_id}").text
    assert ("Our staff cancelled this order for you." in fans, "the fan" in fans) == (True, False)


def test_an_operators_page_left_open_over_midnight_cancels_nothing(
    visit: Visitor, order: Order, timepiece: Timepiece
) -> None:
    desk = visit(operator())
    timepiece.pass_(minutes=TWENTY_DAYS)
    assert "The fee has changed since you saw it." in cancel_at_the_desk(desk, order, "ladder", 4_000)
    assert "Choose a whole amount" in cancel_at_the_desk(desk, order, "ladder", -1)
    assert status(order) == "paid"
    assert db.session.scalars(select(OperatorAction)).all() == []


def test_an_operator_who_comes_second_is_told_and_nothing_is_written_down(
    visit: Visitor, client: FlaskClient, order: Order, timepiece: Timepiece
) -> None:
    timepiece.pass_(minutes=TWENTY_DAYS)
    desk = visit(operator())
    client.post(f"/orders/{order.public_id}/refund", data={"fee": "8000"})
    for _ in range(2):
        page = cancel_at_the_desk(desk, order, "none", 0)
        assert "This order is cancelled already" in page
        assert "its money is on its way back" not in page
    assert db.session.scalars(select(Refund.fee)).one() == 8_000
    assert db.session.scalars(select(OperatorAction)).all() == []


def test_a_refused_refund_stands_on_the_operators_page_and_is_asked_again(visit: Visitor, order: Order) -> None:
    desk = visit(operator())
    desk.post(f"/admin/orders/{order.public_id}/refund", data={"fee": "none", "fee_seen": "0"})
    refund = db.session.scalars(select(Refund)).one()
    do(returning.refused, refund.id, NOW)
    assert f"/admin/refunds/{refund.id}/asking" in desk.get("/admin/orders").text
    assert desk.post(f"/admin/refunds/{refund.id}/asking").status_code == 303
    assert desk.post(f"/admin/refunds/{refund.id}/asking").status_code == 404
    assert desk.post("/admin/refunds/999/asking").status_code == 404


def test_a_whole_concert_is_cancelled_with_its_sale_and_its_progress_is_shown(visit: Visitor, holder: int) -> None:
    show = concert()
    nights = [schedule(show, hall()), schedule(show, hall(), days=61)]
    paid = [buy(night, holder, 1) for night in nights]
    desk, form = visit(operator()), {"schedule": [night.id for night in nights], "words": "show"}
    slip = desk.post("/admin/concerts/show/cancellation", data={**form, "words": "shwo"})
    assert (slip.status_code, slip.text.count(" checked>")) == (422, 2), "what was chosen stays chosen"
    assert desk.post("/admin/concerts/show/cancellation", data={"words": "show"}).status_code == 422
    assert "Go there" in desk.get("/admin/concerts/show/setup").text
    assert [status(order) for order in paid] == ["paid", "paid"]
    assert desk.post("/admin/concerts/show/cancellation", data=form).status_code == 303
    assert db.session.get_one(Concert, show.id, populate_existing=True).is_closed(NOW)
    assert "Open it now" not in desk.get("/admin/concerts/show/setup").text, "there is nothing left to sell"
    fragment = desk.get("/admin/concerts/show/cancellation", headers={"X-Fragment": "1"}).text
    assert "The money is going back." in fragment
    for order_id in closing.unfinished(50):
        do(closing.end_order, order_id, NOW)
    for refund_id in returning.due(NOW, 50):
        do(returning.returned, refund_id, PRICE, NOW)
    fragment = desk.get("/admin/concerts/show/cancellation", headers={"X-Fragment": "1"}).text
    assert "Everything is back." in fragment
    assert "₩200,000" in fragment
    action = db.session.scalars(select(OperatorAction)).one()
    assert action.action == "cancel performances"
    assert action.before["sale_closed_at"] is None
    assert "This performance is cancelled." in visit(holder).get(f"/orders/{paid[0].public_id}").text
    assert "Cancelled" in visit(None).get("/concerts/show").text


def test_the_seats_of_a_cancelled_performance_cannot_be_seen_or_held(visit: Visitor) -> None:
    night, waiter = evening(), fan("waiter")
    admit(waiter, night.concert_id)
    client = visit(waiter)
    assert client.get(f"/schedules/{night.id}").status_code == 200
    do(closing.cancel_schedules, [night.id], NOW)
    assert client.get(f"/schedules/{night.id}").status_code == 409
    answer = client.post(f"/schedules/{night.id}/holds", data={"seat": "1"})
    assert answer.status_code == 409
    assert "This performance is cancelled." in answer.text
    assert client.post(f"/schedules/{night.id}/holds", data={"best": "2"}).status_code == 409
    assert stock.by_schedule([night.id], NOW)[night.id].seats_left == 0


def test_a_performance_of_another_concert_is_not_cancelled_along(visit: Visitor) -> None:
    concert()
    other = schedule(concert("other"), hall())
    desk = visit(operator())
    desk.post("/admin/concerts/show/cancellation", data={"schedule": [other.id], "words": "show"})
    assert db.session.get_one(Schedule, other.id, populate_existing=True).cancelled_at is None


def test_for_fans_the_operators_pages_do_not_exist(visit: Visitor, client: FlaskClient, order: Order) -> None:
    for path in (
        "/admin/orders",
        f"/admin/orders/{order.public_id}/refund",
        "/admin/concerts/show/cancellation",
        "/admin/outbox",
        "/admin/door",
        f"/admin/door/{order.schedule_id}",
    ):
        assert client.get(path).status_code == 404
    for path in (
        f"/admin/orders/{order.public_id}/refund",
        "/admin/refunds/1/asking",
        "/admin/concerts/show/cancellation",
        f"/admin/door/{order.schedule_id}/scans",
    ):
        assert client.post(path).status_code == 404
    assert status(order) == "paid"
