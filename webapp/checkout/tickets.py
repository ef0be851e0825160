"""Tickets: their codes, found by them, shown as a QR. They are issued where a payment wins its seats."""

import secrets
from io import BytesIO

import segno
from sqlalchemy import select

from webapp.booking.models import Reservation
from webapp.checkout.models import Ticket
from webapp.db import db
from webapp.errors import NotFound

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 of them, so that a random byte means each as often as any other


def code() -> str:
    """A new ticket's code: nobody can guess it."""
    # 120 bits in capital letters and digits: short enough for a small QR, and legible when it must be typed.
    return "".join(LETTERS[byte % len(LETTERS)] for byte in secrets.token_bytes(24))


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
