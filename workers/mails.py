"""The job that sends mails: one after the other over one connection, and never for long."""

import logging

from flask import current_app

from webapp import clock, jobs
from webapp.checkout import mails
from webapp.checkout.mail_models import Mail
from webapp.checkout.post import NotTaken, Post, Refused, ServerAway
from webapp.db import transaction

log = logging.getLogger(__name__)

AT_ONCE = 20  # then whoever waits for another job comes first, and the rest follows


def send_mails() -> str:
    """Send the mails that are due. A server that is away ends the run; each mail is tried again later."""
    server = current_app.extensions["settings"].mail_server
    mail = _claim() if server else None
    if server is None or mail is None:
        return "0 sent"
    sent = 0
    try:
        with Post(server) as post:
            while mail and sent < AT_ONCE:
                sent += _send(post, mail)
                mail = _claim() if sent < AT_ONCE else None
    except ServerAway as problem:
        log.warning("the mail server is away: %s", problem)
        _put_back(mail, str(problem))
    if sent == AT_ONCE:
        jobs.enqueue_later(jobs.UPKEEP, jobs.SEND_MAILS)
    return f"{sent} sent"


def _claim() -> Mail | None:
    with transaction():
        return mails.claim(clock.now())


def _send(post: Post, mail: Mail) -> int:
    try:
        post.send(mail)
    except Refused as problem:
        _put_back(mail, str(problem), for_good=True)
        return 0
    except NotTaken as problem:
        _put_back(mail, str(problem))
        return 0
    with transaction():
        mails.sent(mail.id, mail.attempts, clock.now())
    return 1


def _put_back(mail: Mail | None, problem: str, *, for_good: bool = False) -> None:
    if mail is not None:
        with transaction():
            mails.not_sent(mail.id, mail.attempts, problem, clock.now(), for_good=for_good)
