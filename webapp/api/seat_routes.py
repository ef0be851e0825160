"""Concerts, dates and seats; holding seats, releasing them, and paying them from points."""

import secrets
from collections.abc import Sequence

from sqlalchemy import select

from webapp.api import answered, asked, catalogue, idempotency, limits
from webapp.api.asked import SeatByNumber
from webapp.api.calls import Call
from webapp.api.errors import (
    InFlight,
    KeyMismatch,
    NoReservation,
    NoSuchConcert,
    NoSuchDate,
    NoSuchSeat,
    PaymentFailed,
    WhichConcert,
    WhichSchedule,
)
from webapp.api.idempotency import Told
from webapp.api.operations import FAN, Outcome, Words, operation, told
from webapp.booking import holds
from webapp.booking.models import MOST_SEATS, Order, Reservation
from webapp.checkout import payments
from webapp.checkout.models import PAID, POINTS, Payment, Ticket
from webapp.checkout.payments import Wish
from webapp.concerts import listing
from webapp.concerts.models import Schedule
from webapp.db import db, transaction
from webapp.errors import (
    AlreadyPaid,
    AmountMismatch,
    HoldExpired,
    NotEnoughPoints,
    NotFound,
    NotYourTurn,
    SeatLimit,
    SeatsTaken,
    ShowBegun,
    ShowCancelled,
)
from webapp.waiting_room import admission
from webapp.waiting_room.models import QueueSession

CATALOGUE, SEATS = "concerts", "reservations"
WAIT = NotYourTurn(concert_slug="low-tide", ahead=12)
WHICH = (NoSuchConcert(), WhichConcert(concertIds=[1, 2]))

SAID = "$response.body#"
TO_HOLD = {"hold": {"requestBody": {"scheduleId": f"{SAID}/seats/0/scheduleId", "seatIds": [f"{SAID}/seats/0/id"]}}}
PAYMENT = {name: f"{SAID}/{name}" for name in ("reservationId", "sessionId", "amount")}
TO_PAY = {
    "pay": {"requestBody": {**PAYMENT, "paidAt": 1_714_857_600}},
    "release": {"parameters": {"reservationId": f"{SAID}/reservationId"}},
}


@operation(
    "GET",
    "/api/concerts",
    tag=CATALOGUE,
    words=Words("What is on", "공연 목록 조회"),
    outcomes={200: Outcome(Words("Concerts with their performances.", "공연과 회차 목록입니다."), answered.Concerts)},
    limits=limits.EVERYBODY,
)
def concerts(call: Call) -> Told:
    shown = [
        answered.Concert(
            id=concert.id,
            slug=concert.slug,
            title=concert.title,
            sale_state=state,  # type: ignore[arg-type]
            schedules=[
                answered.Schedule(
                    id=one.id,
                    date=one.date,
                    starts_at=one.starts_at,
                    seats_total=left.seats_total,
                    seats_left=left.seats_left,
                )
                for one, left in schedules
            ],
        )
        for concert, state, schedules in catalogue.concerts(call.now)
    ]
    return told(answered.Concerts(concerts=shown))


@operation(
    "GET",
    "/api/reservation/dates/available",
    tag=SEATS,
    words=Words("Dates that can be booked", "예약 가능한 날짜 조회"),
    query=asked.WhichConcert,
    outcomes={200: Outcome(Words("Days on sale with a free seat.", "예약 가능한 날짜 목록입니다."), answered.Dates)},
    errors=WHICH,
    limits=limits.EVERYBODY,
)
def dates(call: Call) -> Told:
    concert = catalogue.concert(call.query.concert_id, call.now)
    return told(answered.Dates(dates=catalogue.dates(concert, call.now)))


@operation(
    "GET",
    "/api/reservation/seats/available",
    tag=SEATS,
    words=Words("Free seats of a date", "예약 가능한 좌석 조회"),
    query=asked.WhichSeats,
    outcomes={
        200: Outcome(Words("Free seats by number.", "예약 가능한 좌석 목록입니다."), answered.Seats, links=TO_HOLD)
    },
    errors=(WAIT, NoSuchDate(), *WHICH),
    who=FAN,
    limits=limits.FANS,
)
def seats(call: Call) -> Told:
    concert = catalogue.concert(call.query.concert_id, call.now)
    place = admission.require(call.fan.user_id, concert.id, concert.slug, call.now)
    schedules = catalogue.schedules_on(concert, call.query.date, call.now)
    _come_in(place, call)
    shown = [
        answered.Seat(
            id=seat.id,
            number=seat.number,
            price=seat.price,
            section=seat.section_name,
            row=seat.row,
            grade=seat.grade,
            schedule_id=seat.schedule_id,
        )
        for seat in catalogue.free_seats(schedules, call.now)
        if seat.schedule_id is not None
    ]
    return told(answered.Seats(seats=shown))


