"""What problems are called, in a few words: the titles of problem+json. A code of ours has one, or else its status."""

from typing import Any

from flask_babel import lazy_gettext as _

TITLES: dict[str, Any] = {
    "already-cancelled": _("Already cancelled"),
    "already-paid": _("Already paid"),
    "amount-mismatch": _("Another amount"),
    "bad-amount": _("No such amount"),
    "bad-callback": _("Unreadable callback"),
    "bad-day": _("No such day"),
    "bad-input": _("Unreadable input"),
    "bad-refresh-token": _("Refresh token not valid"),
    "bad-seats": _("No choice of seats"),
    "bad-sign-in": _("Wrong address or password"),
    "bad-signature": _("Wrong signature"),
    "bad-steering": _("Value out of bounds"),
    "edit-refused": _("Change refused"),
    "email-taken": _("Address taken"),
    "error": _("That did not work"),
    "fee-changed": _("Fee changed"),
    "hold-expired": _("Hold ran out"),
    "house-changed": _("House changed"),
    "idempotency-mismatch": _("Key used for another request"),
    "in-flight": _("Still being worked on"),
    "internal": _("Failure on our side"),
    "invalid": _("Fields are wrong"),
    "line-too-busy": _("Too many at once"),
    "lobby-closed": _("Lobby closed"),
    "no-reservation": _("No such reservation"),
    "no-seats": _("No seats chosen"),
    "no-such-concert": _("No such concert"),
    "no-such-date": _("No such date"),
    "no-such-seat": _("No such seat"),
    "no-such-user": _("No such user"),
    "none-together": _("None together"),
    "not-enough-points": _("Not enough points"),
    "not-found": _("Not found"),
    "not-in-line": _("Not in the line"),
    "not-json": _("Not JSON"),
    "not-signed-in": _("Not signed in"),
    "not-your-turn": _("Not your turn yet"),
    "payment-failed": _("Payment failed"),
    "provider-refused": _("Refused by the payment company"),
    "provider-unavailable": _("Payment company away"),
    "sale-not-open": _("Sale not open"),
    "seat-limit": _("Too many seats"),
    "seat-taken": _("Seats taken"),
    "seats-in-the-way": _("Seats in the way"),
    "session-ended": _("Place in line ended"),
    "show-begun": _("Performance begun"),
    "show-cancelled": _("Performance cancelled"),
    "stale-edit": _("Changed in the meantime"),
    "stale-form": _("Form out of date"),
    "ticket-used": _("Ticket used"),
    "too-busy": _("Too busy"),
    "too-late-to-cancel": _("Too late to cancel"),
    "too-many-requests": _("Too many requests"),
    "unauthorized": _("No valid token"),
    "unavailable": _("Not available at the moment"),
    "unsupported-media-type": _("Not application/json"),
    "user-not-found": _("No such user"),
    "which-concert": _("Which concert?"),
    "which-schedule": _("Which performance?"),
}
BY_STATUS: dict[int, Any] = {
    400: _("Unreadable input"),
    404: _("Not found"),
    405: _("No such method here"),
    413: _("Too large"),
}


def of(code: str, status: int) -> str:
    """The title of a problem in the reader's language."""
    return str(TITLES.get(code) or BY_STATUS.get(status) or _("That did not work"))
