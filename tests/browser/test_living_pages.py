"""Pages that move by themselves: the line, the operator's hand on it, and two fans who want one seat."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random

from playwright.sync_api import Page, WebSocketRoute, expect
from sqlalchemy import select

from tests.browser.conftest import Stage
from tests.builders import admit, concert, do, fan, hall, operator, schedule
from webapp import clock, layout, pages
from webapp.accounts.models import User
from webapp.concerts.models import Concert
from webapp.db import db
from webapp.waiting_room import admission, bands, joining


def small_show(capacity: int) -> Concert:
    show = concert(capacity=capacity)
    schedule(show, hall(rows=2, seats=6))
    return show


def test_a_fan_is_called_without_touching_the_page(enter: Stage) -> None:
    show = small_show(capacity=1)
    first, second = fan("first"), fan("second")
    fan("waiter")
    for user in (first, second):
        do(joining.join, user, show.id, clock.now())
    page = enter("waiter", "/concerts/show")
    page.get_by_role("button", name="Join the line").click()
    expect(page.get_by_text("person is ahead of you", exact=True)).to_be_visible()
    expect(page.locator(".live-mark[data-live=live]")).to_be_visible()
    do(admission.leave, first, show.id, clock.now())
    expect(page.get_by_text("people are ahead of you")).to_be_visible()
    do(admission.leave, second, show.id, clock.now())
    page.wait_for_url(re.compile(r"/schedules/\d+"))


def test_two_tabs_a_reload_and_another_device_show_the_same_place(enter: Stage) -> None:
    show = small_show(capacity=1)
    do(joining.join, fan("first"), show.id, clock.now())
    fan("waiter")
    phone, laptop = enter("waiter", "/concerts/show", wide=False), enter("waiter", "/concerts/show")
    for page in (phone, laptop):
        page.get_by_role("button", name="Join the line").click() if page is phone else page.reload()
        page.goto("/concerts/show/line")
    laptop.reload()
    for page in (phone, laptop):
        expect(page.locator(".position-facts dd").first).to_have_text("2")
    for page in (phone, laptop):
        expect(page.locator(".live-mark[data-live=live]")).to_be_visible()
    leave(show, "waiter")  # on a third; the line does not reach the number, and yet both know
    for page in (phone, laptop):
        expect(page.locator("#position")).to_contain_text("You left the line.")


def test_whoever_leaves_in_front_is_taken_off_without_the_page_asking(enter: Stage) -> None:
    show = small_show(capacity=0)
    for role in ("first", "second", "third", "waiter"):
        do(joining.join, fan(role), show.id, clock.now())
    page = enter("waiter", "/concerts/show/line")
    expect(page.locator(".live-mark[data-live=live]")).to_be_visible()
    expect(page).to_have_title(re.compile("^3 ahead"))
    page.route("**/line/position", lambda route: route.abort())
    leave(show, "second")
    expect(page).to_have_title(re.compile("^2 ahead"))
    join_again = do(joining.join, user_of("second"), show.id, clock.now())
    assert join_again.wait_number == 5
    leave(show, "second")
    with socket_away(page):
        leave(show, "first")
    expect(page).to_have_title(re.compile("^1 ahead"))  # the socket's answer was enough


@contextmanager
def socket_away(page: Page) -> Iterator[None]:
    """As when the browser puts the page aside and takes it out again."""
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    expect(page.locator(".live-mark[data-live=polling]")).to_be_visible()
    yield
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator(".live-mark[data-live=live]")).to_be_visible()


def test_a_tick_counts_by_its_number_though_the_page_has_heard_of_a_later_moment(enter: Stage) -> None:
    concert("another")  # a line of its own number: the server takes what it heard of the last test's for newer
    show = small_show(capacity=0)
    for role in ("first", "second", "waiter"):
        do(joining.join, fan(role), show.id, clock.now())
    page = enter("waiter", "/concerts/show/line")
    expect(page.locator(".live-mark[data-live=live]")).to_be_visible()
    expect(page).to_have_title(re.compile("^2 ahead"))
    page.route("**/line/position", lambda route: route.abort())
    # Made before the answer that the page has had, and delivered after it.
    assert do(admission.leave, user_of("first"), show.id, clock.now() - timedelta(minutes=1))
    expect(page).to_have_title(re.compile("^1 ahead"))


def test_a_page_reckons_and_writes_figures_as_the_server_does_and_never_says_too_few(open_page: Stage) -> None:
    page = open_page()
    page.goto("/")
    reckon = "([tick, mine]) => import('frontrow/waiting_room/ahead').then(({ aheadOf }) => aheadOf(tick, mine))"
    chance = Random(11)
    for _ in range(40):
        serving, width = chance.randrange(500), 2 ** chance.randrange(6)
        left = [serving // width * width, width, *(chance.randrange(width) for _ in range(chance.randrange(1, 64)))]
        mine = serving + chance.randrange(1, 2000)
        for departures in (left, []):
            said = page.evaluate(reckon, [{"serving": serving, "left": departures}, mine])
            assert said == bands.ahead(serving, departures, mine)
    amounts = [0, 7, 999, 1_000, 132_000, 1_234_567, 10_000_000, -5_000]
    write = "(all) => import('frontrow/words').then(({ money, number }) => all.map((one) => [number(one), money(one)]))"
    assert page.evaluate(write, amounts) == [[pages.number(amount), layout.money(amount)] for amount in amounts]


def leave(show: Concert, role: str) -> None:
    assert do(admission.leave, user_of(role), show.id, clock.now())


def user_of(role: str) -> int:
    return db.session.scalars(select(User.id).where(User.email == f"{role}@frontrow.test")).one()


def test_a_paused_line_is_seen_by_whoever_waits(enter: Stage) -> None:
    show = small_show(capacity=1)
    do(joining.join, fan("first"), show.id, clock.now())
    do(joining.join, fan("waiter"), show.id, clock.now())
    operator()
    waiting = enter("waiter", "/concerts/show/line")
    expect(waiting.locator(".live-mark[data-live=live]")).to_be_visible()
    steering = enter("operator", "/admin/concerts/show")
    steering.get_by_role("button", name="Pause the line").click()
    steering.get_by_role("dialog").get_by_role("button", name="Pause the line").click()
    expect(waiting.get_by_text("The line is paused. Your place is kept.")).to_be_visible()
    steering.get_by_role("button", name=re.compile("Resume")).click()
    expect(waiting.get_by_text("The line is paused. Your place is kept.")).to_be_hidden()


def test_two_fans_fight_for_one_seat_and_one_is_told_plainly(enter: Stage) -> None:
    show = concert(capacity=5)
    evening = schedule(show, hall())
    pages: list[Page] = []
    for role in ("faster", "slower"):
        admit(fan(role), show.id, clock.now())
        pages.append(enter(role, f"/schedules/{evening.id}?view=list", java_script_enabled=False))
    for page in pages:
        page.get_by_label("3 free").first.check()
    pages[0].get_by_role("button", name="Hold these seats").click()
    pages[0].wait_for_url("**/orders/*")
    pages[1].get_by_role("button", name="Hold these seats").click()
    expect(pages[1].get_by_text("Seat Floor A-3 was just taken.")).to_be_visible()
    expect(pages[1].get_by_label("3 held by someone").first).to_be_disabled()


def test_a_seat_taken_by_another_changes_before_ones_eyes(enter: Stage) -> None:
    show = concert(capacity=5)
    evening = schedule(show, hall())
    for role in ("watcher", "taker"):
        admit(fan(role), show.id, clock.now())
    watching = enter("watcher", f"/schedules/{evening.id}?view=list")
    seat = watching.locator("label.seat-box").nth(2)
    expect(seat).to_have_attribute("data-state", "free")
    expect(watching.locator(".live-mark[data-live=live]")).to_be_attached()
    taking = enter("taker", f"/schedules/{evening.id}?view=list")
    taking.locator("label.seat-box").nth(2).click()
    taking.get_by_role("button", name="Hold these seats").click()
    taking.wait_for_url("**/orders/*")
    expect(seat).to_have_attribute("data-state", "held")


def test_a_page_that_was_told_to_come_again_comes_again(enter: Stage) -> None:
    show = small_show(capacity=0)
    do(joining.join, fan("waiter"), show.id, clock.now())
    page = enter("waiter", "/concerts/show")
    refused = []

    def refuse_the_first(socket: WebSocketRoute) -> None:
        if refused:
            socket.connect_to_server()
            return
        refused.append(socket)
        socket.on_message(lambda said: socket.send('44{"message":"unavailable"}') if said == "40" else None)
        socket.send('0{"sid":"first","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":2000}')

    page.route_web_socket("**/socket.io/**", refuse_the_first)
    page.clock.install()
    page.goto("/concerts/show/line")
    expect(page.locator(".live-mark[data-live=polling]")).to_be_visible()
    page.clock.fast_forward("00:20")
    expect(page.locator(".live-mark[data-live=live]")).to_be_visible()
