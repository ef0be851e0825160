"""Every promise as a query. An empty answer is a promise kept; a row is one that is broken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from webapp.booking.models import MOST_SEATS
from webapp.db import db

PROMISES = {
    "one-owner-per-seat": (
        "seat {} has two live reservations",
        "SELECT seat_id FROM reservations WHERE NOT is_cancelled AND (payment_id IS NOT NULL OR expires_at > :now)"
        " GROUP BY seat_id HAVING count(*) > 1",
    ),
    "seat-limit": (
        f"fan {{}} has more than {MOST_SEATS} seats of one concert",
        "SELECT user_id FROM reservations WHERE NOT is_cancelled AND (payment_id IS NOT NULL OR expires_at > :now)"
        f" GROUP BY user_id, concert_id HAVING count(*) > {MOST_SEATS}",
    ),
    "seat-says-who-has-it": (
        "seat {} and its reservations disagree",
        "SELECT s.id FROM seats s LEFT JOIN reservations r ON r.seat_id = s.id AND NOT r.is_cancelled"
        " AND (r.payment_id IS NOT NULL OR r.expires_at > :now) WHERE s.is_sold <> (r.payment_id IS NOT NULL)"
        " OR (s.held_until > :now) IS TRUE <> (r.id IS NOT NULL AND r.payment_id IS NULL)"
        " OR (r.id IS NOT NULL AND r.seat_version <> s.version)",
    ),
    "houses-are-as-planned": (
        "the seats of performance {} are not those of its plan, numbered from 1 without a gap",
        "SELECT d.id FROM schedules d JOIN seat_plans p ON p.id = d.seat_plan_id"
        " LEFT JOIN seats s ON s.schedule_id = d.id GROUP BY d.id, p.seat_count HAVING count(s.id) <> p.seat_count"
        " OR coalesce(max(s.number), 0) <> p.seat_count",
    ),
    "seats-gone-are-nobodys": (
        "seat {} was taken out of its house, and somebody has it",
        "SELECT s.id FROM seats s JOIN reservations r ON r.seat_id = s.id AND NOT r.is_cancelled"
        " WHERE s.schedule_id IS NULL",
    ),
    "drafts-are-not-played": (
        "performance {} plays in a house that was never saved",
        "SELECT d.id FROM schedules d JOIN seat_plans p ON p.id = d.seat_plan_id WHERE p.saved_at IS NULL",
    ),
    "archived-shows-sell-nothing": (
        "concert {} is archived and its sale is open",
        "SELECT c.id FROM concerts c WHERE c.archived_at IS NOT NULL AND c.sale_closed_at IS NULL"
        " AND c.published_at IS NOT NULL"
        " AND EXISTS (SELECT FROM schedules d WHERE d.concert_id = c.id AND d.cancelled_at IS NULL"
        " AND d.starts_at > :now)",
    ),
    "drafts-have-no-fans": (
        "concert {} is a draft, and somebody has a place, a draw or an order there",
        "SELECT c.id FROM concerts c WHERE c.published_at IS NULL AND (EXISTS (SELECT FROM sessions s"
        " WHERE s.concert_id = c.id) OR EXISTS (SELECT FROM lobby_entries e WHERE e.concert_id = c.id)"
        " OR EXISTS (SELECT FROM draws d WHERE d.concert_id = c.id)"
        " OR EXISTS (SELECT FROM orders o WHERE o.concert_id = c.id))",
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
        "SELECT p.id FROM payments p WHERE p.status IN ('failed', 'cancelling', 'cancelled', 'in_review')"
        " AND p.points_amount <>"
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
    "holds-end-together": (
        "order {} is held until another time than its seats",
        "SELECT o.id FROM orders o JOIN reservations r ON r.order_id = o.id JOIN seats s ON s.id = r.seat_id"
        " WHERE NOT r.is_cancelled AND r.payment_id IS NULL AND r.expires_at > :now"
        " AND (r.expires_at, s.held_until) IS DISTINCT FROM (o.expires_at, o.expires_at)",
    ),
    "holds-are-extended-for-payments": (
        "order {} was kept longer though nobody began to pay it by card",
        "SELECT o.id FROM orders o WHERE o.extended_at IS NOT NULL AND NOT EXISTS"
        " (SELECT FROM payments p WHERE p.order_id = o.id AND p.amount > 0)",
    ),
    "money-on-its-way-back-is-asked-for": (
        "payment {} is to be sent back and nobody will ask for it",
        "SELECT id FROM payments WHERE status = 'cancelling' AND ask_at IS NULL",
    ),
    "paid-money-was-not-sent-away": (
        "payment {} is paid, and its money was sent back as if it belonged to nothing here",
        "SELECT p.id FROM payments p JOIN stray_payments s USING (provider, provider_key)"
        " WHERE p.status = 'paid' AND s.returned_at IS NOT NULL",
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
    "departures-are-counted": (
        "the counter of concert {} does not count by bands who left while waiting",
        "SELECT c.concert_id FROM counters c WHERE c.skipped_count <>"
        " (SELECT coalesce(sum(count), 0) FROM unnest(c.departures) count)"
        " UNION SELECT c.concert_id FROM counters c, unnest(c.departures) WITH ORDINALITY AS b (count, band)"
        " WHERE b.count <> (SELECT count(*) FROM sessions s WHERE s.concert_id = c.concert_id"
        " AND s.called_at IS NULL AND s.is_terminated AND s.wait_number > greatest(c.serving_number,"
        " c.bands_from + (b.band - 1) * c.band_width) AND s.wait_number <= c.bands_from + b.band * c.band_width)",
    ),
    "called-in-order": (
        "concert {} has somebody waiting whose number the line has passed",
        "SELECT DISTINCT c.concert_id FROM counters c JOIN sessions s USING (concert_id)"
        " WHERE s.wait_number <= c.serving_number AND s.called_at IS NULL AND NOT s.is_terminated",
    ),
    "seeds-were-committed-to": (
        "the seed of concert {}'s draw is not the one committed to",
        "SELECT concert_id FROM draws WHERE commitment <> sha256(seed)",
    ),
    "lobbies-wait-for-their-draw": (
        "the counter of concert {} and its draw disagree on whether the lobby still waits for its numbers",
        "SELECT c.concert_id FROM counters c LEFT JOIN draws d USING (concert_id)"
        " WHERE c.awaits_draw <> (d.concert_id IS NOT NULL AND d.drawn_at IS NULL)",
    ),
    "lobbies-have-their-numbers": (
        "lot {} was in a lobby and was not drawn once, or was drawn and not in it",
        "SELECT coalesce(e.public_id, s.public_id) FROM (SELECT concert_id, public_id, user_id FROM lobby_entries"
        " JOIN draws USING (concert_id) WHERE left_at IS NULL AND drawn_at IS NOT NULL) e"
        " FULL JOIN (SELECT s.concert_id, s.public_id, s.user_id FROM sessions s JOIN draws d USING (concert_id)"
        " WHERE s.wait_number <= d.fans) s USING (concert_id, public_id, user_id)"
        " WHERE e.public_id IS NULL OR s.public_id IS NULL",
    ),
    "lots-are-in-order": (
        "the numbers of concert {}'s draw are not in the order of the lots",
        # HMAC-SHA256 (RFC 2104) written out: the padded keys once for each draw, two hashes for each fan.
        "WITH keys AS MATERIALIZED (SELECT d.concert_id, d.fans,"
        " string_agg(set_byte(decode('00', 'hex'), 0, byte # 54), '' ORDER BY i) AS inner_key,"
        " string_agg(set_byte(decode('00', 'hex'), 0, byte # 92), '' ORDER BY i) AS outer_key FROM draws d"
        " CROSS JOIN LATERAL (SELECT i, CASE WHEN i < 32 THEN get_byte(d.seed, i) ELSE 0 END AS byte"
        " FROM generate_series(0, 63) i) padded WHERE d.drawn_at IS NOT NULL GROUP BY d.concert_id)"
        " SELECT DISTINCT concert_id FROM (SELECT s.concert_id, s.wait_number, row_number() OVER"
        " (PARTITION BY s.concert_id ORDER BY"
        " sha256(outer_key || sha256(inner_key || convert_to(CAST(s.public_id AS text), 'UTF8')))) AS lot"
        " FROM keys k JOIN sessions s ON s.concert_id = k.concert_id AND s.wait_number <= k.fans) drawn"
        " WHERE lot <> wait_number",
    ),
    "doors-count-who-is-in": (
        "the door of schedule {} does not count who came in with a valid ticket",
        "SELECT id FROM (SELECT sch.id, coalesce(max(d.admitted), 0) AS counted, count(t.id) AS came FROM schedules sch"
        " LEFT JOIN door_counts d ON d.schedule_id = sch.id LEFT JOIN (tickets t JOIN reservations r"
        " ON r.id = t.reservation_id JOIN seats s ON s.id = r.seat_id) ON s.schedule_id = sch.id"
        " AND t.checked_in_at IS NOT NULL AND t.voided_at IS NULL GROUP BY sch.id) doors WHERE counted <> came",
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


class BrokenPromises(Exception):
    """What the job ends with that found some; its text names the first few."""

    def __init__(self, broken: Sequence[Broken]) -> None:
        super().__init__("; ".join(f"{one.name}: {one.sentence}" for one in broken[:5]))


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
