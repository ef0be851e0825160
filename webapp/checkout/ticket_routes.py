"""A ticket and its QR, for the fan who holds it."""

from flask import Blueprint, Response, render_template
from flask_login import current_user, login_required

from webapp.booking.models import Order
from webapp.checkout import tickets
from webapp.concerts.models import Concert, Schedule, Seat
from webapp.db import db

blueprint = Blueprint("tickets", __name__)


@blueprint.get("/tickets/<code>")
@login_required
def show(code: str) -> str:
    ticket, reservation = tickets.of_fan(code, current_user.id)
    order = db.session.get_one(Order, reservation.order_id)
    return render_template(
        "checkout/ticket.html",
        ticket=ticket,
        concert=db.session.get_one(Concert, order.concert_id),
        schedule=db.session.get_one(Schedule, order.schedule_id),
        seat=db.session.get_one(Seat, reservation.seat_id),
        holder=current_user.name,
        order=order,
    )


@blueprint.get("/tickets/<code>/qr.svg")
@login_required
def qr(code: str) -> Response:
    ticket, _reservation = tickets.of_fan(code, current_user.id)
    return Response(tickets.qr(ticket.code), mimetype="image/svg+xml")
