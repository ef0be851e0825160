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

    @property
    def kept(self) -> int:
        return self.amount - self.refunded if self.status == PAID else 0

    @property
    def report(self) -> Report:
        return Report(self.reference, self.key, self.status, self.amount, "KRW", self.refunded)


class Bank:
    """A provider with its book in memory, which is sometimes away and loses answers; it may say anything twice."""

    key, name = "sandbox", "Bank"

    def __init__(self) -> None:
        self.book: dict[str, Entry] = {}
        self.told: list[tuple[str, Report]] = []
        self.mood = "well"
        self.done: set[str] = set()

    def start(self, charge: Charge) -> Started:
        self._answer(on_the_way_there=True)
        entry = self.book.setdefault(
            charge.reference, Entry(charge.reference, f"pay_{charge.reference}", charge.amount)
        )
        self._answer(on_the_way_there=False)
        return Started(entry.key, "https://bank.test/")

    def look_up(self, reference: str, provider_key: str | None) -> Report | None:
        self._answer(on_the_way_there=True)
        entry = self.book.get(reference)
        return entry.report if entry else None

    def close(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        entry = self._entry(provider_key)
        self._answer(on_the_way_there=True)
        if entry.status not in ("open", "cancelled"):
            raise ProviderRefused()
        return self._give_back(entry, entry.amount, idempotency_key)

    def cancel(self, provider_key: str, reason: str, idempotency_key: str) -> Report:
        entry = self._entry(provider_key)
        return self._give_back(entry, entry.amount - entry.refunded, idempotency_key)

    def refund(self, provider_key: str, amount: int, idempotency_key: str) -> Report:
        return self._give_back(self._entry(provider_key), amount, idempotency_key)

    def approve(self, entry: Entry, amount: int) -> None:
        entry.status, entry.amount = PAID, amount
        self.tell(entry)

    def tell(self, entry: Entry, status: str | None = None) -> None:
        report = entry.report
        if status:
            report = Report(entry.reference, entry.key, status, entry.amount, "KRW")
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

    def _entry(self, key: str) -> Entry:
        return next(one for one in self.book.values() if one.key == key)

    def _answer(self, *, on_the_way_there: bool) -> None:
        if self.mood == ("away" if on_the_way_there else "answers are lost"):
            raise ProviderUnavailable()
