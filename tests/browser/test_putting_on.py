"""A promoter who has never seen it puts on a sale from nothing, and a fan buys."""

from playwright.sync_api import expect

from tests.browser.conftest import Stage
from tests.builders import fan, operator

ROWS = "section Floor\ngrade VIP 165,000\nA-B 1-8 aisle 4\ngrade R 132,000\nC-D 1-10\n"


def test_from_nothing_to_a_seat_that_is_bought(enter: Stage) -> None:
    operator()
    fan("holder")
    page = enter("operator", "/admin", wide=False)
    page.get_by_role("main").get_by_role("link", name="Put on a concert").first.click()
    for label, text in (("Title", "Winter Letter"), ("Artist", "The Band"), ("Venue", "The Hall"), ("City", "Seoul")):
        page.get_by_label(f"{label}, in English").fill(text)
    page.get_by_label("The sale opens at").fill("2030-01-01T20:00")
    page.get_by_role("button", name="Go on to the seats").click()
    page.get_by_role("link", name="Add a date").click()
    page.get_by_role("main").get_by_role("link", name="Make a new plan").click()
    page.get_by_label("Write the rows here").fill(ROWS)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("36 seats")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Save this plan").click()
    page.get_by_label("Begins").fill("2030-02-01T19:30")
    page.get_by_label("Doors open").fill("2030-02-01T18:30")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="Open it now").click()
    page.get_by_role("button", name="Open the sale now").click()
    page.get_by_role("dialog").get_by_role("button", name="Open the sale now").click()
    expect(page.get_by_text("On sale")).to_be_visible()
    buyer = enter("holder", "/concerts/winter-letter")
    buyer.get_by_role("button", name="Join the line").click()
    buyer.locator("input[name=best][value='2']").check()
    buyer.get_by_role("button", name="Find the best").click()
    buyer.wait_for_url("**/orders/*")
    expect(buyer.get_by_role("button", name="Pay ₩330,000")).to_be_visible()
