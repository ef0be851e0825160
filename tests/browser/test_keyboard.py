"""A purchase without a mouse, on the map and in the list. What has the focus is marked, and nothing lies over it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Stage
from tests.builders import PASSWORD, concert, fan, hall, schedule
from tests.running import wait_until

MOST_TABS = 80
SEEN = """(one) => {
  const shape = one.getBoundingClientRect();
  const [x, y] = [shape.x + shape.width / 2, shape.y + shape.height / 2];
  const above = document.elementFromPoint(x, y);
  const mine = [one, ...(one.labels ?? [])];
  return { marked: one.matches(":focus-visible"), free: mine.some((part) => part.contains(above)) };
}"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            assert wanted.evaluate(SEEN) == {"marked": True, "free": True}
            return
    raise AssertionError(f"{MOST_TABS} times Tab does not lead to {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    tab_to(page, wanted)
    page.keyboard.press(key)


@pytest.fixture
def fan_at_the_keyboard(open_page: Stage) -> Page:
    """Signed in and called, before the dates; there are two evenings in a small hall."""
    show = concert(capacity=5)
    for day in (1, 2):
        schedule(show, hall(rows=3, seats=8), days=day)
    fan("holder")
    page = open_page()
    page.goto("/sign-in?next=/concerts/show")
    tab_to(page, page.get_by_label("Email"))
    page.keyboard.type("holder@frontrow.test")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/concerts/show")
    press(page, page.get_by_role("button", name="Join the line"))
    page.wait_for_url("**/concerts/show/schedules")
    return page


def pay(page: Page) -> None:
    page.wait_for_url("**/orders/*")
    press(page, page.get_by_role("button", name="Pay ₩100,000"))
    page.wait_for_url("**/pay/*")
    press(page, page.get_by_role("button", name="Approve", exact=True))
    page.wait_for_url("**/orders/*")
    expect(page.get_by_role("heading", name="See you there.")).to_be_visible()
    press(page, page.locator("a[href^='/tickets/']").first)
    expect(page.locator("img[src$='/qr.svg']")).to_be_visible()


def test_a_purchase_with_the_keyboard_alone(fan_at_the_keyboard: Page) -> None:
    page = fan_at_the_keyboard
    press(page, page.locator("a[href^='/schedules/']").first)
    page.wait_for_url(re.compile(r"/schedules/\d+$"))
    house = page.get_by_role("application")
    tab_to(page, house)
    said = page.locator("[data-part=said]")

    def points_at(words: str) -> bool:
        page.keyboard.press("ArrowUp")
        return words in said.inner_text()

    # A house this small may be near from the start; else Enter goes into the section that is pointed at.
    wait_until(lambda: points_at("Floor"), 30, "a section or a seat is said")
    if "row" not in said.inner_text():
        page.keyboard.press("Enter")
    wait_until(lambda: points_at("row"), 30, "a seat is said")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Chosen")
    press(page, page.get_by_role("button", name="Hold 1 seat"))
    pay(page)


def test_a_purchase_through_the_list_with_the_keyboard_alone(fan_at_the_keyboard: Page) -> None:
    page = fan_at_the_keyboard
    press(page, page.locator("a[href^='/schedules/']").first)
    press(page, page.get_by_role("link", name="List"))
    page.wait_for_url("**view=list**")
    press(page, page.get_by_label("1 free", exact=True).first, "Space")
    expect(page.get_by_label("1 free", exact=True).first).to_be_checked()
    press(page, page.get_by_role("button", name="Hold these seats"))
    pay(page)
