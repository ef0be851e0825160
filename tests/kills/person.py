"""Somebody with a browser at the running house who pays through the gateway, and what became of their money."""

import re
from html import unescape
from urllib.parse import urlencode

import requests
from flask import Flask
from sqlalchemy import select

from tests.builders import fan
from tests.kills.premises import Premises
from tests.sockets.page import cookie
from webapp.checkout import points
from webapp.checkout.models import Payment
from webapp.db import db

PATIENCE_SECONDS = 20
GRANTED = 150_000  # points that everybody has at first

# A status, valid tickets, what the gateway charged in the end, and what points were spent; both in won.
Fate = tuple[str, int, int, int]


class Hindered(Exception):
    """A page that is not what was asked for: something behind it is away."""


class Person:
    """A fan signed in at the running web."""

    def __init__(self, app: Flask, premises: Premises, role: str) -> None:
        self.premises, self.id = premises, fan(role, GRANTED)
        self.browser = requests.Session()
        name, value = cookie(app, self.id)[0].split("=", 1)
        self.browser.cookies.set(name, value, domain="127.0.0.1")

    def press_pay(self) -> str:
        """Press Pay; the address that this leads to."""
        raise NotImplementedError

    def stands(self) -> tuple[str, int]:
        """How what they pay for stands, and how many valid tickets they have of it."""
        raise NotImplementedError

    def pay(self) -> str:
        """Press Pay and approve at the gateway; the address to come back to, where coming back has us ask."""
        link = self.press_pay()
        return self.approve(link) if link.startswith(self.premises.gateway) else self.premises.address + link

    def approve(self, link: str, choice: str = "approve") -> str:
        """Approve on the gateway's page, where that is still to be done; the address to come back to."""
        page = self._get(link)
        token = re.search(r'name="token" value="([^"]+)"', page)
        if token:
            return self._post(link, {"token": token.group(1), "choice": choice}).headers["Location"]
        return unescape(re.findall(r'href="([^"]+/return)"', page)[0])

    def _form(self, page: str, action: str, **chosen: str) -> dict[str, str]:
        """The hidden fields of the page's form, and what the fan chose."""
        form = re.search(rf'<form[^>]*action="[^"]*{action}".*?</form>', page, re.DOTALL)
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


def fate(person: Person) -> Fate:
    """How it ended by everybody's account: ours, and the gateway's own book."""
    db.session.rollback()
    status, tickets = person.stands()
    records = [record for payment in payments(person) for record in _records_of(person.premises, payment)]
    assert "open" not in {record["status"] for record in records}, "nobody can pay any more"
    charged = sum(one["amount"] - one["refunded_amount"] for one in records if one["paid_at"])
    return status, tickets, charged, GRANTED - points.balance(person.id)


def payments(person: Person) -> list[Payment]:
    statement = select(Payment).where(Payment.user_id == person.id).order_by(Payment.id)
    return list(db.session.scalars(statement, execution_options={"populate_existing": True}))


def _records_of(premises: Premises, payment: Payment) -> list[dict]:  # type: ignore[type-arg]
    """What the gateway has in its book under our reference."""
    key = premises.environment["SANDBOX_API_KEY"]
    query = urlencode({"reference": payment.public_id})
    headers = {"Authorization": f"Bearer {key}"}
    answer = requests.get(f"{premises.gateway}/v1/payments?{query}", headers=headers, timeout=PATIENCE_SECONDS)
    answer.raise_for_status()
    found: list[dict] = answer.json()["payments"]  # type: ignore[type-arg]
    return found
