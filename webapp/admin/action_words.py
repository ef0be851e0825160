"""What the log's actions are called on the page. They are stored in short words of our own, which never change."""

from flask_babel import lazy_gettext as _lazy

WORDS = {
    "pause line": _lazy("Paused the line"),
    "resume line": _lazy("Resumed the line"),
    "change capacity": _lazy("Changed how many are served at once"),
    "change rate": _lazy("Changed the admissions per minute"),
    "message to everyone waiting": _lazy("Wrote to everyone waiting"),
    "open sale": _lazy("Opened the sale"),
    "close sale": _lazy("Closed the sale"),
    "change lobby": _lazy("Changed the lobby"),
    "cancel performances": _lazy("Cancelled performances"),
    "cancel order": _lazy("Cancelled an order"),
    "ask for refund again": _lazy("Asked for a refund again"),
    "send payment back": _lazy("Sent a payment back"),
    "send stray payment back": _lazy("Sent stray money back"),
    "repair payment": _lazy("Put a payment right"),
    "run job": _lazy("Ran a job"),
    "retry failed job": _lazy("Ran a failed job again"),
    "discard failed job": _lazy("Discarded a failed job"),
    "send mail again": _lazy("Sent a mail again"),
    "discard mail": _lazy("Discarded a mail"),
    "check in": _lazy("Let a ticket in"),
    "undo check in": _lazy("Undid a check-in"),
}


def said(action: str) -> str:
    """The action for people; one without words of its own as it is stored."""
    return str(WORDS.get(action, action))
