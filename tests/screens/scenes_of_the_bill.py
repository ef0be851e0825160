"""Scenes: what is on, one concert in each of its states, and coming in."""

from playwright.sync_api import Page
from sqlalchemy import update

from tests.builders import do, fan
from tests.screens.cast import ARENA, CLUB, HALL, RECITAL, crowd, first_night, line, sell, show
from tests.screens.scenes import Place, scene
from webapp import clock
from webapp.concerts.models import Concert, Seat
from webapp.db import db
from webapp.waiting_room import joining, lobby, steering

KIND = "The bill"


def address(concert: Concert) -> str:
    return f"/concerts/{concert.slug}"


@scene(KIND)
def listing(place: Place) -> str:
    """What is on: on sale, sold out, opening soon, closed."""
    for play in (HALL, CLUB):
        sell(show(play))
    show(RECITAL, opens_minutes=5)
    over = show(RECITAL, english=ARENA.english, korean=ARENA.korean)
    do(steering.close_sale, over.id, clock.now())
    return "/"


@scene(KIND)
def listing_empty(place: Place) -> str:
    """Nothing is on sale."""
    return "/"


@scene(KIND)
def concert_on_sale(place: Place) -> str:
    """A concert on sale; people wait."""
    concert = show(HALL, capacity=20)
    sell(concert)
    do(steering.set_capacity, concert.id, 0, clock.now())
    line(concert, 240)
    return address(concert)


@scene(KIND)
def concert_before_the_lobby(place: Place) -> str:
    """The sale opens in two days; the lobby is still closed."""
    return address(show(RECITAL, opens_minutes=2 * 1440))


@scene(KIND)
def concert_with_lobby(place: Place) -> str:
    """The lobby is open and people are in it."""
    concert = show(RECITAL, opens_minutes=12)
    for user in crowd(40):
        do(lobby.enter, user, concert.id, clock.now())
    return address(concert)


@scene(KIND, role="waiter")
def concert_in_the_line(place: Place) -> str:
    """The fan is in the line already."""
    concert = show(CLUB, capacity=5)
    line(concert, 31)
    return address(concert)


@scene(KIND, role="waiter")
def concert_your_turn(place: Place) -> str:
    """The fan was called."""
    concert = show(CLUB)
    do(joining.join, fan("waiter"), concert.id, clock.now())
    return address(concert)


@scene(KIND)
def concert_sold_out(place: Place) -> str:
    """Nothing is left."""
    concert = show(CLUB)
    do(db.session.execute, update(Seat).where(Seat.schedule_id == first_night(concert).id).values(is_sold=True))
    return address(concert)


@scene(KIND)
def concert_closed(place: Place) -> str:
    """The operator closed the sale."""
    concert = show(CLUB)
    do(steering.close_sale, concert.id, clock.now())
    return address(concert)


@scene(KIND)
def sign_in(place: Place) -> str:
    """Signing in."""
    return "/sign-in"


def _enter_wrongly(page: Page) -> None:
    page.locator("main [name=email]").fill("nobody@frontrow.test")
    page.locator("main [name=password]").fill("not the password")
    page.locator("main form button[type=submit]").click()
    page.locator("[role=alert]").wait_for()


@scene(KIND, then=_enter_wrongly)
def sign_in_refused(place: Place) -> str:
    """A wrong password."""
    return "/sign-in"


@scene(KIND)
def sign_up(place: Place) -> str:
    """A new account."""
    return "/sign-up"


def _sign_up_wrongly(page: Page) -> None:
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.locator("main [name=email]").fill("not an address")
    page.locator("main [name=password]").fill("short")
    page.locator("main form button[type=submit]").click()
    page.locator(".wrong").first.wait_for()


@scene(KIND, then=_sign_up_wrongly)
def sign_up_refused(place: Place) -> str:
    """Every field of the form is wrong."""
    return "/sign-up"


def _open_menu(page: Page) -> None:
    page.locator(".top .menu summary").click()


@scene(KIND, role="holder", then=_open_menu)
def account_menu(place: Place) -> str:
    """The account's menu is open."""
    fan("holder", point=120_000)
    show(CLUB)
    return "/"
