"""Publishing a concert that was a draft, and taking it back while nobody has anything there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from webapp.admin.editing import concert_edits
from webapp.admin.editing.states import Change, spelled
from webapp.booking.models import Order
from webapp.concerts.models import Concert, Schedule
from webapp.concerts.texts import TEXTS
from webapp.db import db
from webapp.errors import EditRefused
from webapp.languages import gettext as _
from webapp.waiting_room import lobby, tick
from webapp.waiting_room.models import Counter


@dataclass(frozen=True)
class Readiness:
    """What keeps a concert from being published, and what is to be known before; in sentences.

    A date cannot be without seats or prices, so that there is one says all three.
    """

    obstacles: list[str]
    remarks: list[str]
    opens_at_once: bool


def readiness(concert: Concert, now: datetime) -> Readiness:
    """How ready the concert is to be seen by fans."""
    opens_at_once = concert.sale_opens_at <= now and not concert.is_closed(now)
    return Readiness(_obstacles(concert, now), _remarks(concert, opens_at_once, now), opens_at_once)


def publish(concert: Concert, expects_to_open: bool, now: datetime) -> Change | None:
    """Show the concert to fans; None if they see it already. `expects_to_open` is whether the operator was told that
    the sale opens at once. Raises EditRefused with what is missing.
    """
    counter, concert = concert_edits.lock(concert)
    if not concert.is_draft:
        return None
    ready = readiness(concert, now)
    if ready.obstacles:
        raise EditRefused(sentence=" ".join(ready.obstacles))
    if ready.opens_at_once and not expects_to_open:
        raise EditRefused(
            sentence=_("The opening time has passed since you opened this page. Nothing was published: look again.")
        )
    concert.published_at = now
    tick.changed(counter, now)
    return {"published_at": None}, {"published_at": spelled(now)}


def withdraw(concert: Concert) -> Change | None:
    """Make the concert a draft again; None if it is one. Raises EditRefused once fans have something there."""
    concert = concert_edits.lock(concert)[1]
    if concert.is_draft:
        return None
    if kept := why_it_stays(concert):
        raise EditRefused(sentence=kept)
    before = {"published_at": spelled(concert.published_at)}
    concert.published_at = None
    return before, {"published_at": None}


def why_it_stays(concert: Concert) -> str | None:
    """Why the concert cannot be a draft again; None if it can."""
    ordered = select(Order.id).where(Order.concert_id == concert.id).limit(1)
    if db.session.get_one(Counter, concert.id).created_count or db.session.scalar(ordered):
        return _("Fans have a place in line or an order here, so it stays published. Close the sale instead.")
    if lobby.draw_of(concert.id):
        return _("The lobby has opened, and what its draw committed to cannot be taken back. Close the sale instead.")
    return None


def _obstacles(concert: Concert, now: datetime) -> list[str]:
    coming = (Schedule.starts_at > now) & Schedule.cancelled_at.is_(None) & Schedule.archived_at.is_(None)
    last = db.session.scalar(select(func.max(Schedule.starts_at)).where(Schedule.concert_id == concert.id, coming))
    found = []
    if concert.archived_at:
        found.append(_("It is archived: list it again first."))
    if last is None:
        found.append(_("There is no date to come: add one, with its seats and prices."))
    elif concert.sale_opens_at >= last:
        found.append(_("The sale opens when the last date has begun already: let it open earlier."))
    return found


def _remarks(concert: Concert, opens_at_once: bool, now: datetime) -> list[str]:
    found = []
    if opens_at_once:
        found.append(_("The opening time has passed: the sale opens as soon as you publish, without a lobby."))
    elif concert.is_closed(now):
        found.append(_("The sale is closed, and stays so until you open it."))
    elif concert.lobby_minutes and concert.lobby_opens_at <= now:
        found.append(_("The lobby opens as soon as you publish."))
    if db.session.get_one(Counter, concert.id).capacity == 0:
        found.append(_("Served at once: 0. Nobody is called until that is more."))
    if _is_partly_said(concert, "ko", "en"):
        found.append(_("Not every text is there in Korean: fans read the English one instead."))
    if _is_partly_said(concert, "en", "ko"):
        found.append(_("Not every text is there in English: fans read the Korean one instead."))
    return found


def _is_partly_said(concert: Concert, language: str, other: str) -> bool:
    """Whether a text that is there in the other language is missing in this one."""
    return any(getattr(concert, f"{name}_{other}") and not getattr(concert, f"{name}_{language}") for name in TEXTS)
