"""Every recurring job on one screen."""

from collections.abc import Callable
from dataclasses import dataclass

from webapp.jobs import ASKING, LINE, MONEY, UPKEEP
from workers import line, mails, payments, refunds, seats, upkeep


@dataclass(frozen=True)
class Recurring:
    """A job the clock enqueues every so many seconds. `what` is what an operator reads."""

    name: str
    work: Callable[[], str]
    every_seconds: int
    queue: str
    what: str


TIMETABLE = (
    Recurring("call", line.call, 1, LINE, "Calls the next fans where admissions per minute are set."),
    Recurring("lobbies", line.open_lobbies, 1, LINE, "Opens lobbies; draws their numbers when the sale opens."),
    Recurring("expire-sessions", line.expire_sessions, 5, LINE, "Ends sessions whose time is over; calls the next."),
    Recurring("release-holds", seats.release_holds, 5, LINE, "Frees seats whose five minutes are over."),
    Recurring("sample-lines", line.sample, 10, LINE, "Writes down how each line stands, for the charts."),
    Recurring("settle-callbacks", payments.settle_forgotten, 10, MONEY, "Settles stored callbacks nobody settled."),
    Recurring("ask-providers", payments.ask_providers, 15, ASKING, "Asks about payments that never heard back."),
    Recurring(
        "finish-cancellations",
        payments.finish_cancellations,
        15,
        ASKING,
        "Has money sent back until confirmed.",
    ),
    Recurring("send-refunds", refunds.send_refunds, 15, ASKING, "Has cancelled orders paid back until confirmed."),
    Recurring(
        "refund-cancelled-shows",
        refunds.refund_cancelled_shows,
        10,
        ASKING,
        "Refunds the orders of cancelled performances.",
    ),
    Recurring("send-mails", mails.send_mails, 15, UPKEEP, "Sends mails nobody has sent."),
    Recurring("audit", upkeep.audit, 60, UPKEEP, "Checks every promise on the live data and warns of a broken one."),
    Recurring("forget-answers", upkeep.forget_answers, 600, UPKEEP, "Forgets the API's kept answers after a day."),
    Recurring("forget-sign-ins", upkeep.forget_sign_ins, 3600, UPKEEP, "Forgets sign-ins older than their cookies."),
    Recurring("forget-samples", upkeep.forget_samples, 3600, UPKEEP, "Forgets how the lines stood a month ago."),
)
