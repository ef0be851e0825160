"""A fan with a browser who buys one seat over HTTP, and what became of their money by everybody's account."""

import re
from contextlib import suppress
from html import unescape
from threading import Thread
from urllib.parse import urlencode

import requests
from flask import Flask, has_app_context
from sqlalchemy import func, select

from tests.builders import admit, fan, hold, seat
from tests.kills.premises import Premises
from tests.running import wait_until
from tests.sockets.page import cookie
from webapp import clock
from webapp.booking.models import Order, Reservation
from webapp.checkout.models import Payment, Ticket
from webapp.concerts.models import Schedule
from webapp.db import db

PATIENCE_SECONDS = 20
PRICE = 100_000


class Hindered(Exception):
    """A page that is not what was asked for: something behind it is away."""


class Buyer:
    """A fan who holds a seat, signed in at the running web."""

    def __init__(self, app: Flask, premises: Premises, night: Schedule, number: int) -> None:
        self.premises, self.night, self.number = premises, night, number
        self.id = fan(f"buyer-{night.id}-{number}")
        admit(self.id, night.concert_id, clock.now())
        self.order = hold(self.id, night, number, now=clock.now())
        self.page = f"{premises.address}/orders/{self.order.public_id}"
        self.browser = requests.Session()
        name, value = cookie(app, self.id)[0].split("=", 1)
        self.browser.cookies.set(name, value, domain="127.0.0.1")

    def pay(self) -> str:
        """Press Pay and approve at the gateway; the address to come back to, where coming back has us ask."""
        return self.approve(self.press_pay())

    def press_pay(self) -> str:
        """Press Pay; the gateway's page."""
        sent = self._post(self.page + "/payments", self._form(self._get(self.page), method="card"))
        return sent.headers["Location"]

    def approve(self, link: str, choice: str = "approve") -> str:
        """Approve on the gateway's page, where that is still to be done; the address to come back to."""
        page = self._get(link)
        token = re.search(r'name="token" value="([^"]+)"', page)
        if token:
            return self._post(link, {"token": token.group(1), "choice": choice}).headers["Location"]
        return unescape(re.findall(r'href="([^"]+/return)"', page)[0])

    def cancel(self) -> None:
        """Cancel the paid order at the fee its page shows."""
        page = self._get(self.page + "/refund")
        self._post(self.page + "/refund", self._form(page, action="/refund"))

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

    def _form(self, page: str, action: str = "/payments", **chosen: str) -> dict[str, str]:
        """The hidden fields of the page's form, and what the fan chose."""
        form = re.search(rf'<form[^>]*action="/orders/[^"]+{action}".*?</form>', page, re.DOTALL)
        if form is None:
            raise Hindered(page)
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group())
        return {**dict(fields), **chosen}

    def _get(self, url: str) -> str:
        answer = self.browser.get(url, timeout=PATIENCE_SECONDS)
        if not answer.ok:
            raise Hindered(f"{answer.status_code} {url} {answer.text}")
        return answer.text

    def _post(self, url: str, form: dict[str, str]) -> requests.Response:
        answer = self.browser.post(url, form, timeout=PATIENCE_SECONDS, allow_redirects=False)
        if answer.status_code != 303:
            raise Hindered(f"{answer.status_code} {url} {answer.text}")
        return answer


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


def fate(buyer: Buyer) -> tuple[str, int, int]:
    """The order's status, its valid tickets, and what the gateway's own book says the fan was charged in the end."""
    db.session.rollback()
    order = db.session.get_one(Order, buyer.order.id, populate_existing=True)
    mine = select(func.count()).select_from(Ticket).join(Reservation, Reservation.id == Ticket.reservation_id)
    tickets = db.session.scalar(mine.where(Reservation.order_id == order.id, Ticket.voided_at.is_(None))) or 0
    records = [record for payment in payments(buyer) for record in records_of(buyer.premises, payment)]
    assert "open" not in {record["status"] for record in records}, "nobody can pay any more"
    taken = [one for one in records if one["paid_at"]]
    assert seat(buyer.night, buyer.number).is_sold == bool(tickets)
    return order.status, tickets, sum(one["amount"] - one["refunded_amount"] for one in taken)


def payments(buyer: Buyer) -> list[Payment]:
    statement = select(Payment).where(Payment.order_id == buyer.order.id).order_by(Payment.id)
    return list(db.session.scalars(statement, execution_options={"populate_existing": True}))


def records_of(premises: Premises, payment: Payment) -> list[dict]:  # type: ignore[type-arg]
    """What the gateway has in its book under our reference."""
    key = premises.environment["SANDBOX_API_KEY"]
    query = urlencode({"reference": payment.public_id})
    headers = {"Authorization": f"Bearer {key}"}
    answer = requests.get(f"{premises.gateway}/v1/payments?{query}", headers=headers, timeout=PATIENCE_SECONDS)
    answer.raise_for_status()
    found: list[dict] = answer.json()["payments"]  # type: ignore[type-arg]
    return found
