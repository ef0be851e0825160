"""A concert speaks to each fan in their language, and in the other where it has no words in that."""

import pytest
from flask.testing import FlaskClient

from tests.builders import concert, fan, fans, schedule
from tests.web.conftest import Visitor
from tests.web.putting_on import CONCERT, actions, client, edit
from webapp import memory
from webapp.concerts import listing
from webapp.concerts.models import Schedule

__all__ = ["client"]

KOREAN = {"Accept-Language": "ko"}
ENGLISH = {"Accept-Language": "en"}
SAID = {
    "title_ko": "겨울 편지",
    "artist_ko": "새벽열차",
    "venue_ko": "미리내 홀",
    "city_ko": "서울",
    "description_ko": "저녁",
}
IN_ENGLISH = ("Show", "The Band", "The Hall", "Seoul", "An evening.")


@pytest.fixture
def evening(house: object) -> Schedule:
    return schedule(concert(capacity=0, **SAID))


@pytest.mark.usefixtures("evening")
def test_the_bill_and_the_concerts_page_are_in_the_fans_language(visit: Visitor) -> None:
    guest = visit(None)
    page = guest.get("/concerts/show", headers=KOREAN).text
    assert all(words in page for words in SAID.values())
    assert all(words not in page for words in IN_ENGLISH)
    page = guest.get("/concerts/show", headers=ENGLISH).text
    assert all(words in page for words in IN_ENGLISH)
    assert all(words not in page for words in SAID.values())
    assert "<title>겨울 편지 · Frontrow</title>" in guest.get("/concerts/show", headers=KOREAN).text
    assert "새벽열차" in guest.get("/", headers=KOREAN).text
    titles = [guest.get("/api/concerts", headers=one).json["concerts"][0]["title"] for one in (KOREAN, ENGLISH)]
    assert titles == ["겨울 편지", "Show"]


@pytest.mark.usefixtures("evening")
def test_what_is_kept_for_a_moment_is_never_given_to_a_fan_of_the_other_language(
    visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process, one moment: the waiting room's shell and the concert are remembered between these four pages."""
    korean, english = visit(fan("waiter")), visit(fan("latecomer"))
    korean.post("/concerts/show/line")
    english.post("/concerts/show/line")
    monkeypatch.setattr(memory, "forget", lambda: None)
    seen = [
        one.get("/concerts/show/line", headers=language).text
        for one, language in ((korean, KOREAN), (english, ENGLISH), (korean, KOREAN), (english, ENGLISH))
    ]
    assert ["겨울 편지" in page for page in seen] == [True, False, True, False]
    assert [">Show<" in page for page in seen] == [False, True, False, True]


@pytest.mark.usefixtures("evening")
def test_the_concerts_page_says_in_both_languages_how_many_are_ahead(visit: Visitor) -> None:
    waiter = fan("waiter")
    for one in (*fans(2), waiter):
        assert visit(one).post("/concerts/show/line").status_code == 303
    for asking, words in ((KOREAN, "내 앞에 2명이 있어요."), (ENGLISH, "2 people are ahead of you.")):
        assert words in visit(waiter).get("/concerts/show", headers=asking).text


@pytest.mark.usefixtures("evening")
def test_a_poster_is_in_the_language_its_address_names_whoever_asks(visit: Visitor) -> None:
    guest = visit(None)
    pictures = {
        (language, asking["Accept-Language"]): guest.get(f"/posters/show.svg?in={language}", headers=asking).text
        for language in ("en", "ko")
        for asking in (KOREAN, ENGLISH)
    }
    assert ["겨울 편지" in picture for picture in pictures.values()] == [False, False, True, True]
    assert "Show" in guest.get("/posters/show.svg?in=xx", headers=KOREAN).text
    addresses = {
        guest.get("/", headers=one).text.split('src="/posters/', 1)[1].split('"')[0] for one in (KOREAN, ENGLISH)
    }
    assert len(addresses) == 2


@pytest.mark.usefixtures("house")
def test_where_one_language_is_silent_fans_read_the_other(visit: Visitor) -> None:
    concert(title_ko="쇼", description_ko="", artist_en="", artist_ko="밴드")
    guest = visit(None)
    assert "An evening." in guest.get("/concerts/show", headers=KOREAN).text
    assert "밴드" in guest.get("/concerts/show", headers=ENGLISH).text


def test_a_text_is_needed_in_one_language_and_the_form_says_which(client: FlaskClient) -> None:
    silent = client.post("/admin/concerts/new", data={**CONCERT, "title_ko": " ", "venue_ko": "미리내\u200b홀"})
    assert silent.status_code == 422
    assert 'id="title_en-error">This is needed, in one language at least.' in silent.text
    assert 'id="venue_ko-error">There is a character in it that cannot be seen.' in silent.text
    assert "With an interval." in silent.text


def test_the_log_says_which_language_was_changed(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    edit(
        client,
        "/admin/concerts/winter-letter/edit",
        **{**CONCERT, "title_en": "Winter Letter", "venue_ko": "미리내 홀"},
    )
    assert listing.any_concert("winter-letter").venue_ko == "미리내 홀"
    changed = {name for name, value in actions()[-1].after.items() if actions()[-1].before[name] != value}
    assert changed == {"title_en", "venue_ko"}
    assert "Venue, in Korean" in client.get("/admin/log").text
    assert "공연장 (한국어)" in client.get("/admin/log", headers=KOREAN).text
