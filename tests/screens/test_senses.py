"""What is heard, what moves and what can be found again: the parts of access that no rule on a page can see."""

import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select, update

from tests.builders import do, report
from tests.running import wait_until
from tests.screens.cast import attempt, expire, total
from tests.screens.conftest import Looking
from tests.screens.scenes_of_the_seats import take
from tests.screens.stage import Look
from webapp import clock
from webapp.booking.models import Order
from webapp.checkout import settling
from webapp.checkout.models import Payment
from webapp.db import db
from webapp.waiting_room import admission, steering
from webapp.waiting_room.lobby_models import LobbyEntry
from webapp.waiting_room.models import QueueSession

# A copy of the room: the page's own board goes on hearing of the real line, and would speak in between.
SAID = """() => {
  window.room = document.querySelector(".room").cloneNode(true);
  const said = window.room.querySelector(".room > [data-said]");
  window.said = [];
  const observer = new MutationObserver(() => window.said.push(said.textContent));
  observer.observe(said, { childList: true, characterData: true });
}"""
BOARD = """async (counts) => {
  const { board } = await import("frontrow/waiting_room/board");
  window.shown ??= board(window.room);
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
    with looking("order-nearly-over", is_own=True) as page:
        page.clock.install()
        page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
        page.reload()
        page.locator("form.pay > .button").focus()
        expire(latest_order(), -1)
        lost: list[str] = []

        def lose_the_first(route: Route) -> None:
            if lost or "x-fragment" not in route.request.headers:
                return route.continue_()
            lost.append(route.request.url)
            return route.abort()

        page.route("**/orders/*", lose_the_first)
        heading, said = page.locator("#order-status h1"), "The hold ran out."

        def is_over() -> bool:
            page.clock.fast_forward(10_000)
            return heading.inner_text() == said

        # Told at zero, the page asks; that an answer is lost, or comes too early, is not the end of it.
        wait_until(is_over, what=said)
        assert lost
        expect(heading).to_be_focused()
        expect(page).to_have_title(re.compile(f"^{said} · "))


def test_a_question_outlives_the_page_that_is_refreshed_under_it(looking: Looking) -> None:
    with looking("payment-pending") as page:
        page.locator("#another-way > summary").click()
        page.locator("form[data-question] button").click()
        page.evaluate("window.asked = document.querySelector('form[data-question]')")
        page.evaluate("document.querySelector('#order-status').dataset.last = ''")
        wait_until(lambda: not page.evaluate("window.asked.isConnected"), what="the form is another")
        page.locator("dialog [data-answer=yes]").click()
        expect(page.locator("#order-status h1")).to_have_text("You let these seats go.")


COUNTED = """() => {
  window.changes = 0;
  const outcome = document.querySelector("[data-outcome]");
  new MutationObserver(() => (window.changes += 1)).observe(outcome, { childList: true });
}"""


def newest_payment() -> Payment:
    found = db.session.query(Payment).order_by(Payment.id.desc()).first()
    assert found is not None
    return found


def test_what_became_of_a_payment_is_said_once(looking: Looking) -> None:
    with looking("payment-pending") as page:
        outcome = page.get_by_role("status").and_(page.locator("[data-outcome]"))
        expect(outcome).to_be_empty()
        page.evaluate(COUNTED)
        payment = newest_payment()
        do(settling.settle, payment.id, report(payment), clock.now())
        expect(outcome).to_have_text("See you there.")
        expect(page).to_have_title(re.compile(r"^See you there\. · "))
        assert page.evaluate("window.changes") == 1


def test_an_amount_that_is_typed_stays_when_points_come_in(looking: Looking) -> None:
    with looking("wallet") as page:
        page.locator("#amount").fill("12345")
        page.evaluate("document.body.dataset.same = 'page'")
        payment = newest_payment()
        do(settling.settle, payment.id, report(payment), clock.now())
        expect(page.locator(".wallet-balance")).to_have_text("₩660,000")
        expect(page.locator(".top-nav > [href='/wallet']")).to_contain_text("₩660,000")
        expect(page.locator("#amount")).to_have_value("12345")
        expect(page.locator("body[data-same]")).to_have_count(1)


def test_being_called_is_said_and_shows_the_way_to_the_seats(looking: Looking) -> None:
    with looking("waiting-called") as page:
        expect(page.locator(".room > [data-said]")).to_have_text("It is your turn.")
        expect(page).to_have_title(re.compile("^It is your turn"))
        expect(page.get_by_role("link", name="Choose seats")).to_be_visible()
        expect(page.locator(".room-foot")).to_be_hidden()


# A phone that has notifications for installed pages only.
PHONE = """() => {
  window.Notification = class {
    static permission = "granted";
    constructor() {
      throw new TypeError("use a service worker");
    }
  };
}"""
CALL = """() => {
  window.broken = null;
  onerror = (problem) => (window.broken = problem);
  document.dispatchEvent(new CustomEvent("frontrow:called", { detail: {} }));
  return window.broken;
}"""


def test_a_place_that_ends_is_said_and_what_belongs_to_waiting_goes(looking: Looking) -> None:
    with looking("waiting-next") as page:
        page.evaluate(PHONE)
        page.locator("[data-controller=tell-me]").click()
        assert page.evaluate(CALL) is None
        page.locator("[data-dialog=leave]").focus()
        place = db.session.query(QueueSession).order_by(QueueSession.id.desc()).first()
        assert place is not None
        user_id, concert_id = place.user_id, place.concert_id
        do(admission.leave, user_id, concert_id, clock.now())
        do(steering.set_capacity, concert_id, 50, clock.now())
        expect(page.locator(".room > [data-said]")).to_have_text("You left the line.")
        expect(page).to_have_title(re.compile("^You left the line"))
        expect(page.locator(".room-foot")).to_be_hidden()
        expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("favicon"))
        expect(page.get_by_role("button", name="Join the line again")).to_be_focused()


def test_one_fan_is_not_fans(looking: Looking) -> None:
    with looking("lobby-waiting", is_own=True) as page:
        page.clock.install()
        page.reload()
        last = select(func.max(LobbyEntry.id)).scalar_subquery()
        do(db.session.execute, update(LobbyEntry).where(LobbyEntry.id < last).values(left_at=clock.now()))
        fans = page.locator(".lobby-fans")
        expect(fans).to_have_text("61 fans in the lobby")
        for _ in range(6):
            with page.expect_response("**/lobby/status"):
                page.clock.fast_forward(14_000)
            if fans.inner_text() == "1 fan in the lobby":
                break
        expect(fans).to_have_text("1 fan in the lobby")


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
