"""Stripe, through its official SDK: one PaymentIntent an attempt, its card typed into Stripe's own frame on our page.

Won have no smaller coin, so amounts go over as they are (docs.stripe.com/currencies#zero-decimal).
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

import stripe

from webapp.checkout.numbers import won
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
REFUND_FAILED = {"failed", "canceled"}  # for good: days after it was granted, if the fan's bank does not take it
REFUND_STATUSES = {"succeeded": "succeeded", **dict.fromkeys(REFUND_FAILED, "failed")}  # every other one is under way


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
            told = event["data"]["object"]
            if event["type"].startswith("payment_intent."):
                return _of_intent(event, told) if self._is_ours(told) else None
            if event["type"].startswith(("refund.", "charge.refund")):
                return _of_refund(event, told) if self._is_ours(told) else None
            return None
        except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
            raise BadSignature() from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadCallback() from error

    def look_up(self, reference: str, provider_key: str | None) -> Report | None:
        # Only the page we send a fan to after noting the key can pay an intent, so without a key nobody has.
        return self._report(provider_key) if provider_key else None

    def close(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        self._call(lambda: self._api.payment_intents.cancel(provider_key))
        return self._report(provider_key)

    def cancel(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        report = self._report(provider_key)
        if report.status == "open":
            return self.close(provider_key, reason, idempotency_key)
        left = report.amount - report.refunded
        return self.refund(provider_key, left, idempotency_key) if left and report.status == "paid" else report

    def refund(self, provider_key: str, amount: int, idempotency_key: str) -> Report:
        report = self._report(provider_key)
        if report.status == "open":
            raise ProviderRefused()
        # Stripe forgets idempotency keys after a day or more, and we may ask for longer than that.
        before = self._refunds(provider_key, idempotency_key)
        failed = sum(status in REFUND_FAILED for status in before)
        if report.refunded and failed < len(before):
            return report
        if amount > report.amount - report.refunded:
            raise ProviderRefused()
        names = {"key": idempotency_key, "shop": self._public_url, "reference": report.reference}
        self._pay_back(provider_key, amount, names, first=failed + 1)
        return self._report(provider_key)

    def _pay_back(self, provider_key: str, amount: int, names: dict[str, str], first: int) -> None:
        """Stripe answers a key it has refused with the same refusal for a day, whatever has changed. Such an echo is
        no answer, so the question is put under the next key; the metadata says whether it has been granted already.

        What was granted and failed afterwards is echoed too, as granted: `first` passes those keys by.
        """
        key = names["key"]
        for nth in range(first, max(first, MOST_KEYS) + 1):
            try:
                self._call(
                    lambda nth=nth: self._api.refunds.create(  # type: ignore[misc]
                        {"payment_intent": provider_key, "amount": amount, "metadata": names},
                        {"idempotency_key": key if nth == 1 else f"{key}-{nth}"},
                    )
                )
                return
            except ProviderRefused as refusal:
                if nth >= MOST_KEYS or not _is_echo(refusal.__cause__):
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
                yield _answered({**intent, "latest_charge": charge})

    def _refunds(self, provider_key: str, key: str) -> list[str]:
        """How each of this payment's refunds under our key stands, whatever number we gave the key."""
        query: Any = {"payment_intent": provider_key, "limit": PAGE}
        listed = self._listed(lambda: self._api.refunds.list(query))
        return [str(one["status"]) for one in listed if one["metadata"].get("key") == key]

    def _listed(self, ask: Callable[[], Any]) -> list[dict[str, Any]]:
        return self._call(lambda: [one.to_dict() for one in ask().auto_paging_iter()])

    def _report(self, provider_key: str) -> Report:
        return _answered(self._retrieve(provider_key).to_dict())

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


def _of_intent(event: dict[str, Any], intent: dict[str, Any]) -> Callback:
    report = _report(intent)
    return Callback(str(event["id"]), f"payment.{report.status}", report)


def _of_refund(event: dict[str, Any], told: dict[str, Any]) -> Callback | None:
    """A refund that has come to its end, or a charge of which money went back; None while a refund is under way.

    Stripe says a refund's end in several events. Named after the refund and its end, they are one.
    """
    is_refund = told["object"] == "refund"
    status = REFUND_STATUSES.get(told["status"]) if is_refund else "succeeded"
    if status is None:
        return None
    event_id = f"{told['id']}:{status}" if is_refund else str(event["id"])
    report = Report(
        reference=str(told["metadata"].get("reference", "")),
        provider_key=str(told["payment_intent"]),
        status=f"refund.{status}",
        amount=won(told["amount" if is_refund else "amount_refunded"]),
        currency=str(told["currency"]).upper(),
    )
    return Callback(event_id, report.status, report)


def _is_echo(error: BaseException | None) -> bool:
    """Whether Stripe repeated what it had answered this key before (docs.stripe.com/api/idempotent_requests)."""
    headers = error.headers or {} if isinstance(error, stripe.StripeError) else {}
    return any(name.lower() == "idempotent-replayed" and value == "true" for name, value in headers.items())


def _answered(intent: dict[str, Any]) -> Report:
    try:
        return _report(intent)
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderUnavailable() from error


def _report(intent: dict[str, Any]) -> Report:
    """A PaymentIntent as a report. A declined card leaves it open: the fan may type another."""
    status = STATUSES.get(intent["status"], "open")
    amount = intent.get("amount_received") if status == "paid" else None
    charge = intent.get("latest_charge")
    refunded = charge.get("amount_refunded", 0) if isinstance(charge, dict) else 0
    amount = won(intent["amount"] if amount is None else amount)
    return Report(
        reference=str(intent["metadata"].get("reference", "")),
        provider_key=str(intent["id"]),
        status="cancelled" if status == "paid" and refunded >= amount else status,
        amount=amount,
        currency=str(intent["currency"]).upper(),
        refunded=won(refunded),
    )
