"""A hold that is being paid for: kept two minutes longer, once, so that nobody loses a seat while typing a card number.

Admission keeps its own clock: the extension keeps these seats, not the place in the sale.
"""

from datetime import datetime

from sqlalchemy import Integer, text

from webapp.booking.models import EXTENSION, Looked, Order
from webapp.db import fetch, stale_in_session
from webapp.errors import HoldExpired

# The seats are locked in id order before anything is changed. Whoever has taken one over in the meantime has
# raised its version, and it is missing from `kept`: then nothing of this statement may stand.
EXTEND = text(
    """
    WITH held AS (
        SELECT seats.id, reservations.id AS reservation_id
        FROM seats JOIN reservations ON reservations.seat_id = seats.id AND reservations.seat_version = seats.version
        WHERE reservations.order_id = :order_id AND NOT reservations.is_cancelled AND reservations.expires_at > :now
        ORDER BY seats.id
        FOR UPDATE OF seats
    ), seats_kept AS (
        UPDATE seats SET held_until = :until FROM held WHERE seats.id = held.id
    ), kept AS (
        UPDATE reservations SET expires_at = :until FROM held
        WHERE reservations.id = held.reservation_id AND NOT reservations.is_cancelled
        RETURNING reservations.id
    )
    UPDATE orders SET expires_at = :until, extended_at = :now
    WHERE id = :order_id AND extended_at IS NULL
    RETURNING (SELECT count(*) FROM kept) AS kept
    """
).columns(kept=Integer)


def extend(order: Looked, seats: int, now: datetime) -> None:
    """Keep all `seats` of an order, just read, held for two minutes more, if that was not done before.

    The caller has locked the fan. Raises HoldExpired if one of the seats is no longer theirs.
    """
    if order.extended_at is not None:
        return
    until = order.expires_at + EXTENSION
    kept = fetch(EXTEND, order_id=order.id, now=now, until=until)
    if [one.kept for one in kept] != [seats]:
        raise HoldExpired()
    stale_in_session(Order, [order.id])
