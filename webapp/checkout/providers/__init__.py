"""Payment providers behind one small interface. One file a provider; chosen by its key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from flask import current_app

from webapp.errors import NotFound


@dataclass(frozen=True)
class Started:
    """A payment the provider knows: its key there, and the page to send the fan to."""

    provider_key: str
    redirect_url: str


@dataclass(frozen=True)
class Report:
    """What a provider says of a payment. `status` is open, paid, failed or cancelled; amounts in won."""

    reference: str
    provider_key: str
    status: str
    amount: int
    currency: str
    refunded: int = 0


@dataclass(frozen=True)
class Callback:
    """A verified callback: the event's id, unique at this provider, and the report it carries."""

    event_id: str
    kind: str
    report: Report


@dataclass(frozen=True)
class Charge:
    """What a provider is asked to collect. `amount` in won; `reference` is our payment's public id."""

    reference: str
    idempotency_key: str
    amount: int
    currency: str
    description: str
    return_url: str
    hold_ends_at: datetime | None


class Provider(Protocol):
    """Talks to one payment company. Every call may raise ProviderUnavailable and may be repeated safely."""

    key: str

    def start(self, charge: Charge) -> Started:
        """Announce a payment; the same idempotency key gives the same payment."""

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> Callback:
        """Verify and read a callback. Raises BadSignature or BadCallback."""

    def look_up(self, reference: str) -> Report | None:
        """What the provider knows of our payment; None when it has never heard of it."""

    def cancel(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        """Give all the money back, or close a payment nobody has paid."""


@runtime_checkable
class ApprovesAtOnce(Protocol):
    """A provider that collects what its fan has agreed to without a page: the sandbox does, for programs."""

    def approve(self, provider_key: str) -> Report:
        """Collect an announced payment now. Raises ProviderUnavailable; may be repeated safely."""


def provider(key: str) -> Provider:
    """The provider with this key. Raises NotFound."""
    providers: dict[str, Provider] = current_app.extensions["providers"]
    if key not in providers:
        raise NotFound()
    return providers[key]
