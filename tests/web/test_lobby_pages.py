"""The lobby's pages: entering, waiting for the opening, and checking the draw."""

import html
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import NOW, at, concert, do, fan, fans, gather, hall, operator, schedule, soon
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor
from webapp.db import db, transaction
from webapp.waiting_room import calling, drawing, lobby, steering

HERE = "/concerts/show/lobby"
JSON = {"Accept": "application/json"}


def seed() -> str:
    found = db.session.scalar(text("SELECT encode(seed, 'hex') FROM draws"))
    assert isinstance(found, str)
    return found


def test_before_the_sale_the_concerts_page_leads_into_the_lobby(visit: Visitor) -> None:
    schedule(soon(), hall())
    page = visit(None).get("/concerts/show").text
    assert f'action="{HERE}"' in page
    assert "Entering early gives no advantage" in page
    # Whoever looks first has the commitment made.
    assert 'href="/concerts/show/draw"' in page
    assert visit(None).get("/concerts/show/draw").status_code == 200


@pytest.mark.parametrize(("minutes", "lobby_minutes", "said"), [(90, 60, "The lobby opens"), (5, 0, "opens the line")])
def test_without_an_open_lobby_nobody_enters(visit: Visitor, minutes: int, lobby_minutes: int, said: str) -> None:
    schedule(soon(minutes, lobby_minutes=lobby_minutes), hall())
    client = visit(fan("early"))
    page = client.get("/concerts/show").text
    assert said in page
    assert "Enter the lobby" not in page
    refused = client.post(HERE, headers=JSON)
    assert (refused.status_code, refused.json["code"] if refused.json else "") == (409, "lobby-closed")


def test_a_signed_out_fan_signs_in_first_and_keeps_the_wish(visit: Visitor) -> None:
    soon()
    assert visit(None).post(HERE).headers["Location"] == f"/sign-in?next={HERE}/entering"
    assert f'action="{HERE}"' in visit(fan("waiter")).get(f"{HERE}/entering").text


def test_entering_twice_and_from_another_device_is_one_place(visit: Visitor) -> None:
    show, waiter = soon(), fan("waiter")
    for client in (visit(waiter), visit(waiter)):
        assert client.post(HERE).headers["Location"] == HERE
    assert lobby.count(show.id) == 1


def test_the_lobby_shows_the_commitment_and_the_lot_and_works_without_a_script(visit: Visitor) -> None:
    show, waiter = soon(), fan("waiter")
    client = visit(waiter)
    client.post(HERE)
    page = client.get(HERE).text
    entry, draw = lobby.entry(waiter, show.id), lobby.draw_of(show.id)
    assert entry is not None
    assert draw is not None
    assert str(entry.public_id) in page
    assert draw.commitment.hex() in page
    assert 'http-equiv="refresh"' in page
    assert "2026-12-01T12:05:00" in page


def test_whoever_is_not_in_the_lobby_is_shown_the_concert(visit: Visitor) -> None:
    soon()
    assert visit(fan("stranger")).get(HERE).headers["Location"] == "/concerts/show"


def test_the_seed_is_nowhere_before_the_draw(visit: Visitor) -> None:
    schedule(soon(), hall())
    insider, waiter = visit(operator()), visit(fan("waiter"))
    waiter.post(HERE)
    secret = seed()
    for client in (insider, waiter, visit(None)):
        for path in ("", "/lobby", "/lobby/status", "/draw", "/draw.csv", "/line/status"):
            assert secret not in client.get(f"/concerts/show{path}").text
    for path in ("/admin", "/admin/concerts/show", "/admin/log"):
        assert secret not in insider.get(path).text
    assert visit(None).get("/concerts/show/draw.csv").status_code == 404


def test_at_the_opening_the_page_leads_to_the_number_however_late_the_worker(
    visit: Visitor, timepiece: Timepiece
) -> None:
    show, crowd = soon(capacity=0), fans(3)
    gather(show.id, crowd)
    timepiece.pass_(minutes=5)
    client = visit(crowd[0])
    assert client.get(HERE).headers["Location"] == "/concerts/show/line"
    page = client.get("/concerts/show/line")
    assert page.status_code == 200
    assert 'href="/concerts/show/draw"' in page.text


def test_while_somebody_draws_nobody_waits_for_the_line_and_the_page_asks_again(
    visit: Visitor, timepiece: Timepiece
) -> None:
    show, crowd = soon(capacity=0), fans(2)
    gather(show.id, crowd[:1])
    client, stranger = (visit(user) for user in crowd)
    timepiece.pass_(minutes=5)
    with ThreadPoolExecutor(1) as threads, transaction():
        calling.lock(show.id)
        page = threads.submit(client.get, HERE).result(30)
        assert threads.submit(stranger.get, HERE).result(30).location == "/concerts/show/line"
    assert page.status_code == 200
    assert "The numbers are being drawn." in page.text
    assert '<meta http-equiv="refresh" content="2">' in page.text
    assert client.get(HERE).location == "/concerts/show/line"


def test_a_page_from_before_the_opening_enters_the_line(visit: Visitor, timepiece: Timepiece) -> None:
    show, (early, late) = soon(capacity=0), fans(2)
    gather(show.id, [early])
    timepiece.pass_(minutes=5)
    client = visit(late)
    assert client.post(HERE).headers["Location"] == "/concerts/show/line"
    place = client.get("/concerts/show/line/position", headers=JSON).json
    assert place
    assert place["number"] == 2
    assert "/concerts/show/draw" not in client.get("/concerts/show/line").text


