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
    "create concert": _lazy("Put on a concert"),
    "edit concert": _lazy("Changed a concert"),
    "publish concert": _lazy("Published a concert"),
    "withdraw concert": _lazy("Made a concert a draft again"),
    "archive concert": _lazy("Archived a concert"),
    "restore concert": _lazy("Restored a concert"),
    "delete concert": _lazy("Deleted a concert"),
    "create performance": _lazy("Added a performance"),
    "edit performance": _lazy("Changed a performance"),
    "change plan of performance": _lazy("Gave a performance another seat plan"),
    "archive performance": _lazy("Archived a performance"),
    "restore performance": _lazy("Restored a performance"),
    "delete performance": _lazy("Deleted a performance"),
    "create plan": _lazy("Saved a seat plan"),
    "rename plan": _lazy("Renamed a seat plan"),
    "edit plan grades": _lazy("Changed the grades of a seat plan"),
    "archive plan": _lazy("Archived a seat plan"),
    "restore plan": _lazy("Restored a seat plan"),
    "delete plan": _lazy("Deleted a seat plan"),
    "edit refund terms": _lazy("Changed the cancellation fees"),
    "export orders": _lazy("Downloaded the orders"),
    "export payments": _lazy("Downloaded the payments"),
    "export tickets": _lazy("Downloaded the tickets"),
    "export line": _lazy("Downloaded the line's history"),
    "export sales": _lazy("Downloaded the sales by grade"),
    "export log": _lazy("Downloaded the log"),
    "undo check in": _lazy("Undid a check-in"),
}


def said(action: str) -> str:
    """The action for people; one without words of its own as it is stored."""
    return str(WORDS.get(action, action))
