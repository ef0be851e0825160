"""Seat plans, prices and ladders in /admin: what is imported, what changes, and what stays as it was for a buyer."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import NOW, admit, begin_card, do, fan, hold, house, report, seat
from tests.web.conftest import Visitor
from tests.web.putting_on import actions, client, count, edit, saved_plan, seen_of
from webapp.admin.editing import ladder_form
from webapp.booking import views
from webapp.checkout import settling
from webapp.concerts import seat_plans
from webapp.concerts.models import Concert, Schedule, Seat, SeatPlan
from webapp.db import db
from webapp.live import messages

__all__ = ["client"]


def test_a_file_with_mistakes_comes_back_with_all_of_them_and_its_text(client: FlaskClient) -> None:
    text = "section Floor\nA 1-10\ngrade R 10 000 000 000\nB 1-9 aisle 12\n"
    file = (io.BytesIO(text.encode()), "hall.txt")
    answer = client.post("/admin/plans/import", data={"file": file})
    assert answer.status_code == 422
    for words in ("line 2, column 1", "line 4, column 13", "The row has no seat 12.", "B 1-9 aisle 12"):
        assert words in answer.text
    assert count(SeatPlan) == 0


def file_of(size: int) -> dict[str, Any]:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="hall.txt"\r\n\r\n'
    return {"data": head + b"#" * size + b"\r\n--x--\r\n", "content_type": "multipart/form-data; boundary=x"}


def test_only_an_operator_may_send_a_large_file(client: FlaskClient, visit: Visitor) -> None:
    path = "/admin/plans/import"
    assert "at most 256 kB" in client.post(path, **file_of(600_000)).text
    assert visit(fan("stranger")).post(path, **file_of(600_000)).status_code in {404, 413}
    assert client.post(path, **file_of(17_000_000)).status_code == 413


def test_prices_are_for_whoever_buys_next(client: FlaskClient) -> None:
    evening = house()
    order = hold(fan("holder"), evening, 1)
    path = f"/admin/schedules/{evening.id}/edit"
    times = {"starts_at": "2027-03-02T19:30", "doors_at": "2027-03-02T18:30"}
    wrong = edit(client, path, **times, **{"price-0": "free"})
    assert 'id="price-0-error"' in wrong.text
    assert 'value="free"' in wrong.text
    assert edit(client, path, **times, **{"price-0": "₩120,000"}).status_code == 303
    later = hold(fan("latecomer"), evening, 2)
    assert [one.price for one in (seat(evening, 1), seat(evening, 2))] == [120_000, 120_000]
    assert [views.items(one.id)[0].price for one in (order, later)] == [100_000, 120_000]
    assert actions()[-1].before["prices"] == {"R": 100_000}
    assert db.session.get_one(Schedule, evening.id, populate_existing=True).edition == 2


def test_another_house_is_shown_before_it_is_taken(client: FlaskClient) -> None:
    evening = house(rows=2, seats=6)
    hold(fan("holder"), evening, 12)  # B-6
    small = saved_plan(client, "section Floor\ngrade R\nA 1-4\n")
    path = f"/admin/schedules/{evening.id}/plan?plan={small}"
    page = client.get(path).text
    for words in ("1 seat is in the way", "Floor B-6", "not there"):
        assert words in page
    refused = client.post(path, data={"seen": seen_of(page), "price-0": "90000"})
    assert refused.status_code == 409
    assert count(Seat) == 12
    wide = saved_plan(client, "section Floor\ngrade R\nA 1-4\nB 1-8\n")
    path = f"/admin/schedules/{evening.id}/plan?plan={wide}"
    assert edit(client, path, **{"price-0": "90000"}).status_code == 303
    assert count(Seat) == 12
    assert seat(evening, 10).held_until is not None


def test_the_ladder_of_fees_is_edited_and_only_made_kinder_once_tickets_are_sold(client: FlaskClient) -> None:
    house()
    path = "/admin/concerts/show/refund-terms"
    ladder = {"free_days": "3", "free_ends_days_before": "10", "flat_fee": "2000", "flat_fee_most_percent": "10"}
    assert edit(client, path, **ladder, **{"days-0": "5", "percent-0": "50"}).status_code == 303
    stored = db.session.scalars(select(Concert), execution_options={"populate_existing": True}).one()
    assert stored.refund_terms["steps"] == [[5, 50]]
    climbing = {"days-0": "5", "percent-0": "50", "days-1": "7", "percent-1": "60"}
    refused = edit(client, path, **ladder, **climbing)
    assert "The days go down from step to step" in refused.text
    assert 'value="60"' in refused.text


def test_a_ladder_is_not_made_harsher_when_the_first_ticket_is_sold_while_it_is_saved(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening, read = house(), ladder_form.terms_of

    def sell_meanwhile(*form: Any) -> Any:
        payment = begin_card(hold(fan("buyer"), evening, 1), 100_000)
        assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
        return read(*form)

    monkeypatch.setattr(ladder_form, "terms_of", sell_meanwhile)
    harsh = {"free_days": "0", "free_ends_days_before": "0", "flat_fee": "90000", "flat_fee_most_percent": "100"}
    refused = edit(client, "/admin/concerts/show/refund-terms", **harsh, **{"days-0": "50", "percent-0": "90"})
    assert (refused.status_code, "Fans have bought or are buying under this ladder" in refused.text) == (422, True)


def test_numbers_chosen_on_the_map_before_an_edit_hold_nothing(client: FlaskClient, visit: Visitor) -> None:
    evening, chooser = house(), fan("holder")
    admit(chooser, evening.concert_id)
    browser = visit(chooser)
    page = f"/schedules/{evening.id}"
    assert 'name="edition" value="1"' in browser.get(f"{page}?view=list").text
    assert browser.get(f"{page}/seats.json").json["edition"] == 1
    times = {"starts_at": "2027-03-02T19:30", "doors_at": "2027-03-02T18:30"}
    assert edit(client, f"/admin/schedules/{evening.id}/edit", **times, **{"price-0": "120000"}).status_code == 303
    assert browser.get(f"{page}/seats.json").json["edition"] == 2
    for wish in ({"seat": "1"}, {"best": "1"}):
        late = browser.post(f"{page}/holds", data={**wish, "edition": "1", "view": "list"})
        assert late.status_code == 409
        assert "have just changed" in late.text
        assert 'name="edition" value="2"' in late.text
    assert seat(evening, 1).held_until is None
    assert '[["R", 120000]]' in browser.get(page).text
    assert browser.post(f"{page}/holds", data={"seat": "1", "edition": "2"}).status_code == 303


def test_open_maps_are_told_of_an_edit(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    evening, heard = house(), list[dict[str, Any]]()
    monkeypatch.setattr(messages, "_publish", lambda message, _send=None: heard.append(message))
    times = {"starts_at": "2027-03-02T19:30", "doors_at": "2027-03-02T18:30"}
    edit(client, f"/admin/schedules/{evening.id}/edit", **times, **{"price-0": "120000"})
    (told,) = [message for message in heard if message["event"] == "seats_changed"]
    assert (told["schedule"], told["changes"]) == (evening.id, [[0, 0]])


def test_a_plan_is_renamed_copied_archived_and_offered_again(client: FlaskClient) -> None:
    plan = saved_plan(client)
    edit(client, f"/admin/plans/{plan}", name="Red Hall")
    assert db.session.get_one(SeatPlan, plan, populate_existing=True).name == "Red Hall"
    copied = client.post(f"/admin/plans/{plan}/copies").location
    copy = db.session.get_one(SeatPlan, int(copied.rsplit("/", 1)[1]))
    assert copy.id != plan
    assert copy.document["sections"] == db.session.get_one(SeatPlan, plan).document["sections"]
    assert "Red Hall" in client.get("/admin/plans").text
    client.post(f"/admin/plans/{plan}/archiving")
    assert f'href="/admin/plans/{plan}"' not in client.get("/admin/plans").text
    assert f'href="/admin/plans/{plan}"' in client.get("/admin/plans?part=archived").text
    client.post(f"/admin/plans/{plan}/restoring")
    assert f'href="/admin/plans/{plan}"' in client.get("/admin/plans").text
    assert [one.action for one in actions()] == ["create plan", "rename plan", "archive plan", "restore plan"]


def test_the_grades_of_an_imported_plan_are_named_and_priced(client: FlaskClient) -> None:
    evening, plan = house(), saved_plan(client)
    do(lambda: setattr(db.session.get_one(SeatPlan, plan), "source", None))  # as one that came from pretix
    draft = client.post(f"/admin/plans/{plan}/copies").location
    known = re.findall(r'name="known" value="(\w+)"', client.get(draft).text)[0]
    twice = client.post(f"{draft}/grades", data={"known": known, "name-0": "S", "name-1": "S", "price-1": "1,5"})
    assert twice.status_code == 422
    for words in ("Two grades cannot have one name.", 'value="S"', 'value="1,5"'):
        assert words in twice.text
    sent = {"known": known, "name-0": "Gold", "name-1": "R", "price-0": "₩176,000", "price-1": ""}
    assert client.post(f"{draft}/grades", data=sent).status_code == 303
    made = db.session.get_one(SeatPlan, int(draft.rsplit("/", 1)[1]), populate_existing=True)
    assert (seat_plans.grades_of(made.document), made.prices) == (["Gold", "R"], {"Gold": 176_000})
    late = client.post(f"{draft}/grades", data=sent | {"price-1": "1000"})
    assert (late.status_code, "Somebody has saved" in late.text) == (409, True)
    # Once it is saved the names stay, whatever is sent, and the prices are where new dates begin.
    assert edit(client, draft, name="Gold Hall").status_code == 303
    known = re.findall(r'name="known" value="(\w+)"', client.get(draft).text)[0]
    assert client.post(f"{draft}/grades", data=sent | {"known": known, "name-0": "VIP"}).status_code == 409
    client.post(f"{draft}/grades", data={"known": known, "price-0": "176,000", "price-1": "99000"})
    assert db.session.get_one(SeatPlan, made.id, populate_existing=True).prices == {"Gold": 176_000, "R": 99_000}
    assert actions()[-1].after["prices"] == {"Gold": 176_000, "R": 99_000}
    assert seat(evening, 1).price == 100_000
