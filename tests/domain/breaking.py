"""Ways to break a promise on purpose, for the tests of the audit."""

from collections.abc import Callable

from tests.builders import NOW, at, begin_card, concert, do, fan, fans, gather, hold, house, report, soon
from tests.domain.breaking_shows import archived_and_open, house_of_a_draft, place_in_a_draft
from tests.domain.mending import RULED, sql
from webapp.audit import broken_promises
from webapp.checkout import refunding, settling
from webapp.waiting_room import admission, drawing, joining

PRICE = 100_000


def paid_order(point: int = 0) -> None:
    holder = fan("holder", point)
    payment = begin_card(hold(holder, house(), 1), PRICE)
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"


def cancelled_order(point: int = 0) -> None:
    """Paid in halves where there are points, and cancelled again."""
    holder = fan("holder", point)
    order = hold(holder, house(), 1)
    payment = begin_card(order, PRICE, in_points=point)
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    do(refunding.cancel, holder, order.id, 0, NOW)
    assert broken_promises(NOW) == []


def two_owners() -> None:
    evening, (one, other) = house(), fans(2)
    hold(one, evening, 1)
    hold(other, evening, 2)
    sql(
        "DROP INDEX uq_reservations_one_live_per_seat",
        "UPDATE reservations SET seat_id = (SELECT min(seat_id) FROM reservations)",
    )


def five_seats() -> None:
    evening, (one, other) = house(), fans(2)
    hold(one, evening, 1, 2, 3, 4)
    hold(other, evening, 5)
    sql(
        "DROP INDEX uq_reservations_seat_limit",
        "UPDATE reservations SET (order_id, user_id) = (SELECT min(order_id), min(user_id) FROM reservations)",
    )


def forgotten_seat() -> None:
    hold(fan("holder"), house(), 1)
    sql("UPDATE seats SET held_until = NULL")


def foreign_points() -> None:
    fan("holder", 100)
    sql("ALTER TABLE users DISABLE TRIGGER ALL", "UPDATE users SET point = 200", "ALTER TABLE users ENABLE TRIGGER ALL")


def cheap_seat() -> None:
    paid_order()
    sql("UPDATE reservations SET price = price - 1")


def lost_fee() -> None:
    cancelled_order()
    sql("UPDATE refunds SET card_amount = card_amount - 1")


