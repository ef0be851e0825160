"""Payment providers behind one small interface. One file a provider; chosen by its key."""

from collections.abc import Iterator, Mapping
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
    """What a provider says of a payment. `status` is open, paid, failed or cancelled; amounts in won.

    `refunded` is all that has gone back so far. One that gave everything back is cancelled; with a part of it
    gone back it is still paid. `reference` is empty where the provider's record does not name it.
    """

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
    """What a provider is asked to collect. `amount` in won; `reference` is our payment's id, `language` the fan's."""

    reference: str
    idempotency_key: str
    amount: int
    currency: str
    description: str
    return_url: str
    hold_ends_at: datetime | None
    language: str = ""


class Provider(Protocol):
    """Talks to one payment company. Every call may raise ProviderUnavailable and may be repeated safely.

    ProviderRefused says that the same question would be answered the same again.
    """

    key: str
    name: str  # as fans and operators read it

    def start(self, charge: Charge) -> Started:
        """Announce a payment; the same idempotency key gives the same payment."""

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> Callback | None:
        """Verify and read a callback; None for a true one that is about no payment of ours.

        Raises BadSignature or BadCallback.
        """

    def look_up(self, reference: str, provider_key: str | None) -> Report | None:
        """What the provider knows of our payment; None when it never began, so that nobody can pay it.

        Without a key, because its answer to start was lost, a provider may go by the reference alone.
        """

    def close(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        """Close a payment nobody has paid. Raises ProviderRefused for one that has been paid, and leaves it paid."""

    def cancel(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        """Give all the money back, or close a payment nobody has paid."""

    def refund(self, provider_key: str, amount: int, idempotency_key: str) -> Report:
        """Give `amount` won of a paid payment back, once however often this key asks for it.

        The report's `refunded` says how much has gone back by now, this amount and earlier ones together.
        Raises ProviderRefused for more than is left, and for a payment nobody has paid.
        """

    def records(self, since: datetime, until: datetime) -> Iterator[Report]:
        """Every payment this provider took or began to take from `since` until before `until`."""


@runtime_checkable
class ApprovesAtOnce(Protocol):
    """A provider that collects what its fan has agreed to without a page: the sandbox does, for programs."""

    def approve(self, provider_key: str) -> Report:
        """Collect an announced payment now. Raises ProviderUnavailable; may be repeated safely."""


def provider(key: str) -> Provider:
    """The provider with this key. Raises NotFound."""
    found = configured()
    if key not in found:
        raise NotFound()
    return found[key]


def configured() -> dict[str, Provider]:
    """The providers that the settings name, by key, in their order."""
    providers: dict[str, Provider] = current_app.extensions["providers"]
    return providers


def chosen(form: Mapping[str, str]) -> str:
    """The key of the provider a form names, or of the first one. Raises NotFound for one that is not configured."""
    return provider(form.get("provider") or next(iter(configured()))).key
