"""Creating, changing, archiving and deleting concerts. Every change holds the counter's lock, as steering does."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from unicodedata import normalize

from flask_babel import gettext as _
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from webapp.admin.editing.states import Change, State, is_new, spelled
from webapp.booking.models import OPEN, PAID, Order
from webapp.checkout import fees
from webapp.checkout.models import FAILED, PENDING, Payment
from webapp.concerts.models import Concert, Schedule
from webapp.concerts.texts import STORED
from webapp.db import db
from webapp.errors import EditRefused
from webapp.waiting_room import calling, drawing, tick
from webapp.waiting_room.models import Counter

TEXTS = (*STORED, "poster")
TIMES = ("time_zone", "sale_opens_at", "lobby_minutes")
LINE = ("capacity", "admissions_per_minute")
RESERVED = {"new", "archived"}  # words that are pages beside the concerts


def state(concert: Concert, counter: Counter) -> State:
    """What can be edited of a concert, as the log keeps it."""
    about = {name: spelled(getattr(concert, name)) for name in (*TEXTS, *TIMES)}
    return about | {name: getattr(counter, name) for name in LINE}


def of(concert: Concert) -> State:
    """The same, read now."""
    return state(concert, db.session.get_one(Counter, concert.id))


def create(slug: str, values: Mapping[str, Any], terms: dict[str, Any] | None, now: datetime) -> tuple[Concert, bool]:
    """A new concert, a draft with an empty line, and whether it is new: the same form sent twice makes one.

    Without a `slug` one is made of the title. Raises EditRefused for a slug that another concert has.
    """
    for word in (
        [slug] if slug else _slugs(*(values[f"{name}_en"] or values[f"{name}_ko"] for name in ("title", "venue")))
    ):
        if word in RESERVED:
            continue
        known = db.session.scalar(select(Concert).where(Concert.slug == word))
        made = known or _insert(word, values, terms)
        if known is None and made:
            return made, True
        twin = made or db.session.scalars(select(Concert).where(Concert.slug == word)).one()
        if of(twin) == {name: spelled(value) for name, value in values.items()}:
            return twin, False
    raise EditRefused(field="slug", sentence=_("Another concert has this address."))


def change(concert: Concert, values: Mapping[str, Any], seen: str, now: datetime) -> Change | None:
    """Save what was edited; None if nothing was. Raises StaleEdit, or EditRefused naming the field."""
    counter, concert = lock(concert)
    if _minute(values["sale_opens_at"]) == _minute(concert.sale_opens_at):
        # A form knows minutes. Of a sale that was opened by hand the moment is known better.
        values = {**values, "sale_opens_at": concert.sale_opens_at}
    before, wanted = state(concert, counter), {name: spelled(value) for name, value in values.items()}
    if not is_new(before, wanted, seen):
        return None
    _check_times(concert, counter, values, now)
    if values["admissions_per_minute"] != counter.admissions_per_minute:
        counter.rate_credit, counter.rate_counted_at = 0.0, now
    for name, value in values.items():
        setattr(counter if name in LINE else concert, name, value)
    tick.changed(counter, now)
    drawing.draw(counter, now)
    calling.call_next(counter, now)
    return before, wanted


def change_terms(concert: Concert, terms: Mapping[str, Any], seen: str, now: datetime) -> Change | None:
    """Save the ladder of fees. Once tickets are sold, or may be of what fans hold or are paying for right now, it can
    only become kinder. Raises StaleEdit or EditRefused.
    """
    concert = lock(concert)[1]
    before, wanted = dict(concert.refund_terms), dict(terms)
    if not is_new(before, wanted, seen):
        return None
    _let_no_order_open(concert)
    if is_any_bought(concert.id, now) and not fees.is_kinder(fees.read_terms(wanted), fees.read_terms(before)):
        raise EditRefused(
            sentence=_(
                "Fans have bought or are buying under this ladder, so it can only become kinder. Nothing was saved."
            )
        )
    concert.refund_terms = wanted
    return before, wanted


def is_any_bought(concert_id: int, now: datetime) -> bool:
    """Whether an order of the concert is paid, or may yet be: its seats are held, or a payment for it is under way."""
    is_unsure = (Payment.status == PENDING) | ((Payment.status == FAILED) & Payment.ask_at.is_not(None))
    is_paying = exists().where(Payment.order_id == Order.id, is_unsure)
    is_held = (Order.status == OPEN) & (Order.expires_at > now)
    bought = select(Order.id).where(Order.concert_id == concert_id, (Order.status == PAID) | is_held | is_paying)
    return db.session.scalar(bought.limit(1)) is not None


def _let_no_order_open(concert: Concert) -> None:
    # A new order refers to its concert and so shares this row: those that were first are committed when we have it, and
    # found; those that come later wait, and are opened under the new ladder.
    db.session.refresh(concert, with_for_update=True)


def archive(concert: Concert, now: datetime) -> Change:
    """List the concert nowhere any more; everything is kept. Raises EditRefused while it could still sell."""
    concert = lock(concert)[1]
    coming = select(Schedule.id).where(
        Schedule.concert_id == concert.id, Schedule.starts_at > now, Schedule.cancelled_at.is_(None)
    )
    if not concert.is_draft and not concert.is_closed(now) and db.session.scalar(coming.limit(1)):
        raise EditRefused(sentence=_("Close the sale first: a concert that can still sell stays listed."))
    return _set_archived(concert, concert.archived_at or now)


def restore(concert: Concert) -> Change:
    """List the concert again."""
    return _set_archived(lock(concert)[1], None)


def lock(concert: Concert) -> tuple[Counter, Concert]:
    """The concert and its counter as they are now, and nobody else's to change until this transaction ends."""
    counter = calling.lock(concert.id)
    return counter, db.session.get_one(Concert, concert.id, populate_existing=True)


