"""What a section is called: by each reader in their language, and by one name where something is found by it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.builders import NOW, admit, begin_card, concert, do, fan, hall, hold, operator, report, schedule
from tests.web.conftest import Visitor
from webapp.accounts.models import User
from webapp.booking.models import Order
from webapp.checkout import settling
from webapp.checkout.mail_models import Mail
from webapp.checkout.models import Ticket
from webapp.concerts import geometry
from webapp.concerts.models import Schedule
from webapp.db import db

LANGUAGES = ("ko", "en")
NAMES = {"ko": "플로어", "en": "Floor"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def evening(visit: Visitor) -> Schedule:
    document = hall()
    document["sections"][0]["name_ko"] = NAMES["ko"]
    return schedule(concert(), document)


@pytest.fixture
def client(visit: Visitor, evening: Schedule) -> FlaskClient:
    holder = fan("holder")
    admit(holder, evening.concert_id)
    return visit(holder)


def buy(evening: Schedule) -> Order:
    order = hold(db.session.scalars(select(User.id).where(User.email.startswith("holder"))).one(), evening, 1)
    payment = begin_card(order, 100_000)
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    return order


def read(client: FlaskClient, address: str, language: str) -> str:
    answer = client.get(address, headers={"Accept-Language": language}, buffered=True)
    assert answer.status_code == 200
    return answer.text


def seat_in(language: str) -> str:
    return {"ko": "플로어 A열 1번", "en": "Floor, row A, seat 1"}[language]


def test_the_list_is_found_by_one_name_and_read_in_two(client: FlaskClient, evening: Schedule) -> None:
    for language in (*LANGUAGES, *LANGUAGES):
        page = read(client, f"/schedules/{evening.id}?view=list&section=Floor", language)
        assert f"<strong>{NAMES[language]}</strong>" in page
        assert f'<h2 class="heading">{NAMES[language]}</h2>' in page
        assert f'data-section="{NAMES[language]}"' in page
        assert 'name="section" value="Floor"' in page
        assert page.count("seat-box") == 12


def test_the_map_has_both_names_in_one_file(client: FlaskClient, evening: Schedule) -> None:
    digest = geometry.house(evening.seat_plan_id).digest
    assert all(digest in read(client, f"/schedules/{evening.id}", language) for language in LANGUAGES)
    [section] = geometry.describe(hall())["sections"]
    assert "name_ko" not in section, "a house with one name for each is the file it was"
    assert b'"name":"Floor","name_ko":"\xed\x94\x8c' in geometry.house(evening.seat_plan_id).body


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_order_its_ticket_and_its_mail_name_the_seat_as_their_reader_does(
    client: FlaskClient, visit: Visitor, evening: Schedule, language: str
) -> None:
    order = buy(evening)
    code = db.session.scalars(select(Ticket.code)).one()
    assert seat_in(language) in read(client, f"/orders/{order.public_id}", language)
    assert seat_in(language) in read(client, "/orders", language)
    assert f"<dd>{NAMES[language]}</dd>" in read(client, f"/tickets/{code}", language)
    do(db.session.execute, update(User).values(language=language))
    mail = db.session.scalars(select(Mail)).one()
    desk = visit(operator())
    letter = read(desk, f"/admin/outbox/{mail.public_id}", "en")
    assert (seat_in(language) in letter, f"{NAMES[language]} A-1" in letter) == (True, True)
    assert seat_in(language) in read(desk, f"/admin/orders/{order.public_id}/refund", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_door_names_the_seat_as_who_stands_there_does(visit: Visitor, evening: Schedule, language: str) -> None:
    fan("holder")
    buy(evening)
    code = db.session.scalars(select(Ticket.code)).one()
    answer = visit(operator()).post(
        f"/admin/door/{evening.id}/scans", data={"code": code}, headers={"Accept-Language": language}
    )
    assert seat_in(language) in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seat_that_was_just_taken_is_named_as_its_reader_does(
    client: FlaskClient, evening: Schedule, language: str
) -> None:
    hold(fan("faster"), evening, 1)
    asked = {"data": {"seat": "1"}, "headers": {**JSON, "Accept-Language": language}}
    lost = client.post(f"/schedules/{evening.id}/holds", **asked)
    assert (lost.status_code, lost.json["names"]) == (409, [f"{NAMES[language]} A-1"])


def test_files_and_plans_of_operators_keep_the_name_that_seats_are_found_by(
    client: FlaskClient, visit: Visitor, evening: Schedule
) -> None:
    buy(evening)
    desk = visit(operator())
    for language in LANGUAGES:
        tickets = read(desk, "/admin/concerts/show/exports/tickets.csv", language)
        assert (",Floor,A,1," in tickets, "플로어" in tickets) == (True, False)
        plan = read(desk, f"/admin/plans/{evening.seat_plan_id}", language)
        assert '<th scope="row">Floor <small lang="ko">플로어</small></th>' in plan
        assert f">{NAMES[language]}</text>" in plan
