"""Fans of the kills: one who buys a seat over HTTP, by card, with points or with both, and one who buys points."""

import re
from contextlib import suppress
from threading import Thread

import requests
from flask import Flask, has_app_context
from sqlalchemy import func, select

from tests.builders import admit, hold, seat
from tests.kills.person import GRANTED, PATIENCE_SECONDS, Fate, Hindered, Person, payments
from tests.kills.premises import Premises
from tests.running import wait_until
from webapp import clock
from webapp.booking.models import Order, Reservation
from webapp.checkout import points
from webapp.checkout.models import Ticket
from webapp.concerts.models import Schedule
from webapp.db import db

PRICE = 100_000
PUT_IN = 50_000
NOT_CHARGED = ("expired", 0, 0, 0)
PAID_BACK = ("refunded", 0, 0, 0)


class Buyer(Person):
    """A fan who holds a seat, of whose price `in_points` are to come from points."""

    def __init__(self, app: Flask, premises: Premises, night: Schedule, number: int, in_points: int = 0) -> None:
        super().__init__(app, premises, f"buyer-{night.id}-{number}")
        self.night, self.number, self.in_points = night, number, in_points
        admit(self.id, night.concert_id, clock.now())
        self.order = hold(self.id, night, number, now=clock.now())
        self.page = f"{premises.address}/orders/{self.order.public_id}"

    @property
    def sold(self) -> Fate:
        """How it ends well."""
        return "paid", 1, PRICE - self.in_points, self.in_points

    def press_pay(self) -> str:
        method = {0: "card", PRICE: "points"}.get(self.in_points, "split")
        form = self._form(self._get(self.page), "/payments", method=method, points=str(self.in_points))
        return self._post(self.page + "/payments", form).headers["Location"]

    def stands(self) -> tuple[str, int]:
        order = db.session.get_one(Order, self.order.id, populate_existing=True)
        mine = select(func.count()).select_from(Ticket).join(Reservation, Reservation.id == Ticket.reservation_id)
        tickets = db.session.scalar(mine.where(Reservation.order_id == order.id, Ticket.voided_at.is_(None))) or 0
        assert seat(self.night, self.number).is_sold == bool(tickets)
        return order.status, tickets

    def cancel(self) -> None:
        """Cancel the paid order at the fee its page shows."""
        page = self._get(self.page + "/refund")
        self._post(self.page + "/refund", self._form(page, "/refund"))

    def buy(self) -> None:
        """As a fan who does not give up: do what the order's page offers, until it shows a ticket."""
        wait_until(self._has_a_ticket, 60, "the fan has a ticket")

    def cancel_for_sure(self) -> None:
        """As a fan who presses again until the order is cancelled."""
        wait_until(self._has_cancelled, 60, "the order is cancelled")

    def _has_cancelled(self) -> bool:
        with suppress(requests.RequestException, Hindered):
            self.cancel()
        db.session.rollback()
        return db.session.get_one(Order, self.order.id, populate_existing=True).status == "refunded"

    def _has_a_ticket(self) -> bool:
        try:
            page = self._get(self.page)
            if "/tickets/" in page:
                return True
            if link := re.search(rf'href="({self.premises.gateway}/pay/[^"]+)"', page):
                self._get(self.approve(link.group(1)))
            elif "/payments" in page:
                self._get(self.pay())
        except (requests.RequestException, Hindered):
            pass
        if has_app_context():  # not a fan of the rush, who is alone with what is killed
            self.premises.settle_forgotten()
        return False


class Saver(Person):
    """A fan who puts points in."""

    sold: Fate = ("paid", 0, PUT_IN, -PUT_IN)

    def __init__(self, app: Flask, premises: Premises, number: int) -> None:
        super().__init__(app, premises, f"saver-{number}")
        self.page = f"{premises.address}/wallet"

    def press_pay(self) -> str:
        form = self._form(self._get(self.page), "/wallet/top-ups", amount=str(PUT_IN))
        return self._post(self.page + "/top-ups", form).headers["Location"]

    def stands(self) -> tuple[str, int]:
        return payments(self)[-1].status, 0

    def buy(self) -> None:
        """Wait for the points; what was paid is settled without them."""
        wait_until(self._has_points, 60, "the fan has the points")

    def _has_points(self) -> bool:
        self.premises.settle_forgotten()
        db.session.rollback()
        return points.balance(self.id) > GRANTED


class Errand:
    """Something a fan does in the meantime; what is away then hinders them, and that is no failure."""

    def __init__(self, *doing: object) -> None:
        self.hindered: Exception | None = None
        self.thread = Thread(target=self._run, args=doing)
        self.thread.start()

    def _run(self, action, *arguments) -> None:  # type: ignore[no-untyped-def]
        try:
            action(*arguments)
        except (requests.RequestException, Hindered) as away:
            self.hindered = away

    def is_under_way(self) -> bool:
        """Whether nothing was away yet. A fan who is back may still wait for what happens behind the pages."""
        if self.hindered:
            raise AssertionError("the fan was hindered too early") from self.hindered
        return True

    def over(self) -> None:
        """Come back when it is done or given up."""
        self.thread.join(2 * PATIENCE_SECONDS)
        assert not self.thread.is_alive()
