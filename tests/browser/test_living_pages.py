"""Pages that move by themselves: the line, the operator's hand on it, and two fans who want one seat."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Stage
from tests.builders import admit, concert, do, fan, hall, operator, schedule
from webapp import clock
from webapp.concerts.models import Concert
from webapp.waiting_room import admission, joining


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
    expect(page.get_by_text("person is ahead of you")).to_be_visible()
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
    show = small_show(capacity=5)
    pages: list[Page] = []
    for role in ("faster", "slower"):
        admit(fan(role), show.id, clock.now())
        pages.append(enter(role, "/schedules/1?view=list", java_script_enabled=False))
    for page in pages:
        page.get_by_label("3 free").first.check()
    pages[0].get_by_role("button", name="Hold these seats").click()
    pages[0].wait_for_url("**/orders/*")
    pages[1].get_by_role("button", name="Hold these seats").click()
    expect(pages[1].get_by_text("Seat Floor A-3 was just taken.")).to_be_visible()
    expect(pages[1].get_by_label("3 held by someone").first).to_be_disabled()


def test_a_seat_taken_by_another_changes_before_ones_eyes(enter: Stage) -> None:
    show = small_show(capacity=5)
    for role in ("watcher", "taker"):
        admit(fan(role), show.id, clock.now())
    watching = enter("watcher", "/schedules/1?view=list")
    seat = watching.locator("label.seat-box").nth(2)
    expect(seat).to_have_attribute("data-state", "free")
    expect(watching.locator(".live-mark[data-live=live]")).to_be_attached()
    taking = enter("taker", "/schedules/1?view=list")
    taking.locator("label.seat-box").nth(2).click()
    taking.get_by_role("button", name="Hold these seats").click()
    taking.wait_for_url("**/orders/*")
    expect(seat).to_have_attribute("data-state", "held")


def test_on_the_map_a_seat_is_chosen_held_and_seen_held_by_another_fan(enter: Stage) -> None:
    show = small_show(capacity=5)
    for role in ("watcher", "taker"):
        admit(fan(role), show.id, clock.now())
    watching, taking = enter("watcher", "/schedules/1"), enter("taker", "/schedules/1")
    for page in (watching, taking):
        page.locator("[data-section='Floor'] .section-shape").click()
        expect(page.locator("[data-seat='3']")).to_have_attribute("data-state", "free")
    for page in (watching, taking):
        page.locator("[data-seat='3']").click()
        expect(page.locator("[data-seat='3']")).to_have_attribute("data-state", "chosen")
    taking.get_by_role("button", name="Hold 1 seat").click()
    taking.wait_for_url("**/orders/*")
    # Chosen by both, held by one: the other is told in words and sees it.
    expect(watching.locator("#booking-notices")).to_contain_text("3")
    expect(watching.locator("[data-seat='3']")).to_have_attribute("data-state", "held")
