"""A provider with its book in memory: it is sometimes away, loses answers, and tells everything as often as asked."""

from dataclasses import dataclass

from webapp.checkout.providers import Charge, Report, Started
from webapp.errors import ProviderRefused, ProviderUnavailable

PAID = "paid"


@dataclass
class Entry:
    """One payment in the provider's book."""

    reference: str
    key: str
    amount: int
    status: str = "open"
    refunded: int = 0
    currency: str = "KRW"

    @property
    def kept(self) -> int:
        return self.amount - self.refunded if self.status == PAID else 0

    @property
    def report(self) -> Report:
        return Report(self.reference, self.key, self.status, self.amount, self.currency, self.refunded)


class Bank:
    """A provider with its book in memory, which is sometimes away and loses answers; it may say anything twice.

    In the mood "a fan is faster" somebody pays whatever it has just said to be open. Its book is by its own keys.
    """

    key, name = "sandbox", "Bank"

    def __init__(self) -> None:
        self.book: dict[str, Entry] = {}
        self.told: list[tuple[str, Report]] = []
        self.mood = "well"
        self.done: set[str] = set()

    def start(self, charge: Charge) -> Started:
        self._answer(on_the_way_there=True)
        key = f"pay_{charge.reference}"
        self.book.setdefault(key, Entry(charge.reference, key, charge.amount))
        self._answer(on_the_way_there=False)
        return Started(key, "https://bank.test/")

    def look_up(self, reference: str, provider_key: str | None) -> Report | None:
        self._answer(on_the_way_there=True)
        entry = self.found(reference, provider_key)
        said = entry.report if entry else None
        if entry and entry.status == "open" and self.mood == "a fan is faster":
            self.approve(entry, entry.amount)
        return said

    def found(self, reference: str, provider_key: str | None) -> Entry | None:
        """What is meant by a reference: the payment with this key, or else the oldest."""
        theirs = [one for one in self.book.values() if one.reference == reference]
        known = [one for one in theirs if one.key == provider_key]
        return next(iter(known or theirs), None)

    def close(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        self._answer(on_the_way_there=True)
        if self.book[provider_key].status not in ("open", "cancelled"):
            raise ProviderRefused()
        return self.cancel(provider_key, reason, idempotency_key)

    def cancel(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        entry = self.book[provider_key]
        return self._give_back(entry, entry.amount - entry.refunded, idempotency_key)

    def refund(self, provider_key: str, amount: int, idempotency_key: str) -> Report:
        return self._give_back(self.book[provider_key], amount, idempotency_key)

    def approve(self, entry: Entry, amount: int, currency: str = "KRW") -> None:
        entry.status, entry.amount, entry.currency = PAID, amount, currency
        self.tell(entry)

    def take_astray(self, reference: str, amount: int) -> None:
        """Take money that nobody asked it for, under a key that the shop knows nothing of."""
        key = f"astray_{len(self.book)}"
        self.book[key] = Entry(reference, key, amount, PAID)
        self.tell(self.book[key])

    def tell(self, entry: Entry, status: str | None = None) -> None:
        report = entry.report
        if status:
            report = Report(entry.reference, entry.key, status, entry.amount, entry.currency)
        self.told.append((f"evt_{len(self.told)}", report))

    def _give_back(self, entry: Entry, amount: int, idempotency_key: str) -> Report:
        self._answer(on_the_way_there=True)
        if idempotency_key not in self.done:
            if entry.status not in ("open", PAID) or entry.refunded + amount > entry.amount:
                raise ProviderRefused()
            self.done.add(idempotency_key)
            if entry.status == PAID:
                entry.refunded += amount
            if entry.status == "open" or entry.refunded == entry.amount:
                entry.status = "cancelled"
                self.tell(entry)
        self._answer(on_the_way_there=False)
        return entry.report

    def _answer(self, *, on_the_way_there: bool) -> None:
        if self.mood == ("away" if on_the_way_there else "answers are lost"):
            raise ProviderUnavailable()
