"""Scenes: where a promoter puts on a sale, and the charts of one that runs."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import insert

from tests.builders import do, operator
from tests.screens.cast import CLUB, HALL, bought, crowd, first_night, sell, show
from tests.screens.scenes import Place, scene
from webapp import clock
from webapp.concerts import seat_plans
from webapp.concerts.models import Concert, SeatPlan
from webapp.concerts.plan_files import reading
from webapp.db import db, transaction
from webapp.waiting_room import joining, sampling
from webapp.waiting_room.sample_models import LineSample

KIND = "The promoter's office"
office = {"kind": KIND, "role": "operator"}
BLUE_HALL = Path(__file__).parents[2] / "docs/examples/blue-hall.txt"
MISTAKEN = "section Floor\nA 1-10\ngrade R 10 000 000 000\nB 1-9 aisle 12\n"
SAMPLES = 360


def blue_hall(is_saved: bool) -> SeatPlan:
    found, now = reading.read(BLUE_HALL.read_bytes()), clock.now()
    plan = do(seat_plans.draft, found, "Blue Hall", now)
    if is_saved:
        do(seat_plans.save, plan.id, "Blue Hall", now)
    return plan


@scene(**office)
def concert_new(place: Place) -> str:
    """An empty form for a concert."""
    operator()
    return "/admin/concerts/new"


def _press_save(page: Page) -> None:
    page.get_by_role("main").locator("form").first.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()


@scene(**office, then=_press_save)
def concert_new_refused(place: Place) -> str:
    """What is missing is said beside its field."""
    operator()
    return "/admin/concerts/new"


@scene(**office)
def concert_edited(place: Place) -> str:
    """What a concert is, to be changed."""
    operator()
    return f"/admin/concerts/{show(HALL).slug}/edit"


@scene(**office)
def concert_set_up(place: Place) -> str:
    """What is done and what is still to do before the sale opens."""
    operator()
    return f"/admin/concerts/{show(HALL, opens_minutes=600).slug}/setup"


def draft(**changes: Any) -> Concert:
    concert = show(HALL, opens_minutes=600, **changes)
    with transaction():
        concert.published_at = None
    return concert


@scene(**office)
def draft_set_up(place: Place) -> str:
    """A draft that says what is missing in Korean, and can be published."""
    operator()
    return f"/admin/concerts/{draft(korean=HALL.korean._replace(artist='', description='')).slug}/setup"


@scene(**office)
def draft_preview(place: Place) -> str:
    """A draft as fans will see it."""
    operator()
    return f"/admin/concerts/{draft().slug}/preview"


@scene(**office)
def plans(place: Place) -> str:
    """The seat plans."""
    operator()
    blue_hall(is_saved=True)
    show(CLUB)
    return "/admin/plans"


@scene(**office)
def plan_import(place: Place) -> str:
    """A file or rows written here."""
    operator()
    return "/admin/plans/import"


def _send_mistakes(page: Page) -> None:
    page.locator("textarea").fill(MISTAKEN)
    page.get_by_role("main").locator("form button[type=submit], form button:not([type])").first.click()
    page.wait_for_load_state()


@scene(**office, then=_send_mistakes)
def plan_import_refused(place: Place) -> str:
    """Every mistake with its place in the file."""
    operator()
    return "/admin/plans/import"


@scene(**office)
def plan_preview(place: Place) -> str:
    """The house as it would be, before it is saved."""
    operator()
    return f"/admin/plans/{blue_hall(is_saved=False).id}"


@scene(**office)
def plan_saved(place: Place) -> str:
    """A plan that is kept."""
    operator()
    return f"/admin/plans/{blue_hall(is_saved=True).id}"


@scene(**office)
def date_new(place: Place) -> str:
    """Another performance."""
    operator()
    plan = blue_hall(is_saved=True)
    return f"/admin/concerts/{show(HALL).slug}/schedules/new?plan={plan.id}"


@scene(**office)
def date_edited(place: Place) -> str:
    """The times and prices of a performance."""
    operator()
    return f"/admin/schedules/{first_night(show(HALL)).id}/edit"


@scene(**office)
def house_changed(place: Place) -> str:
    """Another house for a performance: what is in the way."""
    operator()
    concert, plan = show(HALL), blue_hall(is_saved=True)
    bought(concert, 1, 2)
    return f"/admin/schedules/{first_night(concert).id}/plan?plan={plan.id}"


@scene(**office)
def terms(place: Place) -> str:
    """What cancelling costs."""
    operator()
    return f"/admin/concerts/{show(CLUB).slug}/refund-terms"


@scene(**office)
def archive(place: Place) -> str:
    """What is no longer listed."""
    operator()
    concert, plan = show(CLUB), blue_hall(is_saved=True)
    do(seat_plans.set_archived, plan.id, clock.now())
    with transaction():
        db.session.get_one(Concert, concert.id).archived_at = clock.now()
    return "/admin/archive"


def _past(concert: Concert) -> None:
    """An hour of samples: a rush that is worked off."""
    end = sampling.round_moment(clock.now())
    rows = [
        {
            "concert_id": concert.id,
            "sampled_at": end - sampling.EVERY * (SAMPLES - turn),
            "waiting": max(0, 900 - 3 * turn) if turn > SAMPLES // 4 else 12 * turn,
            "serving": min(120, 10 * turn),
            "called": (turn * 7) % 11,
            "seconds": int(sampling.EVERY.total_seconds()),
        }
        for turn in range(SAMPLES)
    ]
    with transaction():
        db.session.execute(insert(LineSample), rows)


@scene(**office)
def charts(place: Place) -> str:
    """A sale that has run for an hour, drawn."""
    operator()
    concert = show(HALL, opens_minutes=-timedelta(hours=1).total_seconds() / 60)
    sell(concert)
    do(joining.join_all, crowd(30), concert.id, clock.now())
    _past(concert)
    return f"/admin/concerts/{concert.slug}#charts"


@scene(**office)
def charts_of_nothing(place: Place) -> str:
    """Nobody has come yet."""
    operator()
    return f"/admin/concerts/{show(CLUB).slug}#charts"
