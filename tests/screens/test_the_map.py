"""Choosing seats on windows that are hardly there, without losing one's place, and with every grade told apart."""

from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import update

from tests.builders import do
from tests.running import wait_until
from tests.screens.conftest import Looking
from tests.screens.judging import overflow
from tests.screens.scenes_of_the_seats import free_seats, take
from webapp.concerts.models import Schedule
from webapp.db import db
from webapp.live import messages

# A desk's window at twice its size, a phone that lies, and a desk's window at four times its size (WCAG 1.4.10).
SHORT = [(640, 360), (844, 390), (320, 256)]
VIEW = "[data-part=view]"


def night_of(page: Page) -> Schedule:
    return db.session.get_one(Schedule, int(page.url.rsplit("/", 1)[1].split("?")[0]))


def can_hold(page: Page) -> list[str]:
    """What keeps a fan from holding the chosen seats in this window; [] when nothing does."""
    button = page.locator("[data-part=hold]")
    button.scroll_into_view_if_needed()
    seen = """(one) => {
      const { left, top, right, bottom } = one.getBoundingClientRect();
      const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      // What a box hides a script can scroll to, but no fan can.
      for (let box = one; (box = box.parentElement); ) {
        if (getComputedStyle(box).overflowY === "hidden" && box.scrollHeight > box.clientHeight + 1) return false;
      }
      return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && one.contains(over);
    }"""
    wrong = overflow(page) if button.evaluate(seen) else ["the button is out of reach", *overflow(page)]
    room = page.locator(VIEW).bounding_box()
    return wrong if room and room["height"] >= 120 else [*wrong, f"the house has {room}"]


def test_on_a_short_window_and_with_letters_twice_as_large_the_seats_can_be_held(looking: Looking) -> None:
    with looking("map-chosen") as page:
        wrong = {}
        for width, height in SHORT:
            page.set_viewport_size({"width": width, "height": height})
            wrong[width, height] = can_hold(page)
        page.set_viewport_size({"width": 780, "height": 900})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wrong["letters"] = can_hold(page)
        assert not any(wrong.values()), wrong


def test_the_focus_stays_when_chosen_seats_go(looking: Looking) -> None:
    with looking("map-chosen") as page:
        page.locator("[data-off]").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".sheet-seats li")).to_have_count(1)
        expect(page.locator("[data-off]")).to_be_focused()
        # The last one is lost to somebody else, with the hand on the button that would have held it.
        page.locator("[data-part=hold]").focus()
        take(page, int(page.locator("[data-off]").get_attribute("data-off") or 0), "faster")
        expect(page.locator(".sheet-seats li")).to_have_count(0)
        expect(page.locator(VIEW)).to_be_focused()


def test_another_language_keeps_the_chosen_seats(looking: Looking) -> None:
    with looking("map-chosen") as page:
        page.get_by_role("button", name="한국어").click()
        expect(page.locator("html")).to_have_attribute("lang", "ko")
        expect(page.locator(".sheet-seats li")).to_have_count(2)


RADII = """() => {
  const arc = CanvasRenderingContext2D.prototype.arc;
  window.radii = [];
  CanvasRenderingContext2D.prototype.arc = function (x, y, radius, ...rest) {
    if (this.canvas.isConnected) window.radii.push(radius);
    return arc.call(this, x, y, radius, ...rest);
  };
}"""


def ringed(page: Page, role: str) -> set[float]:
    """How far the ring goes out around a seat that somebody takes, frame by frame."""
    page.evaluate("window.radii.length = 0")
    take(page, free_seats(night_of(page))[0].number, role)
    wait_until(lambda: page.evaluate("window.radii.length") > 5, what="the seat is ringed")
    return set(page.evaluate("window.radii"))


def test_a_ring_around_a_seat_grows_only_for_who_likes_motion(looking: Looking) -> None:
    with looking("seats-while-holding", reduced_motion="reduce") as page:
        expect(page.locator(".live-mark[data-live=live]")).to_be_visible()
        page.evaluate(RADII)
        assert len(ringed(page, "first")) == 1
        page.emulate_media(reduced_motion="no-preference")
        assert len(ringed(page, "second")) > 1


def test_the_words_at_the_mouse_can_be_pointed_at_and_sent_away(looking: Looking) -> None:
    with looking("map-overview") as page:
        tip, view = page.locator(".seat-map-tip"), page.locator(VIEW)
        box = view.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.6)
        expect(tip).to_be_visible()
        words, over = tip.inner_text(), tip.bounding_box()
        assert over
        page.mouse.move(over["x"] + over["width"] / 2, over["y"] + over["height"] / 2)
        assert (tip.is_visible(), tip.inner_text(), tip.bounding_box()) == (True, words, over)
        at = view.get_attribute("data-at")
        view.focus()
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()
        assert view.get_attribute("data-at") == at


LOOKS = """async () => {
  const { palette } = await import("frontrow/seat_map/palette");
  const drawn = palette(document.querySelector("[data-part=view]"));
  const legend = document.querySelector(".grades");
  return Array.from({ length: 12 }, (_, place) => {
    const mark = document.createElement("span");
    mark.className = "grade-mark";
    mark.dataset.grade = place;
    legend.append(mark);
    const { backgroundColor, borderRadius, rotate, clipPath } = getComputedStyle(mark);
    const even = borderRadius === "50%" ? "disc" : "square";
    const shape = clipPath !== "none" ? "triangle" : rotate !== "none" ? "diamond" : even;
    return { drawn: [drawn.grade(place), drawn.shape(place)], shown: [backgroundColor, shape] };
  });
}"""


def test_twelve_grades_are_told_apart_alike_in_the_house_and_in_its_legend(looking: Looking) -> None:
    with looking("seats-while-holding") as page:
        expect(page.locator(VIEW)).to_have_attribute("data-nearness", "near")
        looks: list[dict[str, Any]] = page.evaluate(LOOKS)
        assert [one["drawn"] for one in looks] == [one["shown"] for one in looks]
        assert len({tuple(one["drawn"]) for one in looks}) == 12


def test_a_list_of_a_house_that_was_edited_is_fetched_anew(looking: Looking) -> None:
    with looking("list-of-seats") as page:
        expect(page.locator(".live-mark[data-live=live]")).to_be_attached()
        night = night_of(page)
        concert_id, night_id, edition = night.concert_id, night.id, night.edition
        page.evaluate("document.body.dataset.same = 'page'")
        edited = update(Schedule).where(Schedule.id == night_id).values(edition=edition + 1)
        do(db.session.execute, edited)
        messages.house_changed(concert_id, night_id)
        expect(page.locator("form.seat-form [name=edition]")).to_have_value(str(edition + 1))
        expect(page.locator("body[data-same]")).to_have_count(0)


def test_in_forced_colours_seats_are_told_apart_by_their_edges(looking: Looking) -> None:
    with looking("list-of-seats", forced_colors="active") as page:
        styles = "all => all.map((one) => [one.dataset.state, getComputedStyle(one).borderTopStyle])"
        found = dict(page.locator("label.seat-box").evaluate_all(styles))
        assert found == {"free": "solid", "held": "dashed", "sold": "dotted"}
        under = "all => all.map((one) => getComputedStyle(one).textDecorationLine)"
        assert set(page.locator("[aria-current]:not([aria-current=false])").evaluate_all(under)) == {"underline"}
