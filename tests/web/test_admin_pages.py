"""What operators see and steer, and that nobody else does."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import NOW, begin_card, concert, do, fan, fans, hold, operator, report, schedule
from tests.builders import house as evening_of
from tests.web.conftest import Visitor
from webapp.admin import action_words, house, log
from webapp.admin.models import OperatorAction
from webapp.checkout import payments, reconciling, reviewing, settling
from webapp.checkout.models import Payment
from webapp.concerts import pricing
from webapp.db import db
from webapp.waiting_room import joining
from webapp.waiting_room.models import Counter


@pytest.fixture
def client(visit: Visitor) -> FlaskClient:
    return visit(operator())


def test_for_fans_the_operators_pages_do_not_exist(visit: Visitor) -> None:
    concert()
    stranger = visit(fan("stranger"))
    for path in ("/admin", "/admin/concerts/show", "/admin/jobs", "/admin/log", "/admin/payments"):
        assert stranger.get(path).status_code == 404
    for path in ("line/pause", "line/capacity", "sale/closing"):
        assert stranger.post(f"/admin/concerts/show/{path}").status_code == 404


def test_the_house_and_the_line_at_a_glance(client: FlaskClient) -> None:
    evening, crowd = evening_of(capacity=2), fans(5)
    do(joining.join_all, crowd, evening.concert_id, NOW)
    payment = begin_card(hold(crowd[0], evening, 1, 2), 200_000)
    do(settling.settle, payment.id, report(payment), NOW)
    assert client.get("/admin").status_code == 200
    page = client.get("/admin/concerts/show", headers={"X-Fragment": "1"}).text
    for words in ("₩200,000", "10", "2"):
        assert words in page


def test_the_screens_of_a_concert_are_marked_as_parts_of_the_houses(client: FlaskClient) -> None:
    concert()
    for path in ("", "/concerts/show", "/concerts/show/setup", "/concerts/new", "/archive"):
        (current,) = re.findall(
            r'<a href="([^"]+)" aria-current="page">',
            client.get(f"/admin{path}").text.split("desk-nav")[2].split("</nav>")[0],
        )
        assert current == "/admin", path


def test_every_action_is_carried_out_and_written_down(client: FlaskClient) -> None:
    show = concert()
    for path, form in (
        ("line/pause", {}),
        ("line/resume", {}),
        ("line/capacity", {"capacity": "7"}),
        ("line/rate", {"per_minute": "90"}),
        ("line/message", {"message": "Soon."}),
        ("sale/closing", {}),
        ("sale/opening", {}),
    ):
        assert client.post(f"/admin/concerts/show/{path}", data=form).status_code == 303
    counter = db.session.get_one(Counter, show.id, populate_existing=True)
    assert (counter.capacity, counter.admissions_per_minute, counter.message) == (7, 90, "Soon.")
    actions = list(db.session.scalars(select(OperatorAction).order_by(OperatorAction.id)))
    assert len(actions) == 7
    assert (actions[2].before["capacity"], actions[2].after["capacity"]) == (100, 7)
    log = client.get("/admin/log").text
    for words in ("Changed how many are served at once", "Served at once: 7", "Paused: yes", "Sale closed: –"):
        assert words in log
    assert "동시 입장 인원: 7" in client.get("/admin/log", headers={"Accept-Language": "ko"}).text
    assert "Operator" in log


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("line/capacity", {"capacity": "-1"}, "Served at once: enter a whole number."),
        ("line/capacity", {"capacity": ""}, "Served at once: enter a whole number."),
        ("line/capacity", {"capacity": "100001"}, "The capacity goes from 0 to 100,000."),
        ("line/capacity", {"capacity": "999999999999"}, "The capacity goes from 0 to 100,000."),
        ("line/rate", {"per_minute": "0"}, "Admissions per minute go from 1"),
        ("line/rate", {"per_minute": "1.5"}, "Admissions per minute: enter a whole number."),
        ("line/message", {"message": "x" * 281}, "A message has at most 280 characters."),
    ],
)
def test_a_number_out_of_bounds_is_said_and_changes_nothing(
    client: FlaskClient, path: str, form: dict[str, str], words: str
) -> None:
    concert()
    client.post(f"/admin/concerts/show/{path}", data=form)
    assert words in client.get("/admin/concerts/show").text
    assert db.session.scalars(select(OperatorAction)).all() == []


def test_what_was_steered_is_said(client: FlaskClient) -> None:
    concert()
    client.post("/admin/concerts/show/line/capacity", data={"capacity": "7"})
    assert "Done: Changed how many are served at once." in client.get("/admin/concerts/show").text


def test_the_log_cannot_be_rewritten(client: FlaskClient) -> None:
    concert()
    client.post("/admin/concerts/show/line/pause")
    action = db.session.scalars(select(OperatorAction)).one()
    action.action = "nothing"
    with pytest.raises(Exception, match="append-only"):
        db.session.flush()
    db.session.rollback()


def test_money_that_a_provider_would_not_return_is_asked_for_again(client: FlaskClient) -> None:
    payment = begin_card(hold(fan("holder"), evening_of(), 1), 100_000)
    do(settling.settle, payment.id, report(payment, amount=5), NOW)
    page = client.get("/admin/payments").text
    assert "Money going back" in page
    assert "The amount paid is not the amount of this order" in page
    do(reconciling.refused, payment.id, NOW)
    page = client.get("/admin/payments").text
    assert payment.public_id in page
    assert "The amount paid is not the amount of this order" in page, "why it goes back is still there to read"
    assert "would not send the money back by itself" in page
    path = f"/admin/payments/{payment.public_id}/cancellation"
    assert client.post(path).status_code == 303
    assert db.session.get_one(Payment, payment.id, populate_existing=True).status == "cancelling"
    assert client.post(path).status_code == 404
    page = client.get("/admin/payments").text
    assert "The amount paid is not the amount of this order" in page
    assert "An operator is having the payment sent back." in page


def test_money_that_had_to_be_sent_back_by_hand_stays_on_the_page_for_a_week(client: FlaskClient) -> None:
    payment = begin_card(hold(fan("holder"), evening_of(), 1), 100_000)
    do(settling.settle, payment.id, report(payment, "failed"), NOW)
    do(payments.give_up, payment.user_id, payment.order_id, NOW)
    do(settling.settle, payment.id, report(payment), NOW)
    do(reconciling.refused, payment.id, NOW)
    do(reviewing.send_back, payment.public_id, NOW)
    do(settling.settle, payment.id, report(payment, "cancelled"), NOW)
    page = client.get("/admin/payments").text
    assert "Money sent back" in page
    assert "after the fan had given the seats back" in page


def test_money_that_waits_for_a_person_is_shown_first_and_what_is_back_last(client: FlaskClient) -> None:
    evening, crowd = evening_of(), fans(3)
    stuck, back, coming = [
        begin_card(hold(user, evening, number), 100_000, key=str(number)) for number, user in enumerate(crowd, start=1)
    ]
    for payment in (stuck, back, coming):
        assert do(settling.settle, payment.id, report(payment, amount=1), NOW) == "wrong_amount"
    do(reconciling.refused, stuck.id, NOW)
    gone = report(back, "cancelled", amount=1, refunded=1)
    assert do(reconciling.money_returned, back.id, gone, NOW) == "cancelled"
    shown = [row["payment"].id for row in house.money_to_look_at(NOW)]
    assert shown == [stuck.id, coming.id, back.id]


def test_every_action_of_the_log_has_words() -> None:
    pattern = re.compile(r'(?:_act\((?:\w+, )?|_steer\(slug, |note\([^"\n]+, )"([a-z ]+)"')
    sources = [path.read_text() for path in Path(log.__file__).parent.glob("*.py")]
    used = {name for source in sources for name in pattern.findall(source)}
    assert len(used) > 30
    assert used | set(log.DOOR) <= set(action_words.WORDS)


def test_what_sold_seats_brought_in_is_what_was_paid_for_them(client: FlaskClient) -> None:
    night = schedule(concert("dear"), price=100_000)
    order = hold(fan("buyer"), night, 1)
    payment = begin_card(order, 100_000)
    do(settling.settle, payment.id, report(payment), NOW)
    hold(fan("holder"), night, 2)
    do(pricing.change, night, {"R": 150_000})
    (shown,) = house.houses(night.concert_id, NOW)
    assert (shown.sold, shown.held, shown.free, shown.revenue) == (1, 1, 10, 100_000)
