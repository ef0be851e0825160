"""What happens to an order and its money, once as its fan reads it and once as an operator does."""

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import LazyString
from flask_babel import lazy_gettext as _


class Voice(NamedTuple):
    """The sentences for one reader. `reasons` say why a payment came to nothing, by their code; some name an amount."""

    reasons: Mapping[str, LazyString]
    held: LazyString
    extended: LazyString
    paid: LazyString
    returned: LazyString
    confirmed: LazyString
    refused: LazyString
    by_show: LazyString
    by_operator: LazyString
    by_fan: LazyString
    to_points: LazyString
    to_card_asked: LazyString
    to_card: LazyString
    # What both read alike.
    no_reason: LazyString = _("The payment did not go through.")
    begun: LazyString = _("Payment started.")
    asked: LazyString = _("We asked the payment company to send all of it back, and ask again until it says so.")


# What says "you" to nobody.
PLAIN = {
    "show_cancelled": _("This performance is cancelled."),
    "already_paid": _("This order was already paid, so this second payment goes back."),
    "wrong_amount": _("The amount paid is not the amount of this order. It bought nothing and goes back."),
    "wrong_currency": _("The currency paid is not won. It bought nothing and goes back."),
    "foreign_payment": _("The payment belongs to something else. It bought nothing and goes back."),
    "reopened": _("This payment had been closed before the money came, so it goes back."),
    "unknown_payment": _("Money for a payment that is not in our books."),
}

FAN = Voice(
    reasons={
        **PLAIN,
        "declined": _("The payment was declined. You were not charged."),
        "cancelled": _("The payment was cancelled. You were not charged."),
        "given_up": _("You let the seats go. You were not charged."),
        "superseded": _("You started another payment instead."),
        "provider_unavailable": _("The payment company did not answer. You were not charged."),
        "provider_refused": _("The payment company did not take this payment. You were not charged."),
        "never_started": _("The payment was never begun. You were not charged."),
        "abandoned": _("The payment was not finished in time. You were not charged."),
        "resold": _("Your payment arrived after your hold was over, and somebody else has the seats."),
        "released": _("Your payment arrived after you had given the seats back."),
        "seat_limit": _("Your payment arrived late, and you have four other seats for this concert."),
        "show_begun": _("Your payment arrived after your hold was over, and the performance had begun."),
        "points_returned": _("Your payment arrived after its points had gone back to you."),
        # How money fares on its way back, where that is not smooth.
        "refused": _("The payment company would not send the money back by itself. Our staff are looking at it."),
        "operator": _("Our staff are sending the payment back."),
    },
    held=_("Seats held for you."),
    extended=_("Your seats are kept two minutes longer while you pay."),
    paid=_("Paid. Your tickets are ready."),
    returned=_("All of it is on its way back: a card shows it within three to five working days."),
    confirmed=_("The payment company has confirmed. Your card shows the money by %(day)s."),
    refused=_("The payment company did not give it back by itself. Our staff are looking at it."),
    by_show=_("This performance is cancelled. You get back everything you paid."),
    by_operator=_("Our staff cancelled this order for you."),
    by_fan=_("You cancelled this order."),
    to_points=_("%(amount)s is back in your points."),
    to_card_asked=_(
        "%(amount)s goes back to your card: we ask the payment company until it confirms, and your card shows"
        " it three to five working days later."
    ),
    to_card=_("%(amount)s goes back to your card."),
)

OPERATOR = Voice(
    reasons={
        **PLAIN,
        "declined": _("The payment was declined. The fan was not charged."),
        "cancelled": _("The payment was cancelled. The fan was not charged."),
        "given_up": _("The fan let the seats go and was not charged."),
        "superseded": _("The fan started another payment instead."),
        "provider_unavailable": _("The payment company did not answer. The fan was not charged."),
        "provider_refused": _("The payment company did not take this payment. The fan was not charged."),
        "never_started": _("The payment was never begun. The fan was not charged."),
        "abandoned": _("The payment was not finished in time. The fan was not charged."),
        "resold": _("The payment arrived after the hold was over, and somebody else has the seats."),
        "released": _("The payment arrived after the fan had given the seats back."),
        "seat_limit": _("The payment arrived late, and the fan has four other seats for this concert."),
        "show_begun": _("The payment arrived after the hold was over, and the performance had begun."),
        "points_returned": _("The payment arrived after its points had gone back to the fan."),
        "refused": _("The payment company would not send the money back by itself. Ask there."),
        "operator": _("An operator is having the payment sent back."),
    },
    held=_("Seats held for the fan."),
    extended=_("The seats are kept two minutes longer while the fan pays."),
    paid=_("Paid. The tickets are issued."),
    returned=_("All of it is on its way back: the fan's card shows it within three to five working days."),
    confirmed=_("The payment company has confirmed. The fan's card shows the money by %(day)s."),
    refused=_("The payment company did not give it back by itself. Ask there."),
    by_show=_("This performance is cancelled. The fan gets back everything paid."),
    by_operator=_("An operator cancelled this order."),
    by_fan=_("The fan cancelled this order."),
    to_points=_("%(amount)s is back in the fan's points."),
    to_card_asked=_(
        "%(amount)s goes back to the fan's card: we ask the payment company until it confirms, and the card shows"
        " it three to five working days later."
    ),
    to_card=_("%(amount)s goes back to the fan's card."),
)
