"""The outbox: writing a mail down with what it tells, and handing it to one sender at a time."""

import logging
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Integer, or_, select, text
from sqlalchemy.exc import DBAPIError

from webapp import jobs
from webapp.checkout import letters
from webapp.checkout.mail_models import DISCARDED, FAILED, KEPT, ORDER_CONFIRMED, SENDING, SENT, WAITING, Mail
from webapp.checkout.models import PAID, Payment
from webapp.db import after_commit, db, fetch
from webapp.errors import NotFound

log = logging.getLogger(__name__)

# Longer than any job may take (jobs.JOB_SECONDS): when it is over, its sender is dead and not merely slow.
LEASE = timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 12  # about seven hours of a server that is down

# What every paid order asks, built once.
WRITE = text(
    "INSERT INTO mails (public_id, kind, payment_id, user_id, status, created_at, send_at)"
    " VALUES (:public_id, :kind, :payment_id, :user_id, :status, :now, :now) ON CONFLICT DO NOTHING RETURNING id"
).columns(id=Integer)


def write(kind: str, payment_id: int, user_id: int, now: datetime) -> None:
    """Write a mail down, in the transaction of what it tells; once for a kind and a payment, however often called.

    Without a mail server it is kept for the operator's page and not sent later by itself.
    """
    has_server = current_app.extensions["settings"].mail_server is not None
    status, public_id = WAITING if has_server else KEPT, secrets.token_urlsafe(12)
    fetch(WRITE, public_id=public_id, kind=kind, payment_id=payment_id, user_id=user_id, status=status, now=now)
    if has_server:
        after_commit(jobs.enqueue_later, jobs.UPKEEP, jobs.SEND_MAILS, once="mails")


def claim(now: datetime) -> Mail | None:
    """Take the mail that has waited longest, with its words written out; nobody else gets it while the lease lasts.

    What cannot be written has failed, and what is no longer true is discarded; the next one is taken instead.
    """
    while mail := _longest_waiting(now):
        if _is_overtaken(mail):
            mail.status, mail.leased_until, mail.problem = DISCARDED, None, "the order was refunded before it was sent"
        elif mail.subject is not None or _write_out(mail):
            mail.status, mail.leased_until, mail.attempts = SENDING, now + LEASE, mail.attempts + 1
            return mail
        db.session.flush()
    return None


def _longest_waiting(now: datetime) -> Mail | None:
    due = or_(
        (Mail.status == WAITING) & (Mail.send_at <= now),
        # Its sender died, perhaps after the server had taken it: the second copy carries the same Message-ID.
        (Mail.status == SENDING) & (Mail.leased_until <= now),
    )
    statement = select(Mail).where(due).order_by(Mail.send_at, Mail.id).limit(1).with_for_update(skip_locked=True)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def _is_overtaken(mail: Mail) -> bool:
    """Whether its order was refunded while it waited: tickets that are void are not sent after that news."""
    if mail.kind != ORDER_CONFIRMED:
        return False
    return db.session.get_one(Payment, mail.payment_id, populate_existing=True).status != PAID


def sent(mail_id: int, attempt: int, now: datetime) -> None:
    """The server has taken it."""
    if mail := _mine(mail_id, attempt):
        mail.status, mail.sent_at, mail.leased_until, mail.problem = SENT, now, None, None


def not_sent(mail_id: int, attempt: int, problem: str, now: datetime, *, for_good: bool = False) -> None:
    """Not taken: again after 30 seconds, then twice as long each time, up to an hour; after 12 tries it has failed."""
    mail = _mine(mail_id, attempt)
    if mail is None:
        return
    is_over = for_good or mail.attempts >= MOST_ATTEMPTS
    mail.status, mail.leased_until, mail.problem = FAILED if is_over else WAITING, None, problem[:500]
    mail.send_at = now + min(FIRST_WAIT * 2 ** (mail.attempts - 1), LONGEST_WAIT)


def send_again(public_id: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Put a mail that failed, was kept or discarded back in line; the state before and after, or NotFound."""
    mail = _lock(public_id, {FAILED, KEPT, DISCARDED})
    before = {"status": mail.status, "attempts": mail.attempts}
    mail.status, mail.attempts, mail.send_at = WAITING, 0, now
    after_commit(jobs.enqueue_later, jobs.UPKEEP, jobs.SEND_MAILS, once="mails")
    return before, {"status": WAITING, "attempts": 0}


def discard(public_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Send it no more; the state before and after. Raises NotFound for one that is sent or being sent."""
    mail = _lock(public_id, {FAILED, KEPT, WAITING})
    before = {"status": mail.status}
    mail.status = DISCARDED
    return before, {"status": DISCARDED}


def _write_out(mail: Mail) -> bool:
    """Its words; a mail that cannot be written has failed, and keeps no other from being sent."""
    try:
        letters.write_out(mail)
    except DBAPIError:
        raise
    except Exception as error:
        log.exception("mail %s cannot be written", mail.public_id)
        mail.status, mail.leased_until, mail.problem = FAILED, None, f"{type(error).__name__}: {error}"[:500]
        return False
    return True


def _mine(mail_id: int, attempt: int) -> Mail | None:
    """The mail, if this attempt still has it: an operator or a later sender may have taken it over."""
    mail = db.session.get_one(Mail, mail_id, with_for_update=True, populate_existing=True)
    return mail if mail.status == SENDING and mail.attempts == attempt else None


def _lock(public_id: str, statuses: set[str]) -> Mail:
    mail = db.session.scalar(select(Mail).where(Mail.public_id == public_id).with_for_update())
    if mail is None or mail.status not in statuses:
        raise NotFound()
    return mail
