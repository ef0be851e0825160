"""The demo: four concerts in believable halls, twenty fans with points, one operator.

Every act and venue is made up. Dates are counted from the day of the first seeding.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.accounts.models import FAN, OPERATOR, User
from webapp.accounts.passwords import hash_password
from webapp.checkout import points
from webapp.concerts import schedules
from webapp.concerts.models import Concert, SeatPlan
from webapp.concerts.plans import Plan
from webapp.db import db
from webapp.dev import halls
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
ON_SALE_SINCE = timedelta(days=-1)


class Show(NamedTuple):
    """A concert of the demo: `nights` from the first Friday at least `days_ahead` on; `opens` counts from now."""

    slug: str
    title: str
    artist: str
    venue: str
    city: str
    description: str
    hall: Callable[[], Plan]
    prices: dict[str, int]
    capacity: int
    days_ahead: int
    nights: int
    opens: timedelta = ON_SALE_SINCE


SHOWS = (
    Show(
        slug="last-stop-first-light",
        title="Last Stop, First Light",
        artist="Saebyeok Train",
        venue="Mirinae Concert Hall",
        city="Seoul",
        description=(
            "Three evenings of slow trains and bright guitars. Saebyeok Train plays the whole of its new record, "
            "with eight strings and a brass section from the second half on."
        ),
        hall=halls.concert_hall,
        prices={"VIP": 165_000, "R": 132_000, "S": 110_000, "A": 88_000},
        capacity=50,
        days_ahead=35,
        nights=3,
    ),
    Show(
        slug="low-tide",
        title="Low Tide",
        artist="Low Tide Trio",
        venue="Pado Club",
        city="Busan",
        description=(
            "Piano, bass and brushes, sixty chairs and one lamp. The trio plays two sets by the harbour; "
            "the bar stays open between them."
        ),
        hall=halls.club,
        prices={"R": 66_000, "S": 55_000, "A": 44_000},
        capacity=10,
        days_ahead=14,
        nights=1,
    ),
    Show(
        slug="winter-strings",
        title="겨울밤의 현",
        artist="Hanji Quartet",
        venue="Dasom Recital Hall",
        city="Daejeon",
        description=(
            "Strings on a winter night: two quartets and a first performance, played without a conductor "
            "and almost without light. The lobby is open; the sale opens a few minutes after the demo's first start."
        ),
        hall=halls.recital_hall,
        prices={"R": 88_000, "S": 66_000, "A": 44_000},
        capacity=30,
        days_ahead=49,
        nights=2,
        opens=timedelta(minutes=5),
    ),
    Show(
        slug="nova-parade-everyone-louder",
        title="Nova Parade: Everyone, Louder",
        artist="Nova Parade",
        venue="Haemaru Arena",
        city="Incheon",
        description=(
            "The parade comes home. Two nights under one roof, with every song the audience voted for and a stage "
            "as wide as the floor."
        ),
        hall=halls.arena,
        prices={"VIP": 198_000, "R": 165_000, "S": 132_000, "A": 99_000},
        capacity=200,
        days_ahead=77,
        nights=2,
    ),
)


def seed(now: datetime) -> list[str]:
    """Make what is missing of the demo, and say what was made, one sentence each; [] when nothing was."""
    slugs = set(db.session.scalars(select(Concert.slug)))
    made = [put_on(show, now) for show in SHOWS if show.slug not in slugs]
    return made + _open_accounts(now)


def put_on(show: Show, now: datetime) -> str:
    """Make one concert of the demo with its dates and seats; a sentence that says what it is."""
    concert = _concert(show, now)
    document = show.hall()
    plan = SeatPlan(name=f"{show.venue}, {document['name'].lower()}", document=document)
    db.session.add_all([concert, plan])
    db.session.flush()
    db.session.add(Counter(concert_id=concert.id, capacity=show.capacity))
    for starts_at in _nights(show, now):
        schedules.put_on(concert, plan, starts_at, starts_at - DOORS_BEFORE, show.prices)
    seats = sum(len(row["seats"]) for section in document["sections"] for row in section["rows"])
    dates = "1 date" if show.nights == 1 else f"{show.nights} dates"
    return f"{show.title}, {show.venue}, {show.city}: {dates}, {seats:,} seats each."


def _concert(show: Show, now: datetime) -> Concert:
    return Concert(
        slug=show.slug,
        title=show.title,
        artist=show.artist,
        venue=show.venue,
        city=show.city,
        description=show.description,
        time_zone=SEOUL,
        sale_opens_at=now + show.opens,
    )


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
