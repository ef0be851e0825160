"""The demo: the concerts of shows.py in believable halls, twenty fans with points, one operator.

Dates are counted from the day of the first seeding.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.accounts.models import FAN, OPERATOR, User
from webapp.accounts.passwords import hash_password
from webapp.checkout import points
from webapp.concerts import schedules
from webapp.concerts.models import Concert, SeatPlan
from webapp.db import db
from webapp.dev.shows import SHOWS, Show, Words
from webapp.waiting_room.models import Counter

FAN_COUNT = 20
FAN_EMAIL = "fan{n}@frontrow.test"
FAN_POINTS = 500_000
OPERATOR_EMAIL = "operator@frontrow.test"
DEMO_PASSWORD = "frontrow-demo"
OPERATOR_PASSWORD = "frontrow-house"

SEOUL = "Asia/Seoul"
STARTS = time(19, 30)
FRIDAY = 4  # as date.weekday counts
DOORS_BEFORE = timedelta(hours=1)


def seed(now: datetime) -> list[str]:
    """Make what is missing of the demo, and say what was made, one sentence each; [] when nothing was."""
    slugs = set(db.session.scalars(select(Concert.slug)))
    made = [put_on(show, now) for show in SHOWS if show.slug not in slugs]
    return made + _open_accounts(now)


def put_on(show: Show, now: datetime) -> str:
    """Make one concert of the demo with its dates and seats; a sentence that says what it is."""
    concert = _concert(show, now)
    document = show.hall()
    about = show.english
    plan = SeatPlan(name=f"{about.venue} / {show.korean.venue}", document=document)
    db.session.add_all([concert, plan])
    db.session.flush()
    db.session.add(Counter(concert_id=concert.id, capacity=show.capacity))
    for starts_at in _nights(show, now):
        schedules.put_on(concert, plan, starts_at, starts_at - DOORS_BEFORE, show.prices)
    seats = sum(len(row["seats"]) for section in document["sections"] for row in section["rows"])
    dates = "1 date" if show.nights == 1 else f"{show.nights} dates"
    return f"{about.title}, {about.venue}, {about.city}: {dates}, {seats:,} seats each."


def _concert(show: Show, now: datetime) -> Concert:
    return Concert(
        slug=show.slug,
        time_zone=SEOUL,
        sale_opens_at=now + show.opens,
        published_at=now,
        **_texts(show.english, "en"),
        **_texts(show.korean, "ko"),
    )


def _texts(words: Words, language: str) -> dict[str, str]:
    return {f"{name}_{language}": text for name, text in words._asdict().items()}


def _nights(show: Show, now: datetime) -> list[datetime]:
    zone = ZoneInfo(SEOUL)
    soonest = now.astimezone(zone).date() + timedelta(days=show.days_ahead)
    first = soonest + timedelta(days=(FRIDAY - soonest.weekday()) % 7)
    return [datetime.combine(first + timedelta(days=night), STARTS, zone) for night in range(show.nights)]


def _open_accounts(now: datetime) -> list[str]:
    wanted = [FAN_EMAIL.format(n=n) for n in range(1, FAN_COUNT + 1)]
    known = set(db.session.scalars(select(User.email).where(User.email.in_([*wanted, OPERATOR_EMAIL]))))
    made = []
    if OPERATOR_EMAIL not in known:
        password = hash_password(OPERATOR_PASSWORD)
        db.session.add(User(email=OPERATOR_EMAIL, name="Operator", password=password, role=OPERATOR))
        db.session.flush()
        made.append(f"The operator {OPERATOR_EMAIL}.")
    if missing := [email for email in wanted if email not in known]:
        _welcome(missing, now)
        made.append(f"{len(missing)} fans, {missing[0]} to {missing[-1]}, with {FAN_POINTS:,} points each.")
    return made


def _welcome(emails: list[str], now: datetime) -> None:
    # One hash for all of them: they share the password, and each hash costs a good part of a second by design.
    password = hash_password(DEMO_PASSWORD)
    fans = [
        User(email=email, name=email.split("@")[0].replace("fan", "Fan "), password=password, role=FAN)
        for email in emails
    ]
    db.session.add_all(fans)
    db.session.flush()
    for fan in fans:
        points.grant(fan.id, FAN_POINTS, now)