def test_leaving_before_the_draw_and_after_it(visit: Visitor, timepiece: Timepiece) -> None:
    show, (stayer, leaver) = soon(capacity=0), fans(2)
    gather(show.id, [stayer, leaver])
    assert visit(leaver).post(f"{HERE}/departure").headers["Location"] == "/concerts/show"
    assert lobby.count(show.id) == 1
    timepiece.pass_(minutes=5)
    do(drawing.draw_at, show.id, at(minutes=5))
    assert visit(stayer).post(f"{HERE}/departure").headers["Location"] == "/concerts/show/line"


def test_a_sale_put_off_keeps_the_lobby(visit: Visitor) -> None:
    show, waiter = soon(), fan("waiter")
    gather(show.id, [waiter])
    do(steering.close_sale, show.id, NOW)
    assert "Your place in the lobby is kept" in visit(waiter).get(HERE).text


def test_the_status_is_the_same_for_everyone_and_cacheable(visit: Visitor, timepiece: Timepiece) -> None:
    show, crowd = soon(), fans(3)
    gather(show.id, crowd)
    first = visit(None).get(f"{HERE}/status")
    assert first.json
    assert (first.json["state"], first.json["fans"]) == ("open", 3)
    assert first.headers["Cache-Control"] == "public, max-age=2"
    assert "Set-Cookie" not in first.headers
    tag = {"If-None-Match": first.headers["ETag"]}
    assert visit(crowd[0]).get(f"{HERE}/status", headers=tag).status_code == 304
    timepiece.pass_(minutes=5)
    opened = visit(None).get(f"{HERE}/status", headers=tag).json
    assert opened
    assert opened["state"] == "over"


@pytest.mark.parametrize(("number", "milliseconds"), [(10, 1_000), (20_000, 10_000), (500_000, 30_000)])
def test_a_big_lobby_moves_on_over_a_longer_time(
    visit: Visitor, monkeypatch: pytest.MonkeyPatch, number: int, milliseconds: int
) -> None:
    show = soon()
    do(lobby.open_lobby, show.id, NOW)
    monkeypatch.setattr(lobby, "count", lambda concert_id: number)
    status = visit(None).get(f"{HERE}/status").json
    assert status
    assert status["spread_ms"] == milliseconds


def test_the_command_on_the_page_finds_the_fans_own_number(visit: Visitor, tmp_path: Path) -> None:
    show, crowd = soon(capacity=0), fans(9)
    gather(show.id, crowd)
    do(drawing.draw_at, show.id, at(minutes=5))
    client = visit(crowd[4])
    place = client.get("/concerts/show/line/position", headers=JSON).json
    assert place
    page = client.get("/concerts/show/draw").text
    assert seed() in page
    assert f"Number {place['number']}" in page
    command = re.search(r'<code id="command">(.*?)</code>', page, re.DOTALL)
    assert command
    (tmp_path / "check.py").write_text(html.unescape(command[1]))
    (tmp_path / "draw-show.csv").write_bytes(client.get("/concerts/show/draw.csv").data)
    done = subprocess.run([sys.executable, "check.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "The seed is the promised one: True",
        "The list is in the order of the draw: True",
        f"My number: {place['number']}",
    ]


def test_the_published_list_names_nobody(visit: Visitor) -> None:
    show, crowd = soon(), fans(3)
    gather(show.id, crowd)
    do(drawing.draw_at, show.id, at(minutes=5))
    answer = visit(None).get("/concerts/show/draw.csv")
    assert answer.mimetype == "text/csv"
    assert re.fullmatch(r"number,id\r\n(\d,[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\r\n){3}", answer.text)


def test_where_nothing_is_drawn_there_is_nothing_to_check(visit: Visitor) -> None:
    concert()
    for path in ("/draw", "/draw.csv"):
        assert visit(None).get(f"/concerts/show{path}").status_code == 404


def test_the_operator_sees_the_lobby_and_sets_its_time(visit: Visitor) -> None:
    show = soon()
    gather(show.id, fans(7))
    client = visit(operator())
    page = client.get("/admin/concerts/show").text
    assert re.search(r"In the lobby</dt><dd>7<", page)
    client.post("/admin/concerts/show/lobby", data={"minutes": "0"})
    assert 'name="minutes"' in client.get("/admin/concerts/show").text
    assert db.session.scalar(text("SELECT lobby_minutes FROM concerts")) == 0
    assert "Changed the lobby" in client.get("/admin/log").text
    client.post("/admin/concerts/show/lobby", data={"minutes": "99999"})
    assert 'data-kind="error"' in client.get("/admin/concerts/show").text


def test_the_command_line_checks_a_draw(house: Flask) -> None:
    show = soon()
    gather(show.id, fans(4))
    runner = house.test_cli_runner()
    assert "Nothing has been drawn" in runner.invoke(args=["verify-draw", "show"]).output
    assert "There is no concert" in runner.invoke(args=["verify-draw", "none"]).output
    do(drawing.draw_at, show.id, at(minutes=5))
    done = runner.invoke(args=["verify-draw", "show"])
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "4 fans, each with the number of their lot.")
