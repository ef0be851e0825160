"""What is heard, what moves and what can be found again: the parts of access that no rule on a page can see."""

import pytest
from playwright.sync_api import Page, expect

from tests.builders import do, report
from tests.screens.cast import attempt, expire, total
from tests.screens.conftest import Looking
from tests.screens.scenes_of_the_seats import take
from tests.screens.stage import Look
from webapp import clock
from webapp.booking.models import Order
from webapp.checkout import settling
from webapp.db import db

SAID = """() => {
  const said = document.querySelector(".position [data-said]");
  window.said = [];
  const observer = new MutationObserver(() => window.said.push(said.textContent));
  observer.observe(said, { childList: true, characterData: true });
}"""
BOARD = """async (counts) => {
  const { board } = await import("frontrow/waiting_room/board");
  window.shown ??= board(document.querySelector(".room"));
  for (const count of counts) {
    window.shown.people(count);
    await null;
  }
}"""


def hear(page: Page, *counts: int) -> list[str]:
    """What a screen reader says while these numbers come in."""
    page.evaluate("window.said.length = 0")
    page.evaluate(BOARD, list(counts))
    heard: list[str] = page.evaluate("[...window.said]")
    return heard


def test_the_position_is_said_now_and_then_and_near_the_end_each_time(looking: Looking) -> None:
    with looking("waiting-far-back") as page:
        page.evaluate(SAID)
        page.evaluate("now = performance.now(); performance.now = () => window.now")
        assert hear(page, 1284) == ["1,284 people are ahead of you."]
        assert hear(page, *range(1283, 1200, -1)) == []
        page.evaluate("window.now += 30_001")
        assert hear(page, 1199, 1198) == ["1,199 people are ahead of you."]
        assert len(hear(page, 7, 6, 5, 4)) == 2
        assert hear(page, 1) == ["1 person is ahead of you."]


def test_only_one_thing_speaks_of_the_position(looking: Looking) -> None:
    """The rolling digits are for the eyes: a screen reader would read every one of them."""
    with looking("waiting-far-back") as page:
        assert page.locator("[data-ahead].number-roll").get_attribute("aria-hidden") == "true"
        assert page.locator("[role=status], [aria-live]").filter(has=page.locator("[data-ahead]")).count() == 0


def latest_order() -> Order:
    return db.session.query(Order).order_by(Order.id.desc()).first()  # type: ignore[return-value]


def test_a_page_that_changes_keeps_the_fans_focus_and_choice(looking: Looking) -> None:
    with looking("order-points-and-card") as page:
        choice, points = page.locator("[value=split]"), page.locator("#points")
        points.fill("12000")
        choice.focus()
        order = latest_order()
        payment = attempt(order, total(order))
        do(settling.settle, payment.id, report(payment, "failed"), clock.now())
        expect(page.locator("[role=alert]")).to_be_visible()
        expect(choice).to_be_focused()
        expect(choice).to_be_checked()
        expect(points).to_have_value("12000")


def test_focus_goes_to_the_heading_when_what_had_it_is_gone(looking: Looking) -> None:
    with looking("order-nearly-over") as page:
        page.locator("form.pay > .button").focus()
        expire(latest_order(), 1)
        ended = "new CustomEvent('countdown:ended', { bubbles: true })"
        page.evaluate(f"document.querySelector('.countdown').dispatchEvent({ended})")
        heading = page.locator("#order-status h1")
        expect(heading).to_have_text("The hold ran out.")
        expect(heading).to_be_focused()


def test_a_seat_that_goes_while_it_has_the_focus_hands_it_on(looking: Looking) -> None:
    with looking("list-of-seats") as page:
        box = page.locator("label.seat-box input:checked").first
        number = int(box.get_attribute("value") or 0)
        box.focus()
        take(page, number, "faster")
        expect(page.locator(f"label.seat-box input[value='{number}']")).to_be_disabled()
        assert page.evaluate("document.activeElement.matches('[name=seat]:not(:disabled)')")


MOVING = """() => document.getAnimations()
  .filter((one) => one.playState === "running" && one.effect.getComputedTiming().duration > 50)
  .map((one) => one.animationName ?? one.transitionProperty)"""


@pytest.mark.parametrize("scene", ["payment-pending", "waiting-far-back", "house-on-sale"])
def test_nothing_moves_for_who_asked_for_stillness(looking: Looking, scene: str) -> None:
    with looking(scene, reduced_motion="reduce") as page:
        assert page.evaluate(MOVING) == []


def test_something_moves_for_everybody_else(looking: Looking) -> None:
    with looking("payment-pending", reduced_motion="no-preference") as page:
        assert page.evaluate(MOVING) == ["breathe"]


@pytest.mark.parametrize(
    "scene", ["concert-on-sale", "waiting-near", "list-of-seats", "order-points-and-card", "ticket"]
)
def test_letters_twice_as_large_still_fit(looking: Looking, scene: str) -> None:
    with looking(scene, Look(width=780)) as page:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        hidden = (
            "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent.trim())"
        )
        assert page.locator("main .button").evaluate_all(hidden) == []


@pytest.mark.parametrize("scene", ["sign-in", "sign-up"])
def test_a_password_manager_fills_the_form_and_pasting_is_allowed(looking: Looking, scene: str) -> None:
    with looking(scene) as page:
        fields = page.locator("main form input:not([type=hidden])")
        filled = fields.evaluate_all("all => all.map((one) => [one.name, one.autocomplete])")
        new = "current-password" if scene == "sign-in" else "new-password"
        assert set(map(tuple, filled)) >= {("email", "email"), ("password", new)}
        paste = "new ClipboardEvent('paste', { bubbles: true, cancelable: true })"
        assert set(fields.evaluate_all(f"all => all.map((one) => one.dispatchEvent({paste}))")) == {True}


@pytest.mark.parametrize("scene", ["order-held", "list-of-seats", "waiting-near", "sign-in-refused"])
def test_in_forced_colours_what_can_be_pressed_still_has_an_edge(looking: Looking, scene: str) -> None:
    with looking(scene, forced_colors="active") as page:
        edges = "all => all.map((one) => getComputedStyle(one).borderTopWidth)"
        assert "0px" not in page.locator("main .button:visible, main .input:visible").evaluate_all(edges)
