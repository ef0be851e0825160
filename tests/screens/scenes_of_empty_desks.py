"""Scenes: the operator's pages where something is over, empty or somebody else's."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.builders import do, operator
from tests.screens.cast import CLUB, HALL, crowd, first_night, line, show
from tests.screens.scenes import Place, scene
from tests.screens.scenes_of_the_office import blue_hall
from webapp import clock
from webapp.concerts import seat_plans
from webapp.concerts.models import Concert
from webapp.db import db, transaction
from webapp.waiting_room import joining, steering

DESK, OFFICE = "The operator's desk", "The promoter's office"
desk, office = {"kind": DESK, "role": "operator"}, {"kind": OFFICE, "role": "operator"}


@scene(**desk)
def house_paused(place: Place) -> str:
    """The line is paused."""
    operator()
    concert = show(HALL, capacity=10)
    line(concert, 40)
    do(steering.pause, concert.id, clock.now())
    return f"/admin/concerts/{concert.slug}"


@scene(**desk)
def house_closed(place: Place) -> str:
    """The sale is closed."""
    operator()
    concert = show(HALL)
    do(joining.join_all, crowd(5), concert.id, clock.now())
    do(steering.close_sale, concert.id, clock.now())
    return f"/admin/concerts/{concert.slug}"


@scene(**desk)
def houses_none(place: Place) -> str:
    """No concert yet."""
    operator()
    return "/admin"


@scene(**desk)
def doors_none(place: Place) -> str:
    """No performance to let anybody in to."""
    operator()
    return "/admin/door"


@scene(**desk)
def outbox_empty(place: Place) -> str:
    """No mail yet."""
    operator()
    return "/admin/outbox"


@scene(**office)
def concert_copied(place: Place) -> str:
    """A new concert that begins as another."""
    operator()
    return f"/admin/concerts/new?from={show(HALL).slug}"


@scene(**office)
def date_new_house(place: Place) -> str:
    """In which house is the new date?"""
    operator()
    blue_hall(is_saved=True)
    return f"/admin/concerts/{show(CLUB).slug}/schedules/new"


@scene(**office)
def date_other_house(place: Place) -> str:
    """Which other house does a date get?"""
    operator()
    blue_hall(is_saved=True)
    return f"/admin/schedules/{first_night(show(CLUB)).id}/plan"


@scene(**office)
def plans_archived(place: Place) -> str:
    """The seat plans that are no longer offered."""
    operator()
    plan = blue_hall(is_saved=True)
    do(seat_plans.set_archived, plan.id, clock.now())
    return "/admin/plans?part=archived"


def _save_after_another(page: Page) -> None:
    """Another operator saves first."""
    slug = page.url.rsplit("/", 2)[1]
    with transaction():
        concert = db.session.scalars(select(Concert).where(Concert.slug == slug)).one()
        concert.city_en = "Ulsan" if concert.city_en != "Ulsan" else "Jeju"
    page.locator("[name=artist_en]").fill("The Latecomers")
    page.get_by_role("main").locator("form").first.evaluate("form => form.requestSubmit()")
    expect(page.locator("[role=alert], .notice[data-kind=error]").first).to_be_visible()


@scene(**office, then=_save_after_another)
def concert_edited_by_two(place: Place) -> str:
    """Somebody else was quicker: nothing typed is lost, and nothing of theirs."""
    operator()
    return f"/admin/concerts/{show(CLUB).slug}/edit"