@operation(
    "POST",
    "/api/reservation/seat",
    tag=SEATS,
    words=Words("Hold seats for five minutes", "좌석 예약 요청"),
    body=asked.HoldSeats,
    outcomes={201: Outcome(Words("All of them are held.", "모든 좌석을 선점했습니다."), answered.Held, links=TO_PAY)},
    errors=(
        WAIT,
        NotFound(),
        NoSuchDate(),
        NoSuchSeat(),
        SeatsTaken(names=["Floor B-12"], seats=[32]),
        SeatLimit(most=MOST_SEATS, left=1),
        ShowCancelled(),
        ShowBegun(),
        WhichSchedule(scheduleIds=[1, 2]),
        *WHICH,
        InFlight(),
        KeyMismatch(),
    ),
    who=FAN,
    keyed=True,
    limits=limits.FANS,
)
def hold(call: Call) -> Told:
    user_id, now = call.fan.user_id, call.now
    schedule, seat_ids, place = _wanted(call)
    place_id = place.id
    _come_in(place, call)

    def effect() -> Told:
        order = holds.place(user_id, schedule, seat_ids, now)
        mine = select(Reservation.id, Reservation.price).where(Reservation.order_id == order.id)
        rows = db.session.execute(mine.order_by(Reservation.id)).all()
        held = answered.Held(
            reservation_id=rows[0].id,
            reservation_ids=[row.id for row in rows],
            order_id=order.public_id,
            amount=sum(row.price for row in rows),
            session_id=place_id,
            expires_at=order.expires_at,
        )
        return told(held, 201)

    with transaction():
        return idempotency.once(call.claim, now, effect)


@operation(
    "DELETE",
    "/api/reservation/{reservationId}",
    tag=SEATS,
    words=Words("Release a hold, with the seats held together with it", "예약 취소(함께 선점한 좌석 포함)"),
    outcomes={204: Outcome(Words("The seats are free again.", "좌석이 다시 판매됩니다."))},
    errors=(NoReservation(),),
    who=FAN,
    limits=limits.FANS,
)
def release(call: Call, reservationId: int) -> Told:  # noqa: N803 - as the path spells it
    reservation = _reservation(reservationId, call.fan.user_id)
    user_id, order_id = reservation.user_id, reservation.order_id
    try:
        with transaction():
            payments.give_up(user_id, order_id, call.now)
    except NotFound:
        raise NoReservation() from None
    return told(None, 204)


@operation(
    "POST",
    "/api/reservation/payment",
    tag=SEATS,
    words=Words("Pay a reservation's order from points", "결제 처리"),
    body=asked.Pay,
    outcomes={201: Outcome(Words("Paid, with the tickets.", "결제되었고 티켓이 발급되었습니다."), answered.Paid)},
    errors=(
        NotEnoughPoints(),
        NoReservation(),
        AmountMismatch(total=110_000),
        AlreadyPaid(),
        PaymentFailed(),
        InFlight(),
        KeyMismatch(),
    ),
    who=FAN,
    keyed=True,
    limits=limits.FANS,
)
def pay(call: Call) -> Told:
    user_id, now, body = call.fan.user_id, call.now, call.body
    # A key that has been answered is answered again, also when the seats have moved on since.
    key = f"api:{call.claim.key}" if call.claim else secrets.token_urlsafe(12)

    def effect() -> Told:
        order_id = _order_to_pay(user_id, body.reservation_id, body.session_id)
        wish = Wish(body.amount, body.amount, POINTS, key)
        try:
            payment = payments.start(user_id, order_id, wish, now)
        except HoldExpired:
            raise NoReservation() from None
        if payment.status != PAID:
            raise PaymentFailed()
        return told(answered.Paid(payment_id=payment.id, status="PAID", tickets=_tickets(payment)), 201)

    with transaction():
        return idempotency.once(call.claim, now, effect)


def _wanted(call: Call) -> tuple[Schedule, Sequence[int], QueueSession]:
    """The performance, the seats' ids, and the fan's admission to them."""
    body, user_id, now = call.body, call.fan.user_id, call.now
    if not isinstance(body, SeatByNumber):
        schedule = listing.schedule(body.schedule_id)
        place = admission.require(user_id, schedule.concert_id, schedule.concert.slug, now)
        return schedule, body.seat_ids, place
    concert = catalogue.concert(body.concert_id, now)
    place = admission.require(user_id, concert.id, concert.slug, now)
    schedule = catalogue.schedule_on(concert, body.date, now)
    return schedule, [catalogue.seat_id(schedule, body.seat_number)], place


def _come_in(place: QueueSession, call: Call) -> None:
    """Looking at seats is showing up: the claim time stops."""
    if place.claimed_at is None:
        place_id = place.id
        with transaction():
            admission.claim(place_id, call.now)


def _reservation(reservation_id: int, user_id: int) -> Reservation:
    found = db.session.get(Reservation, reservation_id)
    if found is None or found.user_id != user_id:
        raise NoReservation()
    return found


def _order_to_pay(user_id: int, reservation_id: int, session_id: int) -> int:
    """The order of a reservation that the fan made from this session. Raises NoReservation."""
    reservation = _reservation(reservation_id, user_id)
    session = db.session.get(QueueSession, session_id)
    is_theirs = session and (session.user_id, session.concert_id) == (user_id, reservation.concert_id)
    if not is_theirs or (reservation.is_cancelled and db.session.get_one(Order, reservation.order_id).status != "paid"):
        raise NoReservation()
    return reservation.order_id


def _tickets(payment: Payment) -> list[answered.Ticket]:
    statement = (
        select(Ticket.reservation_id, Ticket.code)
        .join(Reservation, Reservation.id == Ticket.reservation_id)
        .where(Reservation.payment_id == payment.id)
        .order_by(Ticket.reservation_id)
    )
    return [answered.Ticket(reservation_id=one, code=code) for one, code in db.session.execute(statement)]
