"""Stripe, through its official SDK: one PaymentIntent an attempt, its card typed into Stripe's own frame on our page.

Won have no smaller coin, so amounts go over as they are (docs.stripe.com/currencies#zero-decimal).
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

import stripe

from webapp.checkout.providers import Callback, Charge, Report, Started
from webapp.errors import BadCallback, BadSignature, ProviderRefused, ProviderUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

ANSWER_SECONDS = (2, 8)  # to connect, to answer: a fan is looking at a button
# Servers that stand in for Stripe know but one bound of a time: what came later is passed over here.
STRIPES_OWN = "https://api.stripe.com"
PAGE = 100  # the most that Stripe lists in one answer
TRANSIENT = (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError)
WRONG_KEY = {401, 403}  # no answer to what was asked: once the operator has set the right key, it is answered
MOST_KEYS = 30  # an operator who asks once more each hour, while Stripe remembers every one of them
STATUSES = {"succeeded": "paid", "canceled": "cancelled"}  # every other one can still be paid


class Stripe:
    """One Stripe account. It may serve other shops: only what carries our address in its metadata is ours."""

    key = "stripe"
    name = "Stripe"

    def __init__(self, public_url: str, secret_key: str, publishable_key: str, webhook_secret: str, api: str) -> None:
        self.publishable_key = publishable_key
        self._public_url = public_url
        self._webhook_secret = webhook_secret
        self._is_stripes_own = api == STRIPES_OWN
        web = stripe.RequestsClient(timeout=ANSWER_SECONDS)
        self._api = stripe.StripeClient(secret_key, base_addresses={"api": api}, http_client=web).v1

    def start(self, charge: Charge) -> Started:
        intent = self._call(
            lambda: self._api.payment_intents.create(
                {
                    "amount": charge.amount,
                    "currency": charge.currency.lower(),
                    "metadata": {"shop": self._public_url, "reference": charge.reference},
                },
                {"idempotency_key": charge.idempotency_key},
            )
        )
        return Started(intent.id, f"{self._public_url}/payments/{charge.reference}/card")

    def client_secret(self, provider_key: str) -> str | None:
        """What Stripe's script needs to take a card for this payment; None once there is nothing left to pay."""
        intent = self._retrieve(provider_key)
        return None if intent.status in STATUSES else intent.client_secret

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> Callback | None:
        lowered = {name.lower(): value for name, value in headers.items()}
        try:
            stripe.WebhookSignature.verify_header(
                body, lowered.get("stripe-signature"), self._webhook_secret, stripe.Webhook.DEFAULT_TOLERANCE
            )
            event = json.loads(body)
            intent = event["data"]["object"]
            if not event["type"].startswith("payment_intent.") or not self._is_ours(intent):
                return None
            report = _report(intent)
            return Callback(str(event["id"]), f"payment.{report.status}", report)
        except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
            raise BadSignature() from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadCallback() from error

    def look_up(self, reference: str, provider_key: str | None) -> Report | None:
        # Only the page we send a fan to after noting the key can pay an intent, so without a key nobody has.
        return self._report(provider_key) if provider_key else None

    def cancel(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        report = self._report(provider_key)
        if report.status == "open":
            self._call(lambda: self._api.payment_intents.cancel(provider_key))
            return self._report(provider_key)
        left = report.amount - report.refunded
        return self.refund(provider_key, left, idempotency_key) if left and report.status == "paid" else report

    def refund(self, provider_key: str, amount: int, idempotency_key: str) -> Report:
        report = self._report(provider_key)
        if report.status == "open":
            raise ProviderRefused()
        # Stripe forgets idempotency keys after a day or more, and we may ask for longer than that.
        if report.refunded and idempotency_key in self._refunds(provider_key):
            return report
        if amount > report.amount - report.refunded:
            raise ProviderRefused()
        self._pay_back(provider_key, amount, idempotency_key)
        return self._report(provider_key)

    def _pay_back(self, provider_key: str, amount: int, key: str) -> None:
        """Stripe answers a key it has refused with the same refusal for a day, whatever has changed. Such an echo is
        no answer, so the question is put under the next key; the metadata says whether it has been granted already.
        """
        for nth in range(1, MOST_KEYS + 1):
            try:
                self._call(
                    lambda nth=nth: self._api.refunds.create(  # type: ignore[misc]
                        {"payment_intent": provider_key, "amount": amount, "metadata": {"key": key}},
                        {"idempotency_key": key if nth == 1 else f"{key}-{nth}"},
                    )
                )
                return
            except ProviderRefused as refusal:
                if nth == MOST_KEYS or not _is_echo(refusal.__cause__):
                    raise

    def records(self, since: datetime, until: datetime) -> Iterator[Report]:
        first, end = int(since.timestamp()), int(until.timestamp())
        created = {"gt": first - 1}
        if self._is_stripes_own:
            created["lt"] = end
        query: Any = {"created": created, "limit": PAGE, "expand": ["data.payment_intent"]}
        for charge in self._listed(lambda: self._api.charges.list(query)):
            intent = charge.get("payment_intent")
            # A declined try leaves a charge too, and no money.
            if charge["status"] == "succeeded" and charge["created"] < end and intent and self._is_ours(intent):
                yield _report({**intent, "latest_charge": charge})

    def _refunds(self, provider_key: str) -> set[str]:
        """The keys of this payment's refunds that have not failed."""
        query: Any = {"payment_intent": provider_key, "limit": PAGE}
        listed = self._listed(lambda: self._api.refunds.list(query))
        return {str(one["metadata"].get("key")) for one in listed if one["status"] not in {"failed", "canceled"}}

    def _listed(self, ask: Callable[[], Any]) -> list[dict[str, Any]]:
        return self._call(lambda: [one.to_dict() for one in ask().auto_paging_iter()])

    def _report(self, provider_key: str) -> Report:
        return _report(self._retrieve(provider_key).to_dict())

    def _retrieve(self, provider_key: str) -> stripe.PaymentIntent:
        return self._call(lambda: self._api.payment_intents.retrieve(provider_key, {"expand": ["latest_charge"]}))

    def _is_ours(self, intent: dict[str, Any]) -> bool:
        return bool((intent.get("metadata") or {}).get("shop") == self._public_url)

    def _call(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except TRANSIENT as error:
            log.warning("Stripe does not answer as it should: %s: %s", type(error).__name__, error)
            raise ProviderUnavailable() from error
        except stripe.StripeError as error:
            if error.http_status in WRONG_KEY:
                log.error("Stripe does not take our key (%s): %s", error.http_status, error.user_message)
                raise ProviderUnavailable() from error
            if (error.http_status or 0) >= 500:
                raise ProviderUnavailable() from error
            log.error("Stripe refused (%s): %s", error.http_status, error.user_message)
            raise ProviderRefused() from error


def _is_echo(error: BaseException | None) -> bool:
    """Whether Stripe repeated what it had answered this key before (docs.stripe.com/api/idempotent_requests)."""
    headers = error.headers or {} if isinstance(error, stripe.StripeError) else {}
    return any(name.lower() == "idempotent-replayed" and value == "true" for name, value in headers.items())


def _report(intent: dict[str, Any]) -> Report:
    """A PaymentIntent as a report. A declined card leaves it open: the fan may type another."""
    status = STATUSES.get(intent["status"], "open")
    amount = intent.get("amount_received") if status == "paid" else None
    charge = intent.get("latest_charge")
    refunded = charge.get("amount_refunded", 0) if isinstance(charge, dict) else 0
    amount = int(intent["amount"] if amount is None else amount)
    return Report(
        reference=str(intent["metadata"].get("reference", "")),
        provider_key=str(intent["id"]),
        status="cancelled" if status == "paid" and refunded >= amount else status,
        amount=amount,
        currency=str(intent["currency"]).upper(),
        refunded=int(refunded),
    )
