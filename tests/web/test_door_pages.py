"""The door over HTTP: every answer without JavaScript, the gate's name, undoing, and the log."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import NOW, begin_card, concert, do, fan, hall, hold, operator, report, schedule
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor
from webapp.admin.models import OperatorAction
from webapp.checkout import closing, refunding, settling
from webapp.checkout.models import Ticket
from webapp.concerts.models import Schedule
from webapp.db import db

PRICE = 100_000


@pytest.fixture
def nights(visit: Visitor) -> list[Schedule]:
    show = concert()
    return [schedule(show, hall()), schedule(show, hall(), days=61)]


@pytest.fixture
def client(visit: Visitor) -> FlaskClient:
    return visit(operator())


def ticket(night: Schedule, role: str = "holder") -> tuple[int, int, str]:
    holder = fan(role)
    order = hold(holder, night, 1 if role == "holder" else 2)
    payment = begin_card(order, PRICE, key=f"key {order.id}")
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    return holder, order.id, db.session.scalars(select(Ticket.code).order_by(Ticket.id.desc()).limit(1)).one()


def scan(client: FlaskClient, night: Schedule, code: str) -> str:
    answer = client.post(f"/admin/door/{night.id}/scans", data={"code": code})
    assert answer.status_code == 200
    return answer.text


def said(page: str) -> str:
    return page.split('data-answer="')[1].split('"')[0]


def test_every_answer_in_big_letters(client: FlaskClient, nights: list[Schedule], timepiece: Timepiece) -> None:
    assert "Show" in client.get("/admin/door").text
    assert said(client.get(f"/admin/door/{nights[0].id}").text) == "ready"
    _, _, code = ticket(nights[0])
    _holder, _order, other = ticket(nights[1], "stranger")
    client.post(f"/admin/door/{nights[0].id}/gate", data={"gate": "North"})
    page = scan(client, nights[0], code.lower())
    assert (said(page), "Floor, row A, seat 1" in page, "1 of 1 are in" in page) == ("welcome", True, True)
    timepiece.pass_(minutes=2)
    page = scan(client, nights[0], code)
    assert said(page) == "already_in"
    assert "since 21:00:00" in page  # NOW on a clock in Seoul
    assert "North" in page
    page = scan(client, nights[0], other)
    assert (said(page), "3 Mar 2027" in page) == ("wrong_show", True)
    assert said(scan(client, nights[0], "NOSUCHCODE")) == "unknown"
    assert said(scan(client, nights[0], "<script>\0")) == "unknown"


def test_a_cancelled_ticket_is_void(client: FlaskClient, nights: list[Schedule]) -> None:
    holder, order_id, code = ticket(nights[0])
    do(refunding.cancel, holder, order_id, 0, NOW)
    page = scan(client, nights[0], code)
    assert (said(page), "The order was cancelled." in page) == ("void", True)


def test_the_ticket_of_a_cancelled_performance_is_void_and_the_door_says_why(
    client: FlaskClient, nights: list[Schedule]
) -> None:
    _, _, code = ticket(nights[0])
    do(closing.cancel_schedules, [nights[0].id], NOW)
    page = scan(client, nights[0], code)
    assert (said(page), "This performance is cancelled." in page) == ("void", True)
    assert "The order was cancelled." not in page


def test_a_scanner_gets_the_part_that_changes(client: FlaskClient, nights: list[Schedule]) -> None:
    _, _, code = ticket(nights[0])
    address = f"/admin/door/{nights[0].id}/scans"
    answer = client.post(address, data={"code": code}, headers={"X-Fragment": "1"})
    assert answer.text.strip().startswith('<div class="scan"')
    assert "<html" not in answer.text


def test_the_camera_is_allowed_here_and_nowhere_else(client: FlaskClient, nights: list[Schedule]) -> None:
    page = client.get(f"/admin/door/{nights[0].id}")
    assert page.headers["Permissions-Policy"] == "camera=(self)"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "camera=()" in client.get("/").headers["Permissions-Policy"]


def test_a_mistaken_scan_is_undone_and_both_are_written_down(
    client: FlaskClient, nights: list[Schedule], timepiece: Timepiece
) -> None:
    _, _, code = ticket(nights[0])
    client.post(f"/admin/door/{nights[0].id}/gate", data={"gate": "  North  "})
    scan(client, nights[0], code)
    scan(client, nights[0], code)
    undo = f"/admin/door/{nights[0].id}/scans/{code}/undoing"
    assert undo in client.get(f"/admin/door/{nights[0].id}").text
    assert client.post(undo).status_code == 303
    assert client.post(undo).status_code == 404
    assert said(scan(client, nights[0], code)) == "welcome"
    actions = db.session.scalars(select(OperatorAction).order_by(OperatorAction.id)).all()
    assert [action.action for action in actions] == ["check in", "undo check in", "check in"]
    entry = {"came_at": NOW.isoformat(), "gate": "North"}
    assert (actions[0].before, actions[0].after) == ({"came_at": None, "gate": None}, entry)
    assert (actions[1].before, actions[1].after) == (entry, {"came_at": None, "gate": None})


def test_the_log_with_and_without_the_door(client: FlaskClient, nights: list[Schedule]) -> None:
    _, _, code = ticket(nights[0])
    client.post("/admin/concerts/show/line/pause")
    scan(client, nights[0], code)
    for part, paused, came in (("", True, True), ("?part=desk", True, False), ("?part=door", False, True)):
        page = client.get(f"/admin/log{part}").text
        assert ("Paused the line" in page, "Let a ticket in" in page) == (paused, came)


def test_a_performance_that_does_not_exist(client: FlaskClient) -> None:
    assert client.get("/admin/door/999").status_code == 404
    assert client.post("/admin/door/999/scans", data={"code": "X"}).status_code == 404
