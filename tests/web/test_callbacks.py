"""The provider's callbacks: signed, stored once, answered; anything else is refused."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from standardwebhooks.webhooks import Webhook

from tests.apps import second_app
from tests.builders import begin_card, do, fan, hold, house
from tests.conftest import TEST_SECRETS
from tests.web.conftest import Visitor
from webapp.checkout import inbox
from webapp.checkout.models import Payment, PaymentEvent
from webapp.config import from_environment
from webapp.db import db

PATH = "/payments/callbacks/sandbox"
PRICE = 100_000


@pytest.fixture
def payment(visit: Visitor) -> Payment:
    return begin_card(hold(fan("holder"), house(), 1), PRICE)


@pytest.fixture
def client(visit: Visitor) -> FlaskClient:
    return visit(None)


def body(payment: Payment) -> str:
    data = {
        "id": payment.provider_key,
        "reference": payment.public_id,
        "status": "paid",
        "amount": PRICE,
        "currency": "KRW",
    }
    return json.dumps({"type": "payment.paid", "timestamp": "2026-12-01T12:00:00Z", "data": data})


def signed(
    text: str, event_id: str = "evt_1", secret: str = TEST_SECRETS["SANDBOX_WEBHOOK_SECRET"], at: datetime | None = None
) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, at, text),
    }


def stored() -> int:
    return db.session.scalar(select(func.count()).select_from(PaymentEvent)) or 0


def settle_all() -> list[str]:
    return [do(inbox.settle_event, one, datetime.now(UTC)) for one in db.session.scalars(select(PaymentEvent.id))]


def test_a_callback_is_stored_once_however_often_it_comes(client: FlaskClient, payment: Payment) -> None:
    text = body(payment)
    answers = [client.post(PATH, data=text, headers=signed(text)) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [202] * 10
    assert [answer.json["status"] for answer in answers if answer.json] == ["stored"] + ["known"] * 9
    assert stored() == 1
    assert settle_all() == ["paid"]


def test_forged_stale_and_altered_callbacks_are_refused(client: FlaskClient, payment: Payment) -> None:
    text = body(payment)
    stale = datetime.now(UTC) - timedelta(minutes=6)
    attempts = [
        (text, signed(text, secret="whsec_" + "QUJD" * 8)),
        (text, signed(text, at=stale)),
        (text.replace("100000", "1"), signed(text)),
        (text, {**signed(text), "webhook-id": "evt_other"}),
        (text, {}),
    ]
    for data, headers in attempts:
        answer = client.post(PATH, data=data, headers=headers)
        assert answer.status_code == 401
        assert answer.json
        assert answer.json["code"] == "bad-signature"
    assert stored() == 0


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"type": "payment.paid"}', '{"type": 1, "data": {"id": 2}}'])
def test_a_signed_callback_that_cannot_be_read_is_malformed(client: FlaskClient, payment: Payment, text: str) -> None:
    assert client.post(PATH, data=text, headers=signed(text)).status_code == 400
    assert stored() == 0


ODD = ("u" * 500, "\0", "\ud800")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["reference", "currency", "type"])
def test_a_signed_callback_of_odd_words_is_kept_all_the_same(
    client: FlaskClient, payment: Payment, field: str, odd: str
) -> None:
    document = json.loads(body(payment))
    (document if field == "type" else document["data"])[field] = odd
    text = json.dumps(document)
    assert client.post(PATH, data=text, headers=signed(text)).status_code == 202
    assert settle_all() == [{"reference": "unknown_payment", "currency": "wrong_currency", "type": "ignored"}[field]]


@pytest.mark.parametrize("odd", ODD)
def test_money_under_a_key_that_cannot_be_kept_is_malformed(client: FlaskClient, payment: Payment, odd: str) -> None:
    text = json.dumps({"type": "payment.paid", "data": {**json.loads(body(payment))["data"], "id": odd}})
    assert client.post(PATH, data=text, headers=signed(text)).status_code == 400
    assert stored() == 0


def test_a_provider_we_do_not_know_is_404(client: FlaskClient) -> None:
    assert client.post("/payments/callbacks/other", data="{}").status_code == 404


def test_without_postgres_the_provider_is_told_to_try_again(payment: Payment, environment: dict[str, str]) -> None:
    text = body(payment)
    nowhere = from_environment({**environment, "DATABASE_URL": "postgresql:///frontrow?host=/nowhere"})
    with second_app(nowhere) as app:
        answer = app.test_client().post(PATH, data=text, headers=signed(text))
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5")
    assert stored() == 0
