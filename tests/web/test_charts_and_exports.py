"""The operator's charts and files, and that nobody else gets them."""

import csv
import io
import tracemalloc

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from tests.builders import (
    NOW,
    at,
    begin_card,
    concert,
    do,
    fan,
    fans,
    gather,
    hold,
    house,
    operator,
    report,
    schedule,
    soon,
)
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor
from webapp.admin import exports
from webapp.admin.models import OperatorAction
from webapp.checkout import settling
from webapp.concerts import listing
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.waiting_room import admission, joining, sampling


@pytest.fixture
def client(visit: Visitor) -> FlaskClient:
    return visit(operator())


def download(client: FlaskClient, path: str) -> TestResponse:
    """The whole file: it is streamed, and a test's browser would leave in the middle of it."""
    return client.get(path, buffered=True)


def rows(answer: str) -> list[dict[str, str]]:
    assert answer.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(answer.removeprefix("\ufeff"))))


def sold() -> None:
    """Five fans, two of them inside; one has paid for two seats, and another's hold ran out."""
    evening, crowd = house(capacity=2), fans(5)
    do(joining.join_all, crowd, evening.concert_id, NOW)
    payment = begin_card(hold(crowd[0], evening, 1, 2), 200_000)
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    hold(crowd[1], evening, 3)
    do(sampling.take, at(seconds=10))


def test_before_anybody_came_the_charts_say_so(client: FlaskClient) -> None:
    house()
    page = client.get("/admin/concerts/show").text
    assert "Nobody has joined yet." in page
    assert "Nobody has held seats in the last hour." in page
    assert "sold: 0 of 12 seats" in page


def test_the_charts_show_the_line_the_grades_and_what_became_of_the_holds(
    client: FlaskClient, timepiece: Timepiece
) -> None:
    sold()
    timepiece.pass_(minutes=5)
    at(minutes=5)
    page = client.get("/admin/concerts/show/charts?hours=6").text
    assert "<html" not in page
    assert 'class="plot-line" d="M' in page
    assert "sold: 2 of 12 seats" in page
    assert '<b class="figures">50%</b> of the holds that are over became sales' in page
    assert "2 sold · 0 held · 10 free" in page
    assert "Tue 1 Dec 2026 21:00" in page  # Seoul's time, in the table
    assert 'aria-current="page">6 hours' in " ".join(page.split())


def test_a_clock_that_stands_still_is_said_on_the_page(client: FlaskClient, timepiece: Timepiece) -> None:
    sold()
    assert "No samples since" not in client.get("/admin/concerts/show").text
    timepiece.pass_(minutes=5)
    at(minutes=5)
    assert "No samples since 21:00:" in client.get("/admin/concerts/show").text


def test_a_line_that_rested_for_long_is_not_called_one_nobody_joined(client: FlaskClient) -> None:
    evening, early = house(), fan("early")
    do(joining.join, early, evening.concert_id, NOW)
    assert "Its first sample comes within seconds" in client.get("/admin/concerts/show").text
    do(admission.leave, early, evening.concert_id, NOW)
    assert "Nobody was in the line in the last hour." in client.get("/admin/concerts/show").text


def test_an_odd_span_is_an_hour(client: FlaskClient) -> None:
    house()
    for odd in ("0", "-1", "99999999999999999999", "x", "24"):
        assert client.get(f"/admin/concerts/show/charts?hours={odd}").status_code == 200


