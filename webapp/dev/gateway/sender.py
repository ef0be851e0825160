"""One try of one callback: sign it as Standard Webhooks says, POST it, report what came back."""

import contextlib
from dataclasses import replace
from datetime import datetime

import requests
import urllib3
from standardwebhooks import Webhook

from webapp.dev.gateway.callbacks import Attempt, Callback

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 5.0
ANSWER_BYTES_READ = 16_384


def new_session() -> requests.Session:
    """A keep-alive session for one thread, which goes straight to the receiver."""
    session = requests.Session()
    session.trust_env = False  # a proxy of the developer's machine is not between the two companies
    return session


def signed_headers(callback: Callback, webhook_secret: str, now: datetime) -> dict[str, str]:
    """The Standard Webhooks headers; the timestamp is the try's own, so that a late retry is not stale."""
    return {
        "content-type": "application/json",
        "user-agent": "SandboxPay/1",
        "webhook-id": callback.event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(webhook_secret).sign(callback.event_id, now, callback.body),
    }


def send(session: requests.Session, callback: Callback, webhook_secret: str, now: datetime) -> Attempt:
    """Try once. Redirects are not followed: a shop that moved has not taken the callback."""
    try:
        with session.post(
            callback.url,
            data=callback.body.encode(),
            headers=signed_headers(callback, webhook_secret, now),
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            _drain(response)
            attempt = Attempt(callback, response.status_code, None)
            return attempt if attempt.is_delivered else replace(attempt, error=f"HTTP {response.status_code}")
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as failure:
        return Attempt(callback, None, type(failure).__name__)


def _drain(response: requests.Response) -> None:
    # Only a connection read to its end can be used again; one that never ends is dropped.
    with contextlib.suppress(urllib3.exceptions.HTTPError, OSError):
        response.raw.read(ANSWER_BYTES_READ)