def refund_from_elsewhere() -> None:
    cancelled_order(point=PRICE // 2)
    sql("UPDATE refunds SET card_amount = card_amount + 10, points_amount = points_amount - 10")


def points_never_came() -> None:
    cancelled_order(point=PRICE // 2)
    sql("UPDATE refunds SET points_amount = points_amount - 10, fee = 10")


def refund_without_an_end() -> None:
    cancelled_order()
    sql("UPDATE orders SET status = 'released'")


def end_without_a_refund() -> None:
    cancelled_order()
    sql("DELETE FROM refunds")


def silent_refund() -> None:
    cancelled_order()
    sql("DELETE FROM mails WHERE kind = 'refund_coming'")


def living_ticket() -> None:
    cancelled_order()
    sql(
        "ALTER TABLE tickets DISABLE TRIGGER USER",
        "UPDATE tickets SET voided_at = NULL",
        "ALTER TABLE tickets ENABLE TRIGGER USER",
    )


def kept_money() -> None:
    paid_order()
    sql(
        "DELETE FROM tickets",
        "UPDATE reservations SET payment_id = NULL",
        "UPDATE payments SET status = 'failed', reason = 'declined'",
    )


def lost_top_up() -> None:
    paid_order()
    sql(
        "INSERT INTO payments (public_id, user_id, provider, idempotency_key, amount, captured_amount, status,"
        " created_at, paid_at) SELECT 'x', min(id), 'sandbox', 'x', 1000, 1000, 'paid', now(), now() FROM users"
    )


def kept_points() -> None:
    holder = fan("holder", PRICE)
    begin_card(hold(holder, house(), 1), PRICE, in_points=PRICE // 2)
    sql("UPDATE payments SET status = 'failed', reason = 'declined'")


def withheld_points() -> None:
    holder = fan("holder", PRICE)
    begin_card(hold(holder, house(), 1), PRICE, in_points=PRICE // 2)
    sql("UPDATE payments SET status = 'in_review', reason = 'resold', captured_amount = amount")


def no_ticket() -> None:
    paid_order()
    sql("DELETE FROM tickets")


def unpaid_order() -> None:
    paid_order()
    sql("UPDATE orders SET status = 'open'")


def gap() -> None:
    do(joining.join_all, fans(3), concert().id, NOW)
    sql("UPDATE sessions SET wait_number = 9 WHERE wait_number = 3")


def miscounted_served() -> None:
    do(joining.join_all, fans(3), concert(capacity=2).id, NOW)
    sql("UPDATE counters SET terminated_count = 1")


def miscounted_waiting() -> None:
    do(joining.join_all, fans(3), concert(capacity=1).id, NOW)
    sql("UPDATE counters SET skipped_count = 1")


def uncounted_departure() -> None:
    show, waiting = concert(capacity=0), fans(30)
    do(joining.join_all, waiting, show.id, NOW)
    do(admission.leave, waiting[20], show.id, NOW)
    sql("UPDATE counters SET departures = '{1, 0}'")


def passed_by() -> None:
    do(joining.join_all, fans(3), concert(capacity=1).id, NOW)
    sql("UPDATE counters SET serving_number = 2, terminated_count = 1")


def uneven_hold() -> None:
    hold(fan("holder"), house(), 1)
    sql("UPDATE orders SET expires_at = expires_at + interval '1 minute'")


def free_minutes() -> None:
    hold(fan("holder"), house(), 1)
    sql("UPDATE orders SET extended_at = created_at, expires_at = expires_at + interval '2 minutes'")


def money_nobody_asks_for() -> None:
    evening, (holder, latecomer) = house(), fans(2)
    payment = begin_card(hold(holder, evening, 1), PRICE)
    hold(latecomer, evening, 1, now=at(minutes=7))
    assert do(settling.settle, payment.id, report(payment), at(minutes=7)) == "cancelling"
    sql("UPDATE payments SET ask_at = NULL")


def money_sent_away() -> None:
    paid_order()
    sql(
        "INSERT INTO stray_payments"
        " (provider, provider_key, reference, amount, currency, reason, found_at, returned_at)"
        " SELECT provider, provider_key, 'x', amount, currency, 'foreign_payment', paid_at, paid_at FROM payments"
    )


def deaf() -> None:
    sql(
        "INSERT INTO payment_events (provider, event_id, kind, reference, provider_key, amount, currency, body,"
        " received_at) VALUES ('sandbox', 'e', 'payment.paid', 'r', 'k', 1, 'KRW', '{}', '2026-12-01 11:58:00Z')"
    )


def drawn_lobby(*after: str) -> None:
    """Six fans drawn by lot, and then what these statements do, the rules being off."""
    show, crowd = soon(), fans(6)
    gather(show.id, crowd)
    do(drawing.draw_at, show.id, at(minutes=5))
    sql(*(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in RULED), *after)
    sql(*(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in RULED))


def other_seed() -> None:
    drawn_lobby(
        "ALTER TABLE draws DROP CONSTRAINT ck_draws_commitment_is_the_seeds",
        "UPDATE draws SET seed = sha256('another')",
    )


def forgotten_draw() -> None:
    gather(soon().id, fans(2))
    sql("UPDATE counters SET awaits_draw = false")


def slipped_in() -> None:
    drawn_lobby("UPDATE lobby_entries SET left_at = entered_at WHERE id = 3")


def swapped_numbers() -> None:
    drawn_lobby(
        "UPDATE sessions SET wait_number = 99 WHERE wait_number = 1",
        "UPDATE sessions SET wait_number = 1 WHERE wait_number = 2",
        "UPDATE sessions SET wait_number = 2 WHERE wait_number = 99",
    )


def miscounted_door() -> None:
    paid_order()
    sql("UPDATE tickets SET checked_in_at = issued_at")
    assert broken_promises(NOW) == []
    sql("UPDATE door_counts SET admitted = 2")


def lost_seat() -> None:
    house()
    sql("DELETE FROM seats WHERE number = 3")


def sold_ghost() -> None:
    hold(fan("holder"), house(), 1)
    sql("UPDATE seats SET schedule_id = NULL, held_until = NULL WHERE number = 1")


BREAKS: dict[str, Callable[[], None]] = {
    "paid-money-was-not-sent-away": money_sent_away,
    "houses-are-as-planned": lost_seat,
    "seats-gone-are-nobodys": sold_ghost,
    "drafts-are-not-played": house_of_a_draft,
    "archived-shows-sell-nothing": archived_and_open,
    "drafts-have-no-fans": place_in_a_draft,
    "one-owner-per-seat": two_owners,
    "seat-limit": five_seats,
    "seat-says-who-has-it": forgotten_seat,
    "ledger-sums": foreign_points,
    "money-is-accounted-for": cheap_seat,
    "captured-money-has-a-place": kept_money,
    "refunds-go-back-as-paid": refund_from_elsewhere,
    "refunds-end-their-order": refund_without_an_end,
    "refunds-are-told": silent_refund,
    "top-ups-arrive": lost_top_up,
    "points-come-back": kept_points,
    "paid-seats-have-tickets": no_ticket,
    "paid-orders-are-paid": unpaid_order,
    "holds-end-together": uneven_hold,
    "holds-are-extended-for-payments": free_minutes,
    "money-on-its-way-back-is-asked-for": money_nobody_asks_for,
    "numbers-without-gaps": gap,
    "served-are-counted": miscounted_served,
    "waiting-are-counted": miscounted_waiting,
    "departures-are-counted": uncounted_departure,
    "called-in-order": passed_by,
    "seeds-were-committed-to": other_seed,
    "lobbies-wait-for-their-draw": forgotten_draw,
    "lobbies-have-their-numbers": slipped_in,
    "lots-are-in-order": swapped_numbers,
    "doors-count-who-is-in": miscounted_door,
    "callbacks-are-settled": deaf,
}
