"""The job that sends mails: one after the other over one connection, and never for long."""

import logging
import time

from flask import current_app

from webapp import clock, jobs
from webapp.checkout import mails
from webapp.checkout.mail_models import Mail
from webapp.checkout.post import NotTaken, Post, Refused, ServerAway
from webapp.db import transaction
from workers.asking import LONG_ENOUGH_SECONDS

log = logging.getLogger(__name__)

AT_ONCE = 20  # tries; then whoever waits for another job comes first, and the rest follows


def send_mails() -> str:
    """Send the mails that are due, for ten seconds at most. A server that is away ends the run; what was not sent is
    tried again later.
    """
    server = current_app.extensions["settings"].mail_server
    mail = _claim() if server else None
    if server is None or mail is None:
        return "0 sent"
    until, sent, tries = time.monotonic() + LONG_ENOUGH_SECONDS, 0, 0
    try:
        with Post(server) as post:
            while mail:
                sent += _send(post, mail)
                tries += 1
                # A mail that was not taken costs as much time as one that was, and a slow server more than a job has.
                mail = _claim() if tries < AT_ONCE and time.monotonic() < until else None
    except ServerAway as problem:
        log.warning("the mail server is away: %s", problem)
        _put_back(mail, str(problem))
        return f"{sent} sent"
    if tries == AT_ONCE or time.monotonic() >= until:
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
