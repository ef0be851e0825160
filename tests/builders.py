"""What tests are made of: fans, concerts, small halls. The cast goes by role."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from sqlalchemy import select

from webapp.accounts.models import OPERATOR, User
from webapp.booking import holds
from webapp.booking.models import Order
from webapp.checkout import payments, points
from webapp.checkout.models import Payment
from webapp.checkout.payments import Wish
from webapp.checkout.providers import Report
from webapp.concerts import schedules
from webapp.concerts.models import Concert, Schedule, Seat, SeatPlan
from webapp.concerts.plans import Plan
from webapp.db import db, transaction
from webapp.waiting_room import admission, joining, lobby
from webapp.waiting_room.models import Counter

T = TypeVar("T")

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = {"artist_en": "The Band", "venue_en": "The Hall", "city_en": "Seoul", "description_en": "An evening."}
PASSWORD = "correct horse battery"
# A real hash of the same kind that takes no time to check; tests/domain/test_passwords.py looks at the house's own.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_HASH = QUICK.hash(PASSWORD)


_reached = [NOW]


def latest_now() -> datetime:
    """The latest moment the test has reached, for the audit at its end; the next test starts at NOW again."""
    reached = max(_reached)
    _reached[:] = [NOW]
    return reached


def at(**later: float) -> datetime:
    """NOW and so many minutes or seconds later."""
    _reached.append(NOW + timedelta(**later))
    return _reached[-1]


def do(verb: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Call a verb in a transaction of its own, as an entry point does."""
    with transaction():
        return verb(*arguments, **named)


def fan(role: str = "fan", point: int = 0) -> int:
    """A signed-up fan, by role in the story; returns the id."""
    user = User(email=f"{role}@frontrow.test", name=role.capitalize(), password=_HASH)
    with transaction():
        db.session.add(user)
        db.session.flush()
        if point:
            points.grant(user.id, point, NOW)
    return user.id


def fans(count: int, point: int = 0) -> list[int]:
    return [fan(f"fan-{number}", point) for number in range(1, count + 1)]


def operator() -> int:
    user = User(email="operator@frontrow.test", name="Operator", password=_HASH, role=OPERATOR)
    with transaction():
        db.session.add(user)
    return user.id


def hall(rows: int = 2, seats: int = 6, grade: str = "R") -> Plan:
    """A hall of straight rows A, B, ... in one section."""
    return {
        "name": "Small hall",
        "width": 200,
        "height": 200,
        "stage": {"x": 50, "y": 0, "width": 100, "height": 20, "label": "STAGE"},
        "sections": [
            {
                "name": "Floor",
                "outline": [(0, 30), (200, 30), (200, 200), (0, 200)],
                "label": (100, 40),
                "rows": [
                    {
                        "name": chr(65 + row),
                        "grade": grade,
                        "seats": [
                            (row * seats + place, str(place), 60 + place * 10, 50 + row * 12)
                            for place in range(1, seats + 1)
                        ],
                    }
                    for row in range(rows)
                ],
            }
        ],
    }


def concert(slug: str = "show", capacity: int = 100, opens_at: datetime | None = None, **about: Any) -> Concert:
    """A concert on sale since yesterday, with an empty line."""
    made = Concert(
        slug=slug,
        **WORDS | {"title_en": slug.title(), "published_at": LONG_AGO} | about,
        time_zone="Asia/Seoul",
        sale_opens_at=opens_at or LONG_AGO,
    )
    with transaction():
        db.session.add(made)
        db.session.flush()
        db.session.add(Counter(concert_id=made.id, capacity=capacity))
    return made


def schedule(
    concert: Concert, plan: Plan | None = None, price: int = 100_000, days: int = 60, hours: int = 0
) -> Schedule:
    """A performance of the concert in a small hall, every seat at one price."""
    document = plan or hall()
    with transaction():
        stored = SeatPlan(name=document["name"], document=document)
        db.session.add(stored)
        db.session.flush()
        starts_at = datetime(2027, 1, 1, 19, 30, tzinfo=ZoneInfo("Asia/Seoul")) + timedelta(days=days, hours=hours)
        grades = {row["grade"] for section in document["sections"] for row in section["rows"]}
        return schedules.put_on(
            concert, stored, starts_at, starts_at - timedelta(hours=1), dict.fromkeys(grades, price)
        )


def house(rows: int = 2, seats: int = 6, capacity: int = 100) -> Schedule:
    """A concert on sale with one performance."""
    return schedule(concert(capacity=capacity), hall(rows, seats))


def soon(minutes: int = 5, **about: Any) -> Concert:
    """A concert whose sale opens in a few minutes: its lobby is open."""
    return concert(opens_at=NOW + timedelta(minutes=minutes), **about)


def gather(concert_id: int, users: list[int]) -> None:
    """These fans enter the lobby, now."""
    for user in users:
        do(lobby.enter, user, concert_id, NOW)


def seat_ids(schedule: Schedule, *numbers: int) -> list[int]:
    found = select(Seat.id).where(Seat.schedule_id == schedule.id, Seat.number.in_(numbers)).order_by(Seat.number)
    return list(db.session.scalars(found))


def seat(schedule: Schedule, number: int) -> Seat:
    found = select(Seat).where(Seat.schedule_id == schedule.id, Seat.number == number)
    return db.session.scalars(found, execution_options={"populate_existing": True}).one()


def admit(user_id: int, concert_id: int, now: datetime = NOW) -> None:
    """Join and come through the door; there must be room."""
    place = do(joining.join, user_id, concert_id, now)
    assert place.called_at is not None, "the line had no room"
    do(admission.claim, place.id, now)


def hold(user_id: int, schedule: Schedule, *numbers: int, now: datetime = NOW) -> Order:
    return do(holds.place, user_id, schedule, seat_ids(schedule, *numbers), now)


def begin_card(order: Order, total: int, *, key: str = "first", in_points: int = 0, now: datetime = NOW) -> Payment:
    """Start paying by card; the provider knows it as pay_ and the key."""
    wish = Wish(total, in_points, "sandbox", key)
    payment = do(payments.start, order.user_id, order.id, wish, now)
    do(payments.started, payment.id, f"pay_{key}_{order.id}", "https://pay.test/")
    return payment


def report(payment: Payment, status: str = "paid", **facts: Any) -> Report:
    """What the provider says of a payment when all is as it should be, or with other `facts`."""
    said = {
        "reference": payment.public_id,
        "provider_key": payment.provider_key,
        "status": status,
        "amount": payment.amount,
        "currency": "KRW",
    }
    return Report(**{**said, **facts})
