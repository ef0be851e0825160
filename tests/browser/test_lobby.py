"""The lobby in a browser: entering, being taken to one's number, and checking the draw where it was drawn."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Stage
from tests.builders import concert, do, fan, fans, hall, schedule
from webapp import clock
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.waiting_room import lobby, steering, verifying

SOON_SECONDS = 6  # the page loads in the meantime
ASKED_WITHIN_MS = 20_000  # the lobby has asked how things are by then


def gathering(others: int = 6) -> Concert:
    """A show whose sale opens in a while, with others in its lobby."""
    show = concert(capacity=0, opens_at=clock.now() + timedelta(minutes=30))
    schedule(show, hall())
    for user in fans(others):
        do(lobby.enter, user, show.id, clock.now())
    return show


def test_from_the_lobby_to_a_number_that_the_browser_finds_again(enter: Stage) -> None:
    show = gathering()
    fan("waiter")
    page = enter("waiter", "/concerts/show")
    page.clock.install()
    page.get_by_role("button", name="Enter the lobby").click()
    expect(page.locator("[data-fans]")).to_have_text("7")
    expect(page.locator(".live-mark[data-live=live]")).to_be_visible()
    do(steering.open_sale, show.id, clock.now())
    page.clock.fast_forward(ASKED_WITHIN_MS)
    page.wait_for_url(re.compile(r"/concerts/show/line$"), timeout=30_000)
    number = page.locator(".position-facts dd").first.inner_text()
    page.get_by_role("link", name="Check the draw").click()
    expect(page.get_by_text(f"Number {number}", exact=True)).to_be_visible()
    page.get_by_role("button", name="Check it in this browser").click()
    expect(page.locator(".check-said[data-kind=good]")).to_contain_text(f"Your lot comes to number {number}.")


def test_at_zero_the_page_goes_by_itself(enter: Stage) -> None:
    show = gathering(others=0)
    do(lobby.enter, fan("waiter"), show.id, clock.now())
    page = enter("waiter", "/concerts/show/lobby")
    with transaction():
        db.session.get_one(Concert, show.id).sale_opens_at = clock.now() + timedelta(seconds=SOON_SECONDS)
    page.reload()
    expect(page.locator(".lobby-clock")).to_be_visible()
    page.wait_for_url(re.compile(r"/concerts/show/line$"), timeout=60_000)
    expect(page.locator(".position-facts dd").first).to_have_text("1")
    public = verifying.published(show.id)
    assert public is not None
    assert public.fans == 1


def test_a_list_that_was_altered_on_the_way_is_noticed(enter: Stage) -> None:
    show = gathering()
    do(steering.open_sale, show.id, clock.now())
    fan("stranger")
    page = enter("stranger", "/concerts/show/draw")

    def swapped(text: str) -> str:
        head, first, second, *rest = text.split("\r\n")
        return "\r\n".join([head, second, first, *rest])

    page.route(
        "**/draw.csv",
        lambda route: route.fulfill(status=200, body=swapped(route.fetch().text()), content_type="text/csv"),
    )
    page.get_by_role("button", name="Check it in this browser").click()
    expect(page.locator(".check-said[data-kind=bad]")).to_contain_text("not in the order")
