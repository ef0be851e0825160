"""Every promise as a query. An empty answer is a promise kept; a row is one that is broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from webapp.db import db

PROMISES = {
    "one-owner-per-seat": (
        "seat {} has two live reservations",
        "SELECT seat_id FROM reservations WHERE NOT is_cancelled AND (payment_id IS NOT NULL OR expires_at > :now)"
        " GROUP BY seat_id HAVING count(*) > 1",
    ),
    "seat-limit": (
        "fan {} has more than four seats of one concert",
        "SELECT user_id FROM reservations WHERE NOT is_cancelled AND (payment_id IS NOT NULL OR expires_at > :now)"
        " GROUP BY user_id, concert_id HAVING count(*) > 4",
    ),
    "seat-says-who-has-it": (
        "seat {} and its reservations disagree",
        "SELECT s.id FROM seats s LEFT JOIN reservations r ON r.seat_id = s.id AND NOT r.is_cancelled"
        " AND (r.payment_id IS NOT NULL OR r.expires_at > :now) WHERE s.is_sold <> (r.payment_id IS NOT NULL)"
        " OR (s.held_until > :now) IS TRUE <> (r.id IS NOT NULL AND r.payment_id IS NULL)"
        " OR (r.id IS NOT NULL AND r.seat_version <> s.version)",
    ),
    "ledger-sums": (
        "the points of user {} are not the sum of their ledger",
        "SELECT u.id FROM users u LEFT JOIN point_histories h ON h.user_id = u.id"
        " GROUP BY u.id HAVING u.point <> coalesce(sum(h.amount), 0) OR u.point < 0",
    ),
    "money-is-accounted-for": (
        "payment {} was paid but its tickets, refund and fee do not add up to it",
        "SELECT p.id FROM payments p"
        " LEFT JOIN (SELECT payment_id, sum(price) AS tickets FROM reservations WHERE NOT is_cancelled"
        " GROUP BY payment_id) r ON r.payment_id = p.id"
        " LEFT JOIN (SELECT payment_id, sum(fee + card_amount + points_amount) AS refunds FROM refunds"
        " GROUP BY payment_id) f ON f.payment_id = p.id"
        " WHERE p.status IN ('paid', 'refunded') AND p.order_id IS NOT NULL"
        " AND p.captured_amount + p.points_amount <> coalesce(tickets, 0) + coalesce(refunds, 0)",
    ),
    "captured-money-has-a-place": (
        "payment {} captured money and is neither paid, going back, gone back nor in review",
        "SELECT id FROM payments WHERE captured_amount > 0"
        " AND status NOT IN ('paid', 'cancelling', 'cancelled', 'in_review', 'refunded')",
    ),
    "refunds-go-back-as-paid": (
        "refund {} gives more back to the card or to points than came from there, or the points are not there",
        "SELECT f.id FROM refunds f JOIN payments p ON p.id = f.payment_id"
        " LEFT JOIN point_histories h ON h.payment_id = p.id AND h.type = 'REFUND'"
        " WHERE f.card_amount > p.captured_amount OR f.points_amount > p.points_amount"
        " OR f.points_amount <> coalesce(h.amount, 0)",
    ),
    "refunds-end-their-order": (
        "order {} is refunded without a refund, or has one and is not",
        "SELECT o.id FROM orders o LEFT JOIN refunds f ON f.order_id = o.id"
        " LEFT JOIN payments p ON p.id = f.payment_id AND p.status = 'refunded' AND p.order_id = o.id"
        " WHERE (o.status = 'refunded') <> (f.id IS NOT NULL) OR (f.id IS NULL) <> (p.id IS NULL)",
    ),
    "refunds-are-told": (
        "nothing in the outbox tells the fan of refund {}",
        "SELECT f.id FROM refunds f LEFT JOIN mails m ON m.payment_id = f.payment_id"
        " AND m.kind IN ('refund_coming', 'show_cancelled') WHERE m.id IS NULL",
    ),
    "top-ups-arrive": (
        "top-up {} was paid and is not in the ledger",
        "SELECT p.id FROM payments p LEFT JOIN point_histories h ON h.payment_id = p.id AND h.type = 'TOP_UP'"
        " WHERE p.order_id IS NULL AND p.status = 'paid' AND h.amount IS DISTINCT FROM p.captured_amount",
    ),
    "points-come-back": (
        "payment {} came to nothing and kept the fan's points",
        "SELECT p.id FROM payments p WHERE p.status IN ('failed', 'cancelled') AND p.points_amount <>"
        " coalesce((SELECT sum(h.amount) FROM point_histories h WHERE h.payment_id = p.id AND h.type = 'REFUND'), 0)",
    ),
    "paid-seats-have-tickets": (
        "reservation {} is paid and has no ticket, or has one and is not paid",
        "SELECT r.id FROM reservations r LEFT JOIN tickets t ON t.reservation_id = r.id AND t.voided_at IS NULL"
        " WHERE (r.payment_id IS NOT NULL AND NOT r.is_cancelled) <> (t.id IS NOT NULL)",
    ),
    "paid-orders-are-paid": (
        "order {} is called paid without a payment, or the other way round",
        "SELECT o.id FROM orders o LEFT JOIN payments p ON p.order_id = o.id AND p.status = 'paid'"
        " WHERE (o.status = 'paid') <> (p.id IS NOT NULL)",
    ),
    "numbers-without-gaps": (
        "the wait numbers of concert {} have a gap or a double",
        "SELECT c.concert_id FROM counters c LEFT JOIN sessions s USING (concert_id) GROUP BY c.concert_id"
        " HAVING count(s.id) <> c.created_count OR coalesce(max(s.wait_number), 0) <> c.created_count"
        " OR count(DISTINCT s.wait_number) <> c.created_count",
    ),
    "served-are-counted": (
        "the counter of concert {} does not count the sessions being served",
        "SELECT c.concert_id FROM counters c LEFT JOIN sessions s ON s.concert_id = c.concert_id AND"
        " s.called_at IS NOT NULL AND NOT s.is_terminated"
        " GROUP BY c.concert_id HAVING c.serving_number - c.terminated_count <> count(s.id)",
    ),
    "waiting-are-counted": (
        "the counter of concert {} does not count the sessions waiting",
        "SELECT c.concert_id FROM counters c LEFT JOIN sessions s ON s.concert_id = c.concert_id AND"
        " s.called_at IS NULL AND NOT s.is_terminated"
        " GROUP BY c.concert_id HAVING c.created_count - c.serving_number - c.skipped_count <> count(s.id)",
    ),
    "called-in-order": (
        "concert {} has somebody waiting whose number the line has passed",
        "SELECT DISTINCT c.concert_id FROM counters c JOIN sessions s USING (concert_id)"
        " WHERE s.wait_number <= c.serving_number AND s.called_at IS NULL AND NOT s.is_terminated",
    ),
    "callbacks-are-settled": (
        "callback {} has waited for more than a minute",
        "SELECT id FROM payment_events WHERE settled_at IS NULL AND received_at < CAST(:now AS timestamptz)"
        " - interval '1 minute'",
    ),
}


@dataclass(frozen=True)
class Broken:
    """A promise that does not hold, and one thing it does not hold for."""

    name: str
    sentence: str


def broken_promises(now: datetime) -> list[Broken]:
    """Every broken promise with what it is broken for, from one consistent view of the database."""
    db.session.rollback()
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        return list(_check(now))
    finally:
        db.session.rollback()


def _check(now: datetime) -> Iterator[Broken]:
    for name, (sentence, query) in PROMISES.items():
        for row in db.session.execute(text(query), {"now": now}):
            yield Broken(name, sentence.format(row[0]))
