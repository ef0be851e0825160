"""The sandbox provider: our own payment company for trying things out, a separate process over HTTP."""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError

from webapp.checkout.numbers import won
from webapp.checkout.providers import Callback, Charge, Report, Started
from webapp.errors import BadCallback, BadSignature, ProviderRefused, ProviderUnavailable

log = logging.getLogger(__name__)

REFUSALS = {400, 404, 409, 422}
WRONG_KEY = {401, 403}  # no answer to what was asked: once the operator has set the right key, it is answered
KEPT_CONNECTIONS = 64
PAGE = 500  # records in one answer
PATIENCE = Timeout(connect=2, read=5)  # seconds: a fan is looking at a button


class Sandbox:
    """See webapp/dev/gateway for the other side of these calls."""

    key = "sandbox"
    name = "Sandbox Pay"

    def __init__(self, url: str, public_url: str, callback_url: str, api_key: str, webhook_secret: str) -> None:
        self._url = url
        self._public_url = public_url
        self._callback_url = callback_url
        self._webhook = Webhook(webhook_secret)
        self._authorization = {"Authorization": f"Bearer {api_key}"}
        # Kept alive for everybody who pays at the same time; the usual ten would be opened anew all the time. No proxy
        # of this machine is asked: it has no business between us.
        self._connections = PoolManager(maxsize=KEPT_CONNECTIONS, timeout=PATIENCE, retries=False)

    def start(self, charge: Charge) -> Started:
        body = {
            "reference": charge.reference,
            "amount": charge.amount,
            "currency": charge.currency,
            "description": charge.description,
            "return_url": charge.return_url,
            "callback_url": self._callback_url,
        }
        if charge.hold_ends_at:
            body["hold_ends_at"] = charge.hold_ends_at.isoformat()
        payment = self._call("POST", "/v1/payments", body, charge.idempotency_key)
        page = payment["checkout_url"].replace(self._url, self._public_url, 1)
        return Started(payment["id"], f"{page}?{urlencode({'lang': charge.language})}" if charge.language else page)

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> Callback:
        lowered = {name.lower(): value for name, value in headers.items()}
        try:
            event: Any = self._webhook.verify(body, lowered)
        except WebhookVerificationError as error:
            raise BadSignature() from error
        except ValueError as error:
            raise BadCallback() from error
        try:
            return Callback(lowered["webhook-id"], str(event["type"]), _report(event["data"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadCallback() from error

    def look_up(self, reference: str, provider_key: str | None) -> Report | None:
        query = urlencode({"reference": reference})
        found = [_answered(payment) for payment in self._call("GET", f"/v1/payments?{query}")["payments"]]
        known = [report for report in found if report.provider_key == provider_key]
        return next(iter(known or found), None)

    def close(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        return self._give_back(provider_key, {"reason": reason, "unpaid_only": True}, idempotency_key)

    def cancel(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        return self._give_back(provider_key, {"reason": reason}, idempotency_key)

    def refund(self, provider_key: str, amount: int, idempotency_key: str) -> Report:
        return self._give_back(provider_key, {"reason": "refund", "amount": amount}, idempotency_key)

    def records(self, since: datetime, until: datetime) -> Iterator[Report]:
        query = {"created_from": since.isoformat(), "created_before": until.isoformat(), "limit": str(PAGE)}
        while True:
            answer = self._call("GET", f"/v1/payments?{urlencode(query)}")
            yield from (_answered(payment) for payment in answer["payments"])
            if not answer["has_more"]:
                return
            query["after"] = answer["payments"][-1]["id"]

    def _give_back(self, provider_key: str, body: dict[str, Any], idempotency_key: str) -> Report:
        path = f"/v1/payments/{quote(provider_key, safe='')}/cancellations"
        return _answered(self._call("POST", path, body, idempotency_key))

    def approve(self, provider_key: str) -> Report:
        return _report(self._call("POST", f"/v1/payments/{provider_key}/approvals", {}))

    def _call(self, method: str, path: str, body: object = None, idempotency_key: str = "") -> Any:
        headers = {**self._authorization, **({"Idempotency-Key": idempotency_key} if idempotency_key else {})}
        try:
            answer = self._connections.request(method, self._url + path, json=body, headers=headers)
            if answer.status in REFUSALS:
                log.error("%s %s was refused: %s", method, path, _words(answer))
                raise ProviderRefused()
            if answer.status in WRONG_KEY:
                log.error("%s %s: the sandbox does not take our API key: %s", method, path, _words(answer))
            if answer.status >= 300:
                raise ProviderUnavailable()
            return answer.json()
        except (HTTPError, ValueError) as error:
            raise ProviderUnavailable() from error


def _words(answer: BaseHTTPResponse) -> str:
    return answer.data[:300].decode("utf-8", "replace")


def _answered(payment: dict[str, Any]) -> Report:
    try:
        return _report(payment)
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderUnavailable() from error


def _report(payment: dict[str, Any]) -> Report:
    return Report(
        reference=str(payment["reference"]),
        provider_key=str(payment["id"]),
        status=str(payment["status"]),
        amount=won(payment["amount"]),
        currency=str(payment["currency"]),
        refunded=won(payment.get("refunded_amount", 0)),
    )
