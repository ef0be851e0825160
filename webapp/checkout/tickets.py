"""Tickets: issued with the payment, found by their code, shown as a QR."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import segno
from sqlalchemy import insert, select

from webapp.booking.models import Reservation
from webapp.checkout.models import Ticket
from webapp.db import db
from webapp.errors import NotFound


def issue(reservation_ids: Sequence[int], now: datetime) -> None:
    """One ticket for each paid seat."""
    rows = [{"code": _code(), "reservation_id": one, "issued_at": now} for one in reservation_ids]
    db.session.execute(insert(Ticket), rows)


def of_fan(code: str, user_id: int) -> tuple[Ticket, Reservation]:
    """The fan's ticket with this code, and its reservation. Raises NotFound, for somebody else's too."""
    statement = (
        select(Ticket, Reservation)
        .join(Reservation, Reservation.id == Ticket.reservation_id)
        .where(Ticket.code == code, Reservation.user_id == user_id)
    )
    found = db.session.execute(statement).first()
    if found is None:
        raise NotFound()
    return found.Ticket, found.Reservation


def qr(code: str) -> bytes:
    """The code as an SVG that scans from paper and from a dim phone (error correction Q: a quarter may be lost)."""
    picture = BytesIO()
    segno.make_qr(code, error="q").save(
        picture, kind="svg", scale=8, border=4, dark="#000", light="#fff", xmldecl=False
    )
    return picture.getvalue()


def _code() -> str:
    # 120 bits in capital letters and digits: short enough for a small QR, and legible when it must be typed.
    return "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(24))
