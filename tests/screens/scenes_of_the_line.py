"""Scenes: the lobby, the draw and the waiting room."""

from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from tests.builders import do, fan, seat_ids
from tests.screens.cast import CLUB, HALL, RECITAL, crowd, first_night, line, show
from tests.screens.scenes import Place, scene
from webapp import clock
from webapp.accounts.models import User
from webapp.concerts.models import Concert, Seat
from webapp.db import db
from webapp.waiting_room import admission, joining, lobby, steering
from webapp.waiting_room.models import QueueSession

KIND = "The line"


def waiting(concert: Concert) -> str:
    return f"/concerts/{concert.slug}/line"


def gathered(role: str = "waiter", people: int = 60) -> Concert:
    concert = show(RECITAL, opens_minutes=4.5, capacity=0)
    for user in [*crowd(people), fan(role)]:
        do(lobby.enter, user, concert.id, clock.now())
    return concert


def _live(page: Page) -> None:
    expect(page.locator(".live-mark").first).to_have_attribute("data-live", "live")


def _cut_off(page: Page) -> None:
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())


def _reconnecting(page: Page) -> None:
    expect(page.locator(".live-mark").first).to_have_attribute("data-live", "polling")


def _stay(page: Page) -> None:
    # Being called takes the fan to the seats after a moment; the picture is of that moment.
    page.route("**/schedules", lambda route: route.fulfill(status=204))


def _be_called(page: Page) -> None:
    _live(page)
    concert = int(page.locator(".room").get_attribute("data-concert") or 0)
    waiter = db.session.scalars(select(User.id).where(User.email == "waiter@frontrow.test")).one()
    do(steering.set_capacity, concert, 1, clock.now())
    expect(page.locator(".position[data-state=called] a.button")).to_be_visible()
    # The next picture begins with a fan who waits.
    do(steering.set_capacity, concert, 0, clock.now())
    do(admission.leave, waiter, concert, clock.now())
    do(joining.join, waiter, concert, clock.now())


@scene(KIND, role="waiter", then=_live)
def lobby_waiting(place: Place) -> str:
    """In the lobby, minutes before the sale."""
    return f"/concerts/{gathered().slug}/lobby"


@scene(KIND)
def draw_before(place: Place) -> str:
    """How the draw will be kept fair."""
    return f"/concerts/{gathered().slug}/draw"


def _check_draw(page: Page) -> None:
    page.locator(".check button").click()
    expect(page.locator(".check-said")).to_have_attribute("data-kind", "good")


@scene(KIND, role="waiter", then=_check_draw)
def draw_checked(place: Place) -> str:
    """The draw, checked in this browser."""
    concert = gathered()
    do(steering.open_sale, concert.id, clock.now())
    return f"/concerts/{concert.slug}/draw"


@scene(KIND, role="waiter", then=_live)
def waiting_far_back(place: Place) -> str:
    """More than a thousand people are ahead."""
    concert = show(HALL, capacity=40)
    line(concert, 1284, behind=50)
    return waiting(concert)


def scarce(concert: Concert) -> None:
    """The dearest grade has its last seat, and the cheapest none."""
    night = first_night(concert)
    few = Seat.id.in_(seat_ids(night, *range(1, 32))) | (Seat.grade == "A")
    do(db.session.execute, update(Seat).where(Seat.schedule_id == night.id, few).values(is_sold=True))


@scene(KIND, role="waiter", then=_live)
def waiting_near(place: Place) -> str:
    """Three people are ahead, and some grades are nearly gone."""
    concert = show(CLUB, capacity=10)
    scarce(concert)
    do(steering.set_capacity, concert.id, 0, clock.now())
    line(concert, 3)
    return waiting(concert)


@scene(KIND, role="waiter", then=_live)
def waiting_next(place: Place) -> str:
    """Nobody is ahead."""
    concert = show(CLUB, capacity=10)
    line(concert, 0)
    return waiting(concert)


@scene(KIND, role="waiter", then=_live)
def waiting_paused(place: Place) -> str:
    """The operator paused the line."""
    concert = show(HALL, capacity=10)
    line(concert, 412)
    do(steering.pause, concert.id, clock.now())
    return waiting(concert)


@scene(KIND, role="waiter", then=_live)
def waiting_with_message(place: Place) -> str:
    """The operator says something to everyone."""
    concert = show(HALL, capacity=10)
    line(concert, 412)
    said = "The band is stuck in the rain; the doors open half an hour later. Your place stays yours."
    do(steering.say, concert.id, said, clock.now())
    return waiting(concert)


@scene(KIND, role="waiter", before=_cut_off, then=_reconnecting)
def waiting_reconnecting(place: Place) -> str:
    """The connection is lost; the place is kept."""
    concert = show(HALL, capacity=10)
    line(concert, 87)
    return waiting(concert)


@scene(KIND, role="waiter", before=_stay, then=_be_called)
def waiting_called(place: Place) -> str:
    """It is the fan's turn."""
    concert = show(CLUB, capacity=0)
    do(joining.join, fan("waiter"), concert.id, clock.now())
    return waiting(concert)


@scene(KIND, role="waiter")
def waiting_over_left(place: Place) -> str:
    """The fan left the line."""
    concert = show(CLUB, capacity=0)
    waiter = line(concert, 2)
    do(admission.leave, waiter, concert.id, clock.now())
    return waiting(concert)


@scene(KIND, role="waiter")
def waiting_over_missed(place: Place) -> str:
    """The fan was called and did not come."""
    concert = show(CLUB)
    waiter = fan("waiter")
    place_in_line = do(joining.join, waiter, concert.id, clock.now())
    past = clock.now() - timedelta(minutes=1)
    mine = QueueSession.id == place_in_line.id
    do(db.session.execute, update(QueueSession).where(mine).values(claim_by=past))
    do(admission.expire, concert.id, clock.now())
    return waiting(concert)


def _ask_to_leave(page: Page) -> None:
    page.locator("[data-dialog=leave]").click()
    expect(page.locator("dialog#leave")).to_be_visible()


@scene(KIND, role="waiter", then=_ask_to_leave)
def leaving(place: Place) -> str:
    """Leave the line, really?"""
    concert = show(CLUB, capacity=1)
    line(concert, 9)
    return waiting(concert)


@scene(KIND, role="waiter")
def leaving_without_scripts(place: Place) -> str:
    """The same question as a page of its own."""
    concert = show(CLUB, capacity=1)
    line(concert, 9)
    return f"{waiting(concert)}/departure"


@scene(KIND, role="waiter")
def not_your_turn(place: Place) -> str:
    """The seats, asked for too early."""
    concert = show(CLUB, capacity=1)
    line(concert, 9)
    return f"/concerts/{concert.slug}/schedules"


@scene(KIND, role="stranger")
def seats_behind_the_line(place: Place) -> str:
    """The seats, asked for without a place in the line."""
    fan("stranger")
    return f"/concerts/{show(CLUB).slug}/schedules"
