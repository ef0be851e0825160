"""Scenes: choosing seats, on the map and in the list."""

import re
from datetime import timedelta
from itertools import count

from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from tests.browser.resting import come_to_rest
from tests.builders import do, fan
from tests.screens.cast import CLUB, HALL, WHOLE_HALL, admitted, first_night, held, sell, show
from tests.screens.scenes import Place, scene
from webapp import clock
from webapp.booking import holds
from webapp.concerts.models import Concert, Schedule, Seat
from webapp.db import db
from webapp.waiting_room.models import QueueSession

KIND = "The seats"
MOST_STEPS = 40  # to two free seats: some are taken
_takers = count(1)


def under_way(capacity: int = 50) -> Concert:
    concert = show(CLUB, capacity=capacity)
    sell(concert)
    return concert


def free_seats(night: Schedule) -> list[Seat]:
    open_ones = select(Seat).where(Seat.schedule_id == night.id, ~Seat.is_sold, Seat.held_until.is_(None))
    return list(db.session.scalars(open_ones.order_by(Seat.number), execution_options={"populate_existing": True}))


def _drawn(page: Page) -> None:
    expect(page.locator("[data-part=view]")).to_have_attribute("data-at", re.compile(r"\d"))


def _go_in(page: Page) -> None:
    _drawn(page)
    page.locator("[data-part=view]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    come_to_rest(page)


def _choose(page: Page) -> None:
    _go_in(page)
    chosen = page.locator(".sheet-seats li")
    for _ in range(MOST_STEPS):
        if chosen.count() == 2:
            break
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
    expect(chosen).to_have_count(2)


def take(page: Page, number: int, role: str) -> None:
    """Somebody else holds this seat of the evening that the page shows."""
    night = db.session.get_one(Schedule, int(page.url.rsplit("/", 1)[1].split("?")[0]))
    lost = db.session.scalars(select(Seat).where(Seat.schedule_id == night.id, Seat.number == number)).one()
    do(holds.place, fan(role), night, [lost.id], clock.now())


def _choose_one_more(page: Page) -> None:
    _go_in(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#booking-notices .notice")).to_contain_text("4")
    expect(page.locator(".sheet-seats li")).to_have_count(4)


def _lose_one(page: Page) -> None:
    """Somebody else holds the first of the chosen seats."""
    _choose(page)
    number = int(page.locator("form input[name=seat]").first.get_attribute("value") or 0)
    take(page, number, f"taker-{next(_takers)}")
    expect(page.locator("#booking-notices .notice")).to_be_visible()


def _nearly_over(page: Page) -> None:
    _drawn(page)
    expect(page.locator(".countdown[data-near]")).to_be_visible()


def _cut_off(page: Page) -> None:
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())


def _behind(page: Page) -> None:
    _drawn(page)
    expect(page.locator(".live-mark")).to_have_attribute("data-live", "polling")


@scene(KIND, role="holder")
def dates(place: Place) -> str:
    """Which evening?"""
    concert = show(HALL)
    sell(concert)
    admitted(concert)
    return f"/concerts/{concert.slug}/schedules"


@scene(KIND, role="holder", then=_drawn)
def map_overview(place: Place) -> str:
    """The whole house, with what is left in each section."""
    concert = show(WHOLE_HALL)
    sell(concert)
    admitted(concert)
    return f"/schedules/{first_night(concert).id}"


@scene(KIND, role="holder", then=_go_in)
def map_seats(place: Place) -> str:
    """The seats of a section."""
    concert = under_way()
    admitted(concert)
    return f"/schedules/{first_night(concert).id}"


@scene(KIND, role="holder", then=_choose)
def map_chosen(place: Place) -> str:
    """Two seats are chosen."""
    concert = under_way()
    admitted(concert)
    return f"/schedules/{first_night(concert).id}"


@scene(KIND, role="holder", then=_lose_one)
def map_one_taken(place: Place) -> str:
    """One of the chosen seats is taken under the fan's eyes."""
    concert = show(CLUB)
    admitted(concert)
    return f"/schedules/{first_night(concert).id}"


@scene(KIND, role="holder", then=_choose_one_more)
def map_at_the_limit(place: Place) -> str:
    """A fifth seat is one too many."""
    concert = show(CLUB)
    admitted(concert)
    return f"/schedules/{first_night(concert).id}?seat=1&seat=2&seat=3&seat=4"


@scene(KIND, role="holder", then=_nearly_over)
def map_nearly_over(place: Place) -> str:
    """Less than a minute of the turn is left."""
    concert = show(CLUB)
    holder = admitted(concert)
    soon = clock.now() + timedelta(seconds=55)
    mine = QueueSession.user_id == holder
    do(db.session.execute, update(QueueSession).where(mine).values(expires_at=soon))
    return f"/schedules/{first_night(concert).id}"


@scene(KIND, role="holder", before=_cut_off, then=_behind)
def map_reconnecting(place: Place) -> str:
    """The connection is lost; the map asks for what has changed."""
    concert = under_way()
    admitted(concert)
    return f"/schedules/{first_night(concert).id}"


@scene(KIND, role="holder")
def list_of_sections(place: Place) -> str:
    """The list before a section is chosen."""
    concert = show(WHOLE_HALL)
    sell(concert)
    admitted(concert)
    return f"/schedules/{first_night(concert).id}?view=list"


def _tick(page: Page) -> None:
    for _ in range(2):
        page.locator("label.seat-box[data-state=free] input:not(:checked)").first.check()


@scene(KIND, role="holder", then=_tick)
def list_of_seats(place: Place) -> str:
    """Two seats are ticked in the list."""
    concert = under_way()
    admitted(concert)
    return f"/schedules/{first_night(concert).id}?view=list&section=Tables"


@scene(KIND, role="holder")
def seats_while_holding(place: Place) -> str:
    """The fan comes back to the map and holds seats already."""
    concert = show(CLUB)
    held(concert, 1, 2, 3, 4)
    return f"/schedules/{first_night(concert).id}"


@scene(KIND, role="holder", then=_drawn)
def map_sold_out(place: Place) -> str:
    """Nothing is left on this evening."""
    concert = show(CLUB)
    admitted(concert)
    night = first_night(concert)
    do(db.session.execute, update(Seat).where(Seat.schedule_id == night.id).values(is_sold=True))
    return f"/schedules/{night.id}"