@pytest.mark.parametrize("name", exports.CONCERT_NAMES)
def test_every_export_is_a_file_with_its_line_in_the_log(client: FlaskClient, name: str) -> None:
    sold()
    answer = download(client, f"/admin/concerts/show/exports/{name}.csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="show-{name}-20261201-1200.csv"'
    assert len(rows(answer.text)) >= 1
    action = db.session.scalars(select(OperatorAction)).one()
    assert (action.action, action.subject) == (f"export {name}", "show")


def test_the_files_say_what_was_sold_to_whom_and_when(client: FlaskClient) -> None:
    sold()
    do(db.session.execute, text("UPDATE users SET name = '=HYPERLINK(1)' WHERE email = 'fan-1@frontrow.test'"))
    paid, held = rows(download(client, "/admin/concerts/show/exports/orders.csv").text)
    assert (paid["name"], paid["status"], paid["seats"], paid["price_won"]) == ("'=HYPERLINK(1)", "paid", "2", "200000")
    assert paid["paid_at"] == paid["held_at"] == "2026-12-01T21:00:00+09:00"
    assert (paid["paid_by_provider_won"], paid["paid_in_points_won"], held["paid_at"]) == ("200000", "0", "")
    assert paid["seat_names"] == "Floor A-1; Floor A-2"
    tickets = rows(download(client, "/admin/concerts/show/exports/tickets.csv").text)
    assert [(one["row"], one["seat"], one["price_won"]) for one in tickets] == [
        ("A", "1", "100000"),
        ("A", "2", "100000"),
    ]
    codes = db.session.scalars(text("SELECT code FROM tickets")).all()
    assert not any(code in str(tickets) for code in codes)
    (sample,) = rows(download(client, "/admin/concerts/show/exports/line.csv").text)
    assert (sample["at"], sample["waiting"], sample["called"]) == ("2026-12-01T21:00:10+09:00", "2", "3")
    (grade,) = rows(download(client, "/admin/concerts/show/exports/sales.csv").text)
    assert (grade["grade"], grade["sold"], grade["sold_for_won"]) == ("R", "2", "200000")
    log = rows(download(client, "/admin/exports/log.csv").text)
    assert [one["action"] for one in log][-1] == "export log"
    assert len(rows(download(client, "/admin/exports/payments.csv").text)) == 1


def test_exports_are_for_operators_alone_and_one_that_is_not_there_is_not_written_down(
    visit: Visitor, client: FlaskClient
) -> None:
    house()
    stranger = visit(fan("stranger"))
    for path in ("concerts/show/exports/orders.csv", "exports/log.csv", "concerts/show/charts"):
        assert stranger.get(f"/admin/{path}").status_code == 404
    for path in ("concerts/show/exports/log.csv", "exports/orders.csv", "concerts/other/exports/orders.csv"):
        assert client.get(f"/admin/{path}").status_code == 404
    assert db.session.scalars(select(OperatorAction)).all() == []


def test_many_rows_need_no_more_memory_than_a_few(client: FlaskClient) -> None:
    evening = house()
    orders = """
        INSERT INTO orders (public_id, user_id, concert_id, schedule_id, status, created_at, expires_at)
        SELECT 'order-' || n, :buyer, :concert, :schedule, 'expired', :now, :now
        FROM generate_series(CAST(:first AS int), :last) n
    """
    facts = {"buyer": fan("buyer"), "concert": evening.concert_id, "schedule": evening.id, "now": NOW}

    def memory_for(first: int, last: int) -> int:
        do(db.session.execute, text(orders), {**facts, "first": first, "last": last})
        show = listing.concert("show")
        tracemalloc.start()
        try:
            lines = sum(piece.count(b"\r\n") for piece in exports.lines("orders", show, NOW))
            _now, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert lines == last + 1
        return most

    few = memory_for(1, 2 * exports.AT_ONCE)
    assert memory_for(2 * exports.AT_ONCE + 1, 10 * exports.AT_ONCE) < 1.5 * few


def test_the_command_writes_the_same_file(client: FlaskClient) -> None:
    sold()
    run = client.application.test_cli_runner().invoke
    done = run(args=["export", "tickets", "--concert", "show"])
    assert done.exit_code == 0
    assert len(rows(done.stdout_bytes.decode())) == 2
    missing = run(args=["export", "tickets"])
    assert missing.exit_code == 1
    assert "There is no export 'tickets' of 'the house'." in missing.output


def test_what_is_left_is_on_the_page_the_status_and_without_scripts(visit: Visitor) -> None:
    evening = house(rows=1, seats=4, capacity=1)
    holder, waiter = fan("holder"), fan("waiter")
    do(joining.join_all, [holder, waiter], evening.concert_id, NOW)
    first = visit(None).get("/concerts/show/line/status")
    assert first.json
    assert first.json["stock"]["grades"] == [["R", "plenty"]]
    hold(holder, evening, 1, 2, 3, 4)
    headers = {"If-None-Match": first.headers["ETag"]}
    second = visit(None).get("/concerts/show/line/status", headers=headers)
    assert second.status_code == 200
    assert second.json
    assert second.json["stock"]["grades"] == [["R", "gone"]]
    page = visit(waiter).get("/concerts/show/line").text
    assert 'data-stock="gone" data-name="R"' in page


def test_the_lobby_says_what_seats_cost_and_listens_for_no_news(visit: Visitor) -> None:
    show = soon()
    schedule(show, price=88_000)
    waiter = fan("waiter")
    gather(show.id, [waiter])
    page = visit(waiter).get("/concerts/show/lobby").text
    assert "₩88,000" in page
    assert "What seats will cost" in page
    assert "Still on sale" not in page
    assert 'data-name="R"' in page
    assert 'data-controller="stock"' not in page


def test_times_of_a_concert_abroad_say_whose_they_are(visit: Visitor) -> None:
    show = concert()
    schedule(show)
    assert "Local time" not in visit(None).get("/concerts/show").text
    with transaction():
        db.session.get_one(Concert, show.id).time_zone = "Asia/Tokyo"
    assert "Local time in Tokyo" in visit(None).get("/concerts/show").text
    assert "도쿄" in visit(None).get("/concerts/show", headers={"Accept-Language": "ko"}).text


def test_a_range_of_prices_is_a_dash_to_the_eye_and_words_to_the_ear(visit: Visitor) -> None:
    show = concert()
    for days, price in ((1, 88_000), (2, 132_000)):
        schedule(show, price=price, days=days)
    page = visit(None).get("/concerts/show").text
    assert '<span class="figures" aria-hidden="true">₩88,000–₩132,000</span>' in page
    assert '<span class="visually-hidden">₩88,000 to ₩132,000</span>' in page
    korean = visit(None).get("/concerts/show", headers={"Accept-Language": "ko"}).text
    assert "₩88,000–₩132,000" in korean
    assert "₩88,000부터 ₩132,000까지" in korean
