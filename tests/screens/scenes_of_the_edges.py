"""Scenes: what is met seldom: ways back after signing in, turns that ended, nights that are over."""

import re
from datetime import timedelta

from playwright.sync_api import Page, Route, expect
from sqlalchemy import select, update

from tests.builders import do, fan, report
from tests.screens.cast import (
    ARENA,
    CLUB,
    HALL,
    RECITAL,
    STADIUM,
    admitted,
    attempt,
    bought,
    expire,
    first_night,
    held,
    line,
    show,
    total,
)
from tests.screens.scenes import Place, scene
from tests.screens.scenes_of_money import cancelled, page_of, ticket_of
from tests.screens.scenes_of_the_line import gathered, waiting
from tests.screens.scenes_of_the_seats import _drawn
from webapp import clock
from webapp.checkout import closing, returning, settling
from webapp.checkout import door as gate
from webapp.checkout.models import Ticket
from webapp.concerts.models import Concert, Schedule, Seat
from webapp.db import db, transaction
from webapp.waiting_room import admission, steering
from webapp.waiting_room.models import QueueSession

LINE, SEATS, MONEY = "The line", "The seats", "Money"
BILL = "The bill"


def _stay(page: Page) -> None:
    """These pages send their form by themselves; here nobody takes it."""

    def answer(route: Route) -> None:
        route.abort("aborted") if route.request.method == "POST" else route.fallback()

    page.route("**/*", answer)


@scene(LINE, role="waiter", before=_stay)
def line_joining(place: Place) -> str:
    """Signed in on the way to the line: one more step, where scripts do not take it."""
    fan("waiter")
    return f"{waiting(show(CLUB))}/joining"


@scene(LINE, role="waiter", before=_stay)
def lobby_entering(place: Place) -> str:
    """The same on the way to the lobby."""
    fan("waiter")
    return f"/concerts/{show(RECITAL, opens_minutes=5).slug}/lobby/entering"


@scene(LINE, role="waiter")
def lobby_put_off(place: Place) -> str:
    """The opening was put off while fans were in the lobby."""
    concert = gathered(people=12)
    do(steering.close_sale, concert.id, clock.now())
    return f"/concerts/{concert.slug}/lobby"


@scene(LINE, role="waiter")
def waiting_over_closed(place: Place) -> str:
    """The operator closed the sale while the fan was waiting."""
    concert = show(CLUB, capacity=1)
    line(concert, 9)
    do(steering.close_sale, concert.id, clock.now())
    return waiting(concert)


@scene(LINE, role="holder")
def waiting_over_paid(place: Place) -> str:
    """The fan has bought, and with that the turn ended."""
    concert = show(CLUB)
    bought(concert, 1, 2)
    return waiting(concert)


@scene(LINE, role="waiter")
def waiting_over_too_long(place: Place) -> str:
    """The fan's time to choose ran out."""
    concert = show(CLUB)
    waiter = admitted(concert, "waiter")
    past = clock.now() - timedelta(minutes=1)
    mine = QueueSession.user_id == waiter
    do(db.session.execute, update(QueueSession).where(mine).values(expires_at=past))
    do(admission.expire, concert.id, clock.now())
    return waiting(concert)


@scene(BILL)
def concert_with_a_cancelled_night(place: Place) -> str:
    """One of three nights is cancelled."""
    concert = show(HALL)
    do(closing.cancel_schedules, [first_night(concert).id], clock.now())
    return f"/concerts/{concert.slug}"


@scene(BILL)
def concert_abroad(place: Place) -> str:
    """Its times are those of its city."""
    concert = show(HALL, english=HALL.english._replace(city="Tokyo"), korean=HALL.korean._replace(city="도쿄"))
    with transaction():
        db.session.get_one(Concert, concert.id).time_zone = "Asia/Tokyo"
    return f"/concerts/{concert.slug}"


@scene(SEATS, role="holder")
def dates_of_every_kind(place: Place) -> str:
    """One night is cancelled, one sold out, one open, and the fan holds seats of it."""
    concert = show(HALL)
    nights = select(Schedule.id).where(Schedule.concert_id == concert.id).order_by(Schedule.starts_at.desc())
    _open, sold, gone = db.session.scalars(nights)
    held(concert, 1, 2)
    do(db.session.execute, update(Seat).where(Seat.schedule_id == sold).values(is_sold=True))
    with transaction():
        db.session.get_one(Schedule, _open).cancelled_at = clock.now()
    assert gone == first_night(concert).id
    return f"/concerts/{concert.slug}/schedules"


def _lose_the_plan(page: Page) -> None:
    page.route("**/plans/**", lambda route: route.abort())


def _told(page: Page) -> None:
    expect(page.locator("[data-part=wait]")).to_contain_text(re.compile("list|목록"))


@scene(SEATS, role="holder", before=_lose_the_plan, then=_told)
def map_not_loaded(place: Place) -> str:
    """The plan could not be loaded: the list works too."""
    concert = show(CLUB)
    admitted(concert)
    return f"/schedules/{first_night(concert).id}"


@scene(SEATS, role="holder", then=_drawn)
def map_of_an_arena(place: Place) -> str:
    """Eleven thousand seats at once."""
    concert = show(ARENA, nights=1)
    admitted(concert)
    return f"/schedules/{first_night(concert).id}"


@scene(SEATS, role="holder", then=_drawn)
def map_of_a_stadium(place: Place) -> str:
    """Fifty thousand seats at once."""
    concert = show(STADIUM)
    admitted(concert)
    return f"/schedules/{first_night(concert).id}"


@scene(SEATS, role="holder")
def list_sold_out(place: Place) -> str:
    """The list of an evening with nothing left."""
    concert = show(CLUB)
    admitted(concert)
    night = first_night(concert)
    do(db.session.execute, update(Seat).where(Seat.schedule_id == night.id).values(is_sold=True))
    return f"/schedules/{night.id}?view=list"


@scene(MONEY, role="holder")
def order_in_review(place: Place) -> str:
    """Another amount was paid than was asked for: somebody looks at it."""
    order = held(show(CLUB), 1, 2)
    payment = attempt(order, total(order))
    do(settling.settle, payment.id, report(payment, amount=1), clock.now())
    return page_of(order)


@scene(MONEY, role="holder")
def order_refund_refused(place: Place) -> str:
    """Cancelled, and the payment company did not take the refund."""
    order = bought(show(HALL), 1, 2)
    do(returning.refused, cancelled(order).id, clock.now())
    return page_of(order)


@scene(MONEY, role="holder")
def order_of_a_cancelled_night(place: Place) -> str:
    """The performance is cancelled, and everything goes back."""
    concert = show(CLUB)
    order = bought(concert, 1, 2)
    do(closing.cancel_schedules, [first_night(concert).id], clock.now())
    do(closing.end_order, order.id, clock.now())
    return page_of(order)


@scene(MONEY, role="holder")
def ticket_used(place: Place) -> str:
    """A ticket that was let in."""
    concert = show(CLUB)
    address = ticket_of(bought(concert, 1))
    code = db.session.scalars(select(Ticket.code)).one()
    do(gate.admit, code, first_night(concert).id, fan("usher"), "Gate 2", clock.now())
    return address


@scene(MONEY, role="holder")
def payment_too_late_to_hold(place: Place) -> str:
    """The hold ended while the fan was at the payment company; it is not known yet what became of it."""
    order = held(show(CLUB), 1, 2)
    attempt(order, total(order))
    expire(order, -5)
    return page_of(order)
