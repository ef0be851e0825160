"""A fan buys: by card, by points, without JavaScript; on a wide screen and on a phone."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text, update

from tests.browser.conftest import Stage
from tests.builders import concert, do, fan, hall, schedule
from webapp import clock
from webapp.booking.models import Order, Reservation
from webapp.checkout import points
from webapp.concerts.models import Concert, Seat
from webapp.db import db


@pytest.fixture
def show(open_page: Stage) -> Concert:
    """A concert with two dates of a small hall on sale."""
    show = concert(capacity=5)
    schedule(show, hall(rows=3, seats=8), days=1)
    schedule(show, hall(rows=3, seats=8), days=2)
    return show


def go_to_seats(page: Page) -> None:
    """From the concert's page through the line to the first date's seats."""
    page.goto("/concerts/show")
    page.get_by_role("button", name="Join the line").click()
    page.wait_for_url("**/concerts/show/schedules")
    page.locator("a[href^='/schedules/']").first.click()
    page.wait_for_url(re.compile(r"/schedules/\d+"))


def hold_best(page: Page, count: int = 2) -> None:
    page.locator(f"input[name=best][value='{count}']").check()
    page.get_by_role("button", name="Find the best").click()
    page.wait_for_url("**/orders/*")


@pytest.mark.parametrize("wide", [True, False])
def test_a_purchase_by_card_from_the_line_to_the_ticket(enter: Stage, show: Concert, wide: bool) -> None:
    fan("holder")
    page = enter("holder", wide=wide)
    go_to_seats(page)
    hold_best(page)
    page.get_by_role("button", name="Pay ₩200,000").click()
    page.wait_for_url("**/pay/*")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.wait_for_url("**/orders/*")
    expect(page.get_by_role("heading", name="See you there.")).to_be_visible()
    page.locator("a[href^='/tickets/']").first.click()
    expect(page.locator("img[src$='/qr.svg']")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_purchase_by_points(enter: Stage, show: Concert) -> None:
    holder = fan("holder", point=250_000)
    page = enter("holder")
    go_to_seats(page)
    hold_best(page)
    page.get_by_role("radio", name=re.compile("^Points You have")).check()
    page.get_by_role("button", name="Pay ₩200,000").click()
    expect(page.get_by_role("heading", name="See you there.")).to_be_visible()
    assert points.balance(holder) == 50_000


def test_a_decline_is_told_plainly_and_can_be_tried_again(enter: Stage, show: Concert) -> None:
    fan("holder")
    page = enter("holder")
    go_to_seats(page)
    hold_best(page, 1)
    page.get_by_role("button", name="Pay ₩100,000").click()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("The payment was declined. You were not charged.").first).to_be_visible()
    page.get_by_role("button", name="Pay ₩100,000").click()
    page.get_by_role("button", name="Call back twice").click()
    expect(page.get_by_role("heading", name="See you there.")).to_be_visible()


def test_a_payment_that_never_calls_back_still_becomes_a_ticket(enter: Stage, show: Concert) -> None:
    fan("holder")
    page = enter("holder")
    go_to_seats(page)
    hold_best(page, 1)
    page.get_by_role("button", name="Pay ₩100,000").click()
    page.get_by_role("button", name="Approve but never call back").click()
    expect(page.get_by_role("heading", name="See you there.")).to_be_visible()


def test_without_javascript_a_fan_buys_from_the_list(enter: Stage, show: Concert) -> None:
    fan("holder", point=250_000)
    page = enter("holder", java_script_enabled=False)
    go_to_seats(page)
    page.wait_for_url("**/schedules/*?view=list")  # the map leads there by itself
    page.get_by_label("1 free").first.check()
    page.get_by_label("2 free").first.check()
    page.get_by_role("button", name="Hold these seats").click()
    page.wait_for_url("**/orders/*")
    page.get_by_role("radio", name=re.compile("^Points You have")).check()
    page.get_by_role("button", name="Pay ₩200,000").click()
    expect(page.get_by_role("heading", name="See you there.")).to_be_visible()


def test_the_hold_runs_out_before_the_fans_eyes(enter: Stage, show: Concert) -> None:
    fan("holder")
    page = enter("holder")
    go_to_seats(page)
    hold_best(page, 1)
    soon = clock.now() + timedelta(seconds=4)
    for table, column in ((Order, "expires_at"), (Reservation, "expires_at"), (Seat, "held_until")):
        held = text("held_until IS NOT NULL") if table is Seat else text("true")
        do(db.session.execute, update(table).where(held).values({column: soon}))
    page.reload()
    expect(page.get_by_role("heading", name="Your seats are held.")).to_be_visible()
    expect(page.get_by_role("heading", name="The hold ran out.")).to_be_visible()
    page.get_by_role("link", name="Back to the seats").click()
    page.wait_for_url(re.compile(r"/schedules/\d+"))


def test_a_wallet_is_topped_up_through_the_gateway(enter: Stage) -> None:
    holder = fan("holder")
    page = enter("holder", "/wallet")
    page.get_by_role("button", name="₩50,000").click()
    page.wait_for_url("**/pay/*")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.wait_for_url("**/wallet")
    expect(page.get_by_text("Topped up")).to_be_visible()
    assert points.balance(holder) == 50_000
