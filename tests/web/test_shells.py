"""A page that is rendered once for a moment: every fan finds their own words in it, and nobody else's."""

import base64
import hashlib
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from tests.builders import NOW, concert, do, fans, schedule, soon
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor
from webapp import memory
from webapp.accounts.models import User
from webapp.db import db
from webapp.waiting_room import joining

LINE = "/concerts/show/line"


@pytest.fixture
def pages(house: Flask, visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The waiting room of three fans in a row, from one shell, and each answer's policy."""
    show, crowd = concert(capacity=0), fans(3)
    do(joining.join_all, crowd, show.id, NOW)
    memory.forget()
    monkeypatch.setattr(memory, "forget", lambda: None)
    monkeypatch.setitem(house.config, "WTF_CSRF_ENABLED", True)
    answers = [visit(user).get(LINE) for user in crowd]
    return [(answer.text, answer.headers["Content-Security-Policy"]) for answer in answers]


def found(pattern: str, page: str) -> list[str]:
    return re.findall(pattern, page)


def test_each_fan_sees_their_own_number(pages: list[tuple[str, str]]) -> None:
    assert [found(r'data-number="(\d+)"', page) for page, _ in pages] == [["1"], ["2"], ["3"]]
    assert [found(r'data-ahead data-digits="1">(\d)<', page) for page, _ in pages] == [["0"], ["1"], ["2"]]


def test_the_one_behind_the_first_has_a_person_ahead_and_the_third_has_people(pages: list[tuple[str, str]]) -> None:
    labels = [found(r'position-label">([^<]+)<', page) for page, _ in pages]
    assert labels == [["people are ahead of you"], ["person is ahead of you"], ["people are ahead of you"]]


def test_each_fan_has_one_token_in_every_form_and_it_is_their_own(pages: list[tuple[str, str]]) -> None:
    tokens = [set(found(r'name="csrf_token" value="([^"]+)"', page)) for page, _ in pages]
    assert [len(one) for one in tokens] == [1, 1, 1]
    assert len(set.union(*tokens)) == 3


def test_a_forms_token_is_worth_nothing_to_anybody_else(
    house: Flask, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, crowd = concert(capacity=0), fans(2)
    do(joining.join_all, crowd, show.id, NOW)
    monkeypatch.setattr(memory, "forget", lambda: None)
    monkeypatch.setitem(house.config, "WTF_CSRF_ENABLED", True)
    holder, thief = (visit(user) for user in crowd)
    token = found(r'name="csrf_token" value="([^"]+)"', holder.get(LINE).text)[0]
    assert thief.get(LINE).status_code == 200
    assert thief.post(f"{LINE}/departure", data={"csrf_token": token}).status_code == 400
    assert holder.post(f"{LINE}/departure", data={"csrf_token": token}).status_code == 303


def test_the_policy_lets_in_the_import_map_by_its_hash_and_nothing_else_that_stands_in_a_page(
    pages: list[tuple[str, str]],
) -> None:
    for page, policy in pages:
        (listed,) = found(r'<script type="importmap">(.*?)</script>', page)
        digest = base64.b64encode(hashlib.sha256(listed.encode()).digest()).decode()
        assert found(r"script-src ([^;]+);", policy) == [f"'self' 'sha256-{digest}'"]


def test_no_hole_is_left(pages: list[tuple[str, str]]) -> None:
    assert not [page for page, _ in pages if "\x02" in page or "\x03" in page]


def test_a_name_is_escaped_in_a_shell_too(visit: Visitor) -> None:
    show, (user,) = concert(capacity=0), fans(1)
    do(joining.join, user, show.id, NOW)
    do(_rename, user, "<b>Bold</b>")
    page = visit(user).get(LINE).text
    assert "&lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<b>Bold" not in page


def test_a_per_cent_sign_and_the_words_of_a_hole_stay_what_they_are(visit: Visitor) -> None:
    show, (user,) = concert(capacity=0, title_en="100% %(number)b"), fans(1)
    do(joining.join, user, show.id, NOW)
    do(_rename, user, "50% %(ahead)b")
    page = visit(user).get(LINE).text
    assert "100% %(number)b" in page
    assert "50% %(ahead)b" in page
    assert "%%" not in page


def test_what_the_last_action_said_to_one_fan_is_said_to_no_other(
    visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, (told, other) = concert(capacity=0), fans(2)
    do(joining.join_all, [told, other], show.id, NOW)
    monkeypatch.setattr(memory, "forget", lambda: None)
    browser = visit(told)
    with browser.session_transaction() as session:
        session["_flashes"] = [("info", "Only for you.")]
    assert "Only for you." in browser.get(LINE).text
    assert "Only for you." not in visit(other).get(LINE).text
    assert "Only for you." not in browser.get(LINE).text


def test_a_concerts_page_tells_each_of_its_visitors_where_they_stand(
    visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, (called, first, second, new) = concert(capacity=1), fans(4)
    schedule(show)
    do(joining.join_all, [called, first, second], show.id, NOW)
    monkeypatch.setattr(memory, "forget", lambda: None)
    said = [
        found(r"It is your turn|(?:\d people are|1 person is) ahead|Join the line", _page(visit, one))
        for one in (called, first, second, new, None)
    ]
    assert said == [
        ["It is your turn"],
        ["0 people are ahead"],
        ["1 person is ahead"],
        ["Join the line"],
        ["Join the line"],
    ]


def test_a_page_counts_down_from_when_it_was_asked_for(
    visit: Visitor, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    concert(opens_at=NOW + timedelta(minutes=2))
    monkeypatch.setattr(memory, "forget", lambda: None)
    asked_at = []
    for _ in range(2):
        asked_at += found(r'data-now="([^"]+)"', _page(visit, None))
        timepiece.pass_(seconds=1)
    assert asked_at == ["2026-12-01T12:00:00.000Z", "2026-12-01T12:00:01.000Z"]


def test_the_first_fan_in_a_lobby_reads_that_one_is_there(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule(soon())
    client = visit(fans(1)[0])
    monkeypatch.setattr(memory, "forget", lambda: None)
    assert "The lobby is open." in client.get("/concerts/show").text
    client.post("/concerts/show/lobby")
    assert found(r"data-fans>(\d+)<", client.get("/concerts/show/lobby").text) == ["1"]


def test_one_visitors_address_is_in_nobody_elses_page(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    concert()
    monkeypatch.setattr(memory, "forget", lambda: None)
    assert "from=a-friend" in visit(None).get("/concerts/show?from=a-friend").text
    assert "from=a-friend" not in visit(None).get("/concerts/show").text


def test_the_listing_greets_each_fan_by_their_own_name(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    concert()
    monkeypatch.setattr(memory, "forget", lambda: None)
    names = [found(r'menu-name">([^<]+)<', visit(user).get("/").text) for user in [*fans(2), None]]
    assert names == [["Fan-1"], ["Fan-2"], []]


def _page(visit: Visitor, user: int | None) -> str:
    return str(visit(user).get("/concerts/show").text)


def _rename(user_id: int, name: str) -> None:
    db.session.execute(update(User).where(User.id == user_id).values(name=name))
