"""The map of a small hall and of an arena: by mouse, by finger, by keyboard; and what others do while one looks."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from tests.browser.conftest import Stage
from tests.browser.resting import come_to_rest
from tests.builders import admit, concert, do, fan, hall, schedule, seat_ids
from webapp import clock
from webapp.booking import holds
from webapp.booking.models import Order, Reservation
from webapp.concerts.models import Concert, Schedule, Seat
from webapp.concerts.plans import Plan, PlannedSeat, seats_of
from webapp.db import db, transaction
from webapp.dev import halls
from webapp.jobs import redis
from webapp.live import messages

Point = tuple[float, float]


@pytest.fixture
def show(open_page: Stage) -> Concert:
    return concert(capacity=5)


def seat_of(number: int, plan: Plan | None = None) -> PlannedSeat:
    return list(seats_of(plan or hall()))[number - 1]


def ready(page: Page) -> Page:
    """The map is drawn, hears the others, and rests."""
    expect(page.locator(".live-mark[data-live=live]")).to_be_visible()
    expect(page.locator("[data-part=view]")).to_have_attribute("data-at", re.compile(r"\d"))
    return page


def on_screen(page: Page, place: Point) -> Point:
    """Where a point of the plan is on the page, once the map rests."""
    view = page.locator("[data-part=view]")
    box = view.bounding_box()
    assert box
    scale, x, y = (float(part) for part in (view.get_attribute("data-at") or "").split())
    return box["x"] + place[0] * scale + x, box["y"] + place[1] * scale + y


def words_at(page: Page, place: Point) -> str:
    page.mouse.move(*on_screen(page, place))
    return page.locator(".seat-map-tip").inner_text()


def test_a_seat_chosen_by_two_is_held_by_one_and_the_other_sees_and_hears_it(enter: Stage, show: Concert) -> None:
    evening = schedule(show, hall())
    for role in ("watcher", "taker"):
        admit(fan(role), show.id, clock.now())
    watching, taking = (ready(enter(role, f"/schedules/{evening.id}")) for role in ("watcher", "taker"))
    seat = seat_of(3)
    for page in (watching, taking):
        page.mouse.click(*on_screen(page, (seat.x, seat.y)))
        expect(page.locator(".sheet-seats")).to_contain_text("Floor, row A, seat 3")
    taking.get_by_role("button", name="Hold 1 seat").click()
    taking.wait_for_url("**/orders/*")
    expect(watching.locator("#booking-notices")).to_contain_text(
        "Just taken by someone else: Floor, row A, seat 3. Choose another."
    )
    expect(watching.locator(".sheet-seats li")).to_have_count(0)
    assert "held by someone" in words_at(watching, (seat.x, seat.y))


def take(evening: Schedule, role: str, number: int) -> None:
    do(holds.place, fan(role), evening, seat_ids(evening, number), clock.now())


def run_out(order: Order) -> None:
    """The five minutes of this order are over."""
    now = clock.now()
    seats = select(Reservation.seat_id).where(Reservation.order_id == order.id)
    with transaction():
        db.session.execute(update(Seat).where(Seat.id.in_(seats)).values(held_until=now))
        db.session.execute(update(Reservation).where(Reservation.order_id == order.id).values(expires_at=now))
        db.session.execute(update(Order).where(Order.id == order.id).values(expires_at=now))


def test_a_seat_of_ones_own_that_ran_out_and_was_taken_over_is_ones_own_no_more(enter: Stage, show: Concert) -> None:
    evening, watcher = schedule(show, hall()), fan("watcher")
    admit(watcher, show.id, clock.now())
    order = do(holds.place, watcher, evening, seat_ids(evening, 3), clock.now())
    page, place = ready(enter("watcher", f"/schedules/{evening.id}")), (seat_of(3).x, seat_of(3).y)
    assert "yours" in words_at(page, place)
    run_out(order)
    take(evening, "taker", 3)
    expect(page.locator(".seat-map-tip")).to_contain_text("held by someone")


@pytest.mark.parametrize("wide", [True, False])
def test_in_an_arena_from_the_whole_house_to_a_held_seat(enter: Stage, show: Concert, wide: bool) -> None:
    plan = halls.arena()
    evening = schedule(show, plan)
    admit(fan("holder"), show.id, clock.now())
    page = ready(enter("holder", f"/schedules/{evening.id}", wide=wide))
    view, section = page.locator("[data-part=view]"), plan["sections"][4]
    seat = next(seat for seat in seats_of(plan) if seat.section == section["name"] and seat.place == "9")
    expect(view).to_have_attribute("data-nearness", "far")
    page.mouse.click(*on_screen(page, (seat.x, seat.y)))
    expect(view).to_have_attribute("data-nearness", "near")
    come_to_rest(page)
    # Somebody takes it before one's eyes; the one beside it is still to be had.
    take(evening, "faster", seat.number)
    expect(view).to_have_attribute("data-nearness", "near")
    page.mouse.move(*on_screen(page, (seat.x, seat.y)))
    expect(page.locator(".seat-map-tip")).to_have_text(re.compile("seat 9, VIP|seat 9, R"))
    expect(page.locator(".seat-map-tip")).to_have_text(re.compile("held by someone"))
    beside = seat_of(seat.number + 1, plan)
    page.mouse.click(*on_screen(page, (beside.x, beside.y)))
    expect(page.locator(".sheet-seats")).to_contain_text(f"{section['name']}, row 1, seat 10")
    # In another language one looks where one did, and the choice is still there.
    come_to_rest(page)
    before = on_screen(page, (seat.x, seat.y))
    page.get_by_role("button", name="한국어").click()
    expect(page.locator(".sheet-seats")).to_contain_text(f"{section['name_ko']} 1열 10번")
    come_to_rest(page)
    assert on_screen(page, (seat.x, seat.y)) == pytest.approx(before, abs=2)
    page.get_by_role("button", name="1석 선점하기").click()
    page.wait_for_url("**/orders/*")


def test_a_finger_chooses_no_seat_that_is_too_small_for_it(enter: Stage, show: Concert) -> None:
    plan = halls.concert_hall()
    evening = schedule(show, plan)
    admit(fan("holder"), show.id, clock.now())
    page = ready(enter("holder", f"/schedules/{evening.id}", wide=False, has_touch=True, is_mobile=True))
    seat = seat_of(60, plan)
    for _ in range(4):
        page.touchscreen.tap(*on_screen(page, (seat.x, seat.y)))
        come_to_rest(page)
        scale = float((page.locator("[data-part=view]").get_attribute("data-at") or "").split()[0])
        chosen = page.locator(".sheet-seats li").count()
        if chosen:
            break
    assert chosen == 1
    assert scale * 10 >= 24


def test_by_keyboard_from_a_section_to_a_chosen_seat_and_back(enter: Stage, show: Concert) -> None:
    evening = schedule(show, halls.concert_hall())
    admit(fan("holder"), show.id, clock.now())
    page = ready(enter("holder", f"/schedules/{evening.id}"))
    view, said = page.locator("[data-part=view]"), page.locator("[data-part=said]")
    view.focus()
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("Floor A:")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("Floor B:")
    page.keyboard.press("Enter")
    expect(view).to_have_attribute("data-nearness", "near")
    come_to_rest(page)
    page.keyboard.press("ArrowUp")
    expect(said).to_contain_text("free")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Chosen: Floor B")
    expect(page.locator(".sheet-seats li")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(view).to_have_attribute("data-nearness", "far")


def test_what_was_missed_while_nothing_was_heard_is_asked_for(
    enter: Stage, show: Concert, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = schedule(show, hall())
    admit(fan("watcher"), show.id, clock.now())
    page = ready(enter("watcher", f"/schedules/{evening.id}"))
    follows = "([known, message]) => import('frontrow/seat_map/states').then(({ follows }) => follows(known, message))"
    said = [
        page.evaluate(follows, [known, {"from": first, "to": last}])
        for known, first, last in ((7, 8, 8), (7, 6, 9), (7, 5, 7), (7, 9, 9), (0, 1, 1), (7, 0, 0))
    ]
    assert said == ["next", "next", "old", "missed", "missed", "missed"]
    # Held without a word to anybody, and then a change that is heard: its number shows that one was missed.
    with monkeypatch.context() as silence:
        silence.setattr(messages, "seats_changed", lambda *about: None)
        take(evening, "unheard", 1)
    redis().incr(f"frontrow:seats:{evening.id}")
    take(evening, "heard", 2)
    for number in (2, 1):
        page.mouse.move(*on_screen(page, (seat_of(number).x, seat_of(number).y)))
        expect(page.locator(".seat-map-tip")).to_contain_text(f"seat {number}, R, ₩100,000, held by someone")