def remove(concert: Concert) -> Change:
    """Delete a concert on which nothing hangs: no performance, no line, no order. Raises EditRefused."""
    counter, concert = lock(concert)
    before = state(concert, counter)
    try:
        with db.session.begin_nested():
            db.session.delete(counter)
            db.session.flush()
            db.session.delete(concert)
            db.session.flush()
    except IntegrityError:
        raise EditRefused(sentence=_("Performances or fans hang on this concert. Archive it instead.")) from None
    return before, {}


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _check_times(concert: Concert, counter: Counter, values: Mapping[str, Any], now: datetime) -> None:
    is_moved = spelled(values["sale_opens_at"]) != spelled(concert.sale_opens_at)
    if is_moved and not concert.is_draft and (concert.sale_opens_at <= now or counter.created_count):
        sentence = _("The sale has opened already. Close it on the concert's page, if it should stop.")
        raise EditRefused(field="sale_opens_at", sentence=sentence)
    dated = select(Schedule.id).where(Schedule.concert_id == concert.id).limit(1)
    if values["time_zone"] != concert.time_zone and db.session.scalar(dated):
        sentence = _("There are performances already, and their dates are days in this zone.")
        raise EditRefused(field="time_zone", sentence=sentence)


def _set_archived(concert: Concert, at: datetime | None) -> Change:
    before = {"archived_at": spelled(concert.archived_at)}
    concert.archived_at = at
    return before, {"archived_at": spelled(at)}


def _insert(slug: str, values: Mapping[str, Any], terms: dict[str, Any] | None) -> Concert | None:
    """None if somebody else was faster."""
    about = {name: value for name, value in values.items() if name not in LINE}
    made = Concert(slug=slug, **about, **({"refund_terms": terms} if terms else {}))
    try:
        with db.session.begin_nested():
            db.session.add(made)
            db.session.flush()
    except IntegrityError:
        return None
    db.session.add(Counter(concert_id=made.id, **{name: values[name] for name in LINE}))
    db.session.flush()
    return made


def _slugs(title: str, venue: str) -> list[str]:
    """Words for the address made of a title; of one without Latin letters, a word that is always the same for it."""
    plain = normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")
    if len(word) < 3:
        word = "show-" + sha256(f"{title}|{venue}".encode()).hexdigest()[:6]
    return [word, *(f"{word}-{count}" for count in range(2, 20))]
