"""The limit of an order: pgbench running the statements that the pages, the callback and the worker send for one."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from sqlalchemy import select, text
from standardwebhooks.webhooks import Webhook

from bench import crowd
from bench.buying import FIELD
from bench.house import SEATS_EACH, House
from bench.stage import SECRETS
from bench.statements import Script
from webapp import clock
from webapp.checkout.models import Payment
from webapp.db import autocommitting, db
from workers import payments as money

# Far from every other number, so that what belongs to the caught order is recognized wherever it is mentioned.
FIRST = {"orders": 900_000_000, "reservations": 910_000_000, "payments": 920_000_000, "payment_events": 930_000_000}
IDS_AT_ONCE = 100  # even, so that the two reservations of an order are neighbours
EMPTY = (
    "SET session_replication_role = replica",  # what was received may not be deleted otherwise
    "DELETE FROM tickets",
    "DELETE FROM payment_items",
    "DELETE FROM reservations",
    "DELETE FROM mails",
    "DELETE FROM payment_events",
    "DELETE FROM payments",
    "DELETE FROM orders",
    "UPDATE seats SET version = 0, held_until = NULL, is_sold = false WHERE version > 0",
    "UPDATE sessions SET is_terminated = false, terminated_at = NULL, end_reason = NULL WHERE end_reason = 'PAID'",
    "RESET session_replication_role",
)
# What nobody can guess, such as a public id: each order needs its own.
UNGUESSABLE = re.compile(r"(?=.*[A-Z0-9])[A-Za-z0-9_-]{12,}")


class OrderScript(Script):
    """What one order sends, with words of its own for each fan."""

    def _write(self, name: str, value: object) -> str:
        if isinstance(value, datetime):
            return _moment(value - self.now)
        if isinstance(value, str) and value not in self.values and UNGUESSABLE.fullmatch(value):
            self.values = {**self.values, value: f"'word-{len(self.values)}-' || :fan"}
        return super()._write(name, value)


def script(house: House) -> str:
    """One order as pgbench runs it, for a random fan and seats at each turn, from the hold to the tickets.

    Needs the payment company to answer and no worker to run: what a worker does is done here, to be caught.
    """
    pair = house.size - 1
    for table, first in FIRST.items():
        db.session.execute(text(f"ALTER SEQUENCE {table}_id_seq RESTART WITH {first} CACHE {IDS_AT_ONCE}"))
    db.session.commit()
    caught = OrderScript({**house.variables(pair), **_ids()}, {}, clock.now())
    with caught.catching(db.engine, autocommitting(db.engine)):
        _buy(house, pair)
    assert any("INSERT INTO tickets" in line for line in caught.lines), caught.lines
    return "\n".join([*house.choice(), *caught.lines])


def empty() -> None:
    """No order any more, and every fan admitted again. Counters never go back, so no audit passes after this."""
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in EMPTY:
            connection.execute(text(statement))
    crowd.analyze()


def _ids() -> dict[object, str]:
    """What stands for the ids of the caught order: those that the client's connection drew last."""
    drawn = {first: f"(SELECT currval('{table}_id_seq')::int)" for table, first in FIRST.items()}
    second = FIRST["reservations"] + SEATS_EACH - 1
    return {
        **drawn,
        FIRST["reservations"]: f"(SELECT currval('reservations_id_seq')::int - {SEATS_EACH - 1})",
        second: "(SELECT currval('reservations_id_seq')::int)",
    }


def _moment(later: timedelta) -> str:
    """A hold's five minutes count from its own now; seven must not be reached a moment too late."""
    if later < timedelta(minutes=1):
        return "now()"
    return f"(now() + interval '{5 if later < timedelta(minutes=6) else 6.5} minutes')"


def _buy(house: House, pair: int) -> None:
    fan = crowd.signed_in(house.app, house.first_fan + pair)
    name, _, value = fan.cookie.partition("=")
    client = house.app.test_client()
    client.set_cookie(name, value, domain="localhost")
    order = _led(client, f"/schedules/{house.schedule_id}/holds", house.form(pair, fan))
    fields = dict(FIELD.findall(_page(client, order)))
    _led(client, f"{order}/payments", {**fields, "method": "card"})
    payment = db.session.scalars(select(Payment).where(Payment.id == FIRST["payments"])).one()
    reference, body, headers = payment.public_id, *_callback(payment)
    db.session.rollback()
    with house.app.app_context():
        assert client.post("/payments/callbacks/sandbox", data=body, headers=headers).status_code == 202
    with house.app.app_context():
        assert money.settle_stored() == "1 done"
    back = _led(client, f"/payments/{reference}/return", None)
    assert "/tickets/" in _page(client, back)


def _page(client: FlaskClient, path: str) -> str:
    with client.application.app_context():
        answer = client.get(path, headers={"User-Agent": crowd.BROWSER})
    assert answer.status_code == 200, answer.text
    return answer.text


def _led(client: FlaskClient, path: str, form: dict[str, str | list[str]] | dict[str, str] | None) -> str:
    headers = {"User-Agent": crowd.BROWSER}
    with client.application.app_context():
        answer = client.post(path, data=form, headers=headers) if form else client.get(path, headers=headers)
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["Location"]).path


def _callback(payment: Payment) -> tuple[str, dict[str, str]]:
    """As Sandbox Pay would send it."""
    data = {
        "id": payment.provider_key, "reference": payment.public_id, "status": "paid", "amount": payment.amount,
        "currency": "KRW", "refunded_amount": 0, "description": "", "failure_code": None,
    }  # fmt: skip
    body, at, event_id = (
        json.dumps({"type": "payment.paid", "data": data}),
        datetime.now(UTC),
        "evt_OF_THE_CAUGHT_ORDER",
    )
    signature = Webhook(SECRETS["SANDBOX_WEBHOOK_SECRET"]).sign(event_id, at, body)
    return body, {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
