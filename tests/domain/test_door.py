"""The door: each answer, and that a ticket opens it once."""

import pytest
from sqlalchemy import select

from tests.builders import NOW, at, begin_card, concert, do, fan, hall, hold, operator, report, schedule
from tests.builders import house as evening
from webapp.booking.models import Reservation
from webapp.checkout import closing, door, refunding, settling
from webapp.checkout.models import Ticket
from webapp.concerts.models import Schedule
from webapp.db import db
from webapp.errors import NotFound, TicketUsed

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000


def ticket(night: Schedule, holder: int, number: int = 1) -> Ticket:
    order = hold(holder, night, number)
    payment = begin_card(order, PRICE, key=f"key {order.id}")
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()  # type: ignore[return-value]


def scan(code: str, night: Schedule, who: int, gate: str = "Gate 1", **later: float) -> door.Answer:
    return do(door.admit, code, night.id, who, gate, at(**later) if later else NOW)


def test_the_first_scan_is_welcome_and_says_the_seat() -> None:
    night, who = evening(), operator()
    answer = scan(ticket(night, fan("holder")).code, night, who)
    assert (answer.kind, answer.holder, answer.gate) == ("welcome", "Holder", "Gate 1")
    assert answer.seat is not None
    assert answer.seat.name == "Floor A-1"
    assert door.count(night.id) == door.Count(1, 1)


def test_the_second_scan_says_when_where_and_who() -> None:
    night, who = evening(), operator()
    code = ticket(night, fan("holder")).code
    scan(code, night, who)
    answer = scan(code, night, who, "Gate 2", minutes=3)
    assert (answer.kind, answer.came_at, answer.gate, answer.let_in_by) == ("already_in", NOW, "Gate 1", "Operator")
    assert door.count(night.id) == door.Count(1, 1)


def test_a_scanner_without_a_gate_says_none() -> None:
    night, who = evening(), operator()
    code = ticket(night, fan("holder")).code
    scan(code, night, who, "")
    assert scan(code, night, who).gate is None


@pytest.mark.parametrize("typed", ["{low}", " {code} ", "{dashed}", "{code}\n"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    night, who = evening(), operator()
    code = ticket(night, fan("holder")).code
    dashed = "-".join(code[part : part + 4] for part in range(0, 24, 4))
    assert scan(typed.format(code=code, low=code.lower(), dashed=dashed), night, who).kind == "welcome"


@pytest.mark.parametrize("typed", ["", "NOSUCHTICKET", "x" * 1000, "' OR 1=1"])
def test_a_code_nobody_knows(typed: str) -> None:
    assert scan(typed, evening(), operator()).kind == "unknown"


def test_a_ticket_of_another_evening_is_the_wrong_show_and_stays_unused() -> None:
    show = concert()
    first, second = schedule(show, hall()), schedule(show, hall(), days=61)
    code = ticket(first, fan("holder")).code
    who = operator()
    answer = scan(code, second, who)
    assert answer.kind == "wrong_show"
    assert answer.schedule is not None
    assert answer.schedule.id == first.id
    assert scan(code, first, who).kind == "welcome"


def test_a_cancelled_order_is_void() -> None:
    night, holder, who = evening(), fan("holder"), operator()
    mine = ticket(night, holder)
    order_id = hold_order(mine)
    do(refunding.cancel, holder, order_id, 0, NOW)
    assert scan(mine.code, night, who).kind == "void"
    assert door.count(night.id) == door.Count(0, 0)


def test_a_cancelled_performance_admits_nobody_even_before_its_tickets_are_void() -> None:
    night, who = evening(), operator()
    code = ticket(night, fan("holder")).code
    do(closing.cancel_schedules, [night.id], NOW)
    assert scan(code, night, who).kind == "void"


def test_who_is_in_cannot_cancel_any_more_until_the_scan_is_taken_back() -> None:
    night, holder, who = evening(), fan("holder"), operator()
    mine = ticket(night, holder)
    scan(mine.code, night, who)
    with pytest.raises(TicketUsed):
        do(refunding.cancel, holder, hold_order(mine), 0, NOW)
    before, after = do(door.take_back, mine.code, night.id)
    assert before == {"came_at": NOW.isoformat(), "gate": "Gate 1"}
    assert after == {"came_at": None, "gate": None}
    assert scan(mine.code, night, who).kind == "welcome"


def test_what_is_not_in_cannot_be_taken_back() -> None:
    show = concert()
    first, second = schedule(show, hall()), schedule(show, hall(), days=61)
    code = ticket(first, fan("holder")).code
    for wrong, night in ((code, first), ("NOSUCH", first)):
        with pytest.raises(NotFound):
            do(door.take_back, wrong, night.id)
    scan(code, first, operator())
    with pytest.raises(NotFound):
        do(door.take_back, code, second.id)


def test_the_last_to_come_stand_first() -> None:
    night, who = evening(), operator()
    codes = [ticket(night, fan(f"fan-{number}"), number).code for number in (1, 2, 3)]
    for minute, code in enumerate(codes):
        scan(code, night, who, minutes=minute)
    assert [one.code for one in door.latest(night.id, 2)] == [codes[2], codes[1]]


def hold_order(mine: Ticket) -> int:
    return db.session.get_one(Reservation, mine.reservation_id).order_id
