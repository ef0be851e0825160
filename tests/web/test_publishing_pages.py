"""A draft is the operators' alone: they look at it as fans will, publish it, and may take it back."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import PASSWORD, concert, fan, schedule
from tests.web.conftest import Visitor
from tests.web.putting_on import CONCERT, DATE, actions, client, saved_plan
from webapp.concerts import listing
from webapp.concerts.models import Concert, Schedule
from webapp.db import db, transaction

__all__ = ["client"]

SETUP = "/admin/concerts/winter-letter/setup"
PUBLICATION, WITHDRAWAL = "/admin/concerts/winter-letter/publication", "/admin/concerts/winter-letter/withdrawal"
FANS_PAGES = ("", "/line", "/line/joining", "/line/position", "/line/status", "/line/departure", "/schedules")
LOBBY_PAGES = ("/lobby", "/lobby/entering", "/lobby/status", "/draw", "/draw.csv")


@pytest.fixture
def draft(client: FlaskClient) -> Schedule:
    """A draft with a date, made by hand."""
    client.post("/admin/concerts/new", data=CONCERT)
    client.post(f"/admin/concerts/winter-letter/schedules/new?plan={saved_plan(client)}", data=DATE)
    return db.session.scalars(select(Schedule)).one()


def test_a_draft_is_nowhere_for_fans_not_even_for_one_who_knows_its_address(draft: Schedule, visit: Visitor) -> None:
    guest, reader, owner = visit(None), visit(fan("waiter")), visit(operator_again())
    for browser in (guest, reader, owner):
        assert "winter-letter" not in browser.get("/").text
        for path in ("", "/line/status", "/lobby/status", "/draw", "/draw.csv"):
            assert browser.get(f"/concerts/winter-letter{path}").status_code == 404, path
    for browser in (reader, owner):
        for path in (*FANS_PAGES, *LOBBY_PAGES):
            assert browser.get(f"/concerts/winter-letter{path}").status_code == 404, path
        for path in ("/line", "/lobby", "/line/departure", "/lobby/departure"):
            assert browser.post(f"/concerts/winter-letter{path}").status_code == 404, path
        for path in (f"/schedules/{draft.id}", f"/schedules/{draft.id}/seats"):
            assert browser.get(path).status_code == 404, path
        assert browser.post(f"/schedules/{draft.id}/holds", data={"seats": "1"}).status_code == 404
    assert [one.get("/posters/winter-letter.svg").status_code for one in (guest, reader, owner)] == [404, 404, 200]


def test_programs_do_not_find_a_draft_either(draft: Schedule, visit: Visitor) -> None:
    program, concert_id = visit(None), draft.concert_id
    fan("waiter")
    assert program.get("/api/concerts").json == {"concerts": []}
    assert program.get(f"/api/queue/{concert_id}/status").status_code == 404
    assert program.get(f"/api/reservation/dates/available?concertId={concert_id}").status_code == 404
    entering = {"email": "waiter@frontrow.test", "password": PASSWORD, "concertId": concert_id}
    assert program.post("/api/queue/enter", json=entering).status_code == 404


def test_an_operator_looks_at_a_draft_as_fans_will_and_publishes_it(
    draft: Schedule, client: FlaskClient, visit: Visitor
) -> None:
    assert client.get("/admin/concerts/winter-letter").location == SETUP
    assert client.get("/admin/concerts/winter-letter", headers={"X-Fragment": "1"}).status_code == 404
    for address in ("/admin", SETUP):
        assert ">Draft<" in client.get(address).text
    preview = client.get("/admin/concerts/winter-letter/preview").text
    assert "This is how fans will see it." in preview
    assert "/concerts/winter-letter/line" not in preview
    assert "winter-letter" not in client.get("/admin/door").text
    for _ in range(2):
        assert client.post(PUBLICATION).location == SETUP
    assert visit(None).get("/concerts/winter-letter").status_code == 200
    assert client.get("/admin/concerts/winter-letter/preview").location == "/concerts/winter-letter"
    assert [one.action for one in actions()][-1:] == ["publish concert"]
    assert len(actions()) == 4
    assert "Published a concert" in client.get("/admin/log").text


def test_what_is_missing_is_said_on_the_page_and_by_the_refusal(client: FlaskClient) -> None:
    client.post("/admin/concerts/new", data=CONCERT)
    page = client.get(SETUP).text
    assert "There is no date to come" in page
    assert "publication" not in page
    client.post(PUBLICATION)
    assert "There is no date to come" in client.get("/admin").text
    assert listing.any_concert("winter-letter").is_draft


def test_a_sale_that_opens_at_once_is_opened_by_who_was_told_so(draft: Schedule, client: FlaskClient) -> None:
    with transaction():
        db.session.get_one(Concert, draft.concert_id).sale_opens_at -= (draft.starts_at - draft.doors_at) * 24 * 30
    assert "the sale opens as soon as you publish" in client.get(SETUP).text
    client.post(PUBLICATION)
    assert listing.any_concert("winter-letter").is_draft
    client.post(PUBLICATION, data={"opens": "at-once"})
    assert "On sale now" in client.get("/concerts/winter-letter").text


def test_back_to_draft_is_offered_while_nobody_has_anything_there(
    draft: Schedule, client: FlaskClient, visit: Visitor
) -> None:
    client.post(PUBLICATION)
    assert "Back to draft" in client.get(SETUP).text
    client.post(WITHDRAWAL)
    assert visit(None).get("/concerts/winter-letter").status_code == 404
    client.post(PUBLICATION)
    client.post("/admin/concerts/winter-letter/sale/opening")
    visit(fan("waiter")).post("/concerts/winter-letter/line")
    assert "Back to draft" not in client.get(SETUP).text
    client.post(WITHDRAWAL)
    assert "so it stays published" in client.get(SETUP).text
    assert "withdraw concert" in [one.action for one in actions()]


def test_a_copy_of_a_published_concert_is_a_draft(client: FlaskClient) -> None:
    schedule(concert(title_ko="쇼", artist_ko="밴드"))
    page = client.get("/admin/concerts/new?from=show").text
    assert 'value="밴드"' in page
    client.post("/admin/concerts/new?from=show", data={**CONCERT, "artist_ko": "밴드"})
    copy = listing.any_concert("winter-letter")
    assert (copy.is_draft, copy.artist_ko) == (True, "밴드")


def operator_again() -> int:
    """The operator who made the draft."""
    return actions()[0].operator_id
