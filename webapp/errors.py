"""Everything that can go wrong for a fan, as outcomes: a sentence, a code and a status each.

Verbs raise them; `answers.register` maps them once, to a page or to problem+json.
"""

from typing import Any

from flask_babel import format_decimal, gettext, ngettext
from flask_babel import lazy_gettext as _


class BookingError(Exception):
    """An outcome that is not the one the fan hoped for. `facts` go into problem+json as they are."""

    code = "error"
    status = 400
    sentence: Any = ""
    retry_seconds: int | None = None  # after which trying again is worth it, where it is

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts = facts

    def __str__(self) -> str:
        return str(self.sentence)


class NotFound(BookingError):
    code, status, sentence = "not-found", 404, _("This page does not exist, or it is not yours to see.")


class NotYourTurn(BookingError):
    """Facts: `concert_slug`, and `ahead`, how many people are ahead (None for a fan who is not in the line)."""

    code, status = "not-your-turn", 403

    def __str__(self) -> str:
        ahead = self.facts.get("ahead")
        if ahead is None:
            return str(gettext("Join the line to see the seats of this concert."))
        return str(
            ngettext(
                "It is not your turn yet: %(num)s person is ahead of you.",
                "It is not your turn yet: %(num)s people are ahead of you.",
                ahead,
            )
        )


class SaleNotOpen(BookingError):
    code, status, sentence = "sale-not-open", 409, _("The sale is not open.")


class NotSignedIn(BookingError):
    code, status, sentence = "not-signed-in", 401, _("Sign in first.")


class TooBusy(BookingError):
    code, status, retry_seconds = "too-busy", 503, 2
    sentence = _("So many fans ask at this moment that we could not answer. Nothing is lost. Try again in two seconds.")


class LineTooBusy(TooBusy):
    code = "line-too-busy"
    sentence = _("So many fans are joining at this moment that we could not take you in. Try again in two seconds.")


class LobbyClosed(BookingError):
    code, status = "lobby-closed", 409
    sentence = _("The lobby is not open. When the sale opens, join the line.")


class NoSeatsChosen(BookingError):
    code, status, sentence = "no-seats", 422, _("Choose at least one seat.")


class ChoiceGone(NoSeatsChosen):
    """Seats were chosen, and others took them all while the page was looked at."""

    status = 409
    sentence = _("The seats you had chosen were taken by someone else. Nothing is held. Choose others.")


class BadSeats(BookingError):
    code, status, sentence = "bad-seats", 422, _("That is not a choice of seats. Choose them on the map.")


class SeatsTaken(BookingError):
    """Facts: `names`, the short names of the seats that were taken, and `seats`, their numbers."""

    code, status = "seat-taken", 409

    def __str__(self) -> str:
        names = self.facts["names"]
        return str(
            ngettext(
                "Seat %(names)s was just taken.",
                "Seats %(names)s were just taken.",
                len(names),
                names=", ".join(names),
            )
        )


class NoneTogether(BookingError):
    code, status = "none-together", 409
    sentence = _("There are not that many free seats next to each other. Try fewer, or choose them on the map.")


class SeatLimit(BookingError):
    """Facts: `most`, how many seats a fan may have of a concert, and `left`, how many more this one may take."""

    code, status = "seat-limit", 409

    def __str__(self) -> str:
        return str(
            gettext(
                "You can have %(most)s seats for this concert, held and paid together. You can take %(left)s more.",
                most=self.facts["most"],
                left=self.facts["left"],
            )
        )


class HoldExpired(BookingError):
    code, status = "hold-expired", 409
    sentence = _("Your time is over and the seats went back on sale. You were not charged.")


class AmountMismatch(BookingError):
    code, status = "amount-mismatch", 409
    sentence = _("The total has changed since you saw it. Look at it again before you pay.")


class AlreadyPaid(BookingError):
    code, status, sentence = "already-paid", 409, _("This order is already paid.")


class TooLateToCancel(BookingError):
    code, status = "too-late-to-cancel", 409
    sentence = _("From the day of the performance on, an order can no longer be cancelled.")


class TicketUsed(BookingError):
    code, status = "ticket-used", 409
    sentence = _("A ticket of this order has been used at the door, so it can no longer be cancelled.")


class FeeChanged(BookingError):
    """Facts: `fee`, what cancelling costs now."""

    code, status = "fee-changed", 409
    sentence = _("The fee has changed since you saw it. Nothing was cancelled; look at it again.")


class AlreadyCancelled(BookingError):
    code, status = "already-cancelled", 409
    sentence = _("This order is cancelled already, and nothing was changed.")


class ShowCancelled(BookingError):
    code, status, sentence = "show-cancelled", 409, _("This performance is cancelled.")


class ShowBegun(BookingError):
    code, status, sentence = "show-begun", 409, _("This performance has begun. Its seats are no longer on sale.")


class HouseChanged(BookingError):
    code, status = "house-changed", 409
    sentence = _(
        "The seats or prices of this performance have just changed. Nothing is held; here they are as they are."
    )


class EditRefused(BookingError):
    """What an operator wanted cannot be saved. Facts: `sentence`, and the `field` it is about if it is about one."""

    code, status = "edit-refused", 409

    def __str__(self) -> str:
        return str(self.facts["sentence"])


class StaleEdit(EditRefused):
    """Somebody else has saved since the form was opened."""

    code = "stale-edit"


class KeyReused(BookingError):
    code, status = "idempotency-mismatch", 422
    sentence = _("This form has already begun another payment. Reload the page and try again.")


class NotEnoughPoints(BookingError):
    code, status, sentence = "not-enough-points", 402, _("You do not have enough points for this.")


class BadAmount(BookingError):
    """Facts: `low` and `high`, the amounts allowed."""

    code, status = "bad-amount", 422

    def __str__(self) -> str:
        low, high = (format_decimal(self.facts[bound]) for bound in ("low", "high"))
        return str(gettext("Choose a whole amount from %(low)s to %(high)s won.", low=low, high=high))


class ProviderUnavailable(BookingError):
    code, status = "provider-unavailable", 503
    sentence = _("The payment company does not answer. You were not charged, and your seats are still held. Try again.")


class ProviderRefused(ProviderUnavailable):
    """The provider answered, and said no: asking the same again would be answered the same."""

    code, status = "provider-refused", 409
    sentence = _("The payment company does not take this payment. You were not charged. Try another way to pay.")


class BadCallback(BookingError):
    code, status, sentence = "bad-callback", 400, _("The callback cannot be read.")


class BadSignature(BookingError):
    code, status, sentence = "bad-signature", 401, _("The callback's signature is wrong or too old.")


class TooManyRequests(BookingError):
    """Raised by nobody: how Flask-Limiter's refusal is said."""

    code, status = "too-many-requests", 429
    sentence = _("That was a lot of tries in a short time. Wait a moment, then try again.")
