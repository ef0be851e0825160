"""One try of one callback: sign it as Standard Webhooks says, POST it, report what came back."""

import contextlib
from dataclasses import replace
from datetime import datetime

from standardwebhooks import Webhook
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError

from webapp.dev.gateway.callbacks import Attempt, Callback

PATIENCE = Timeout(connect=2.0, read=5.0)  # seconds
ANSWER_BYTES_READ = 16_384


def new_connections() -> PoolManager:
    """Kept-alive connections for one thread, which go straight to the receiver. Redirects are not followed: a shop that
    moved has not taken the callback."""
    return PoolManager(timeout=PATIENCE, retries=False)


def signed_headers(callback: Callback, webhook_secret: str, now: datetime) -> dict[str, str]:
    """The Standard Webhooks headers; the timestamp is the try's own, so that a late retry is not stale."""
    return {
        "content-type": "application/json",
        "user-agent": "SandboxPay/1",
        "webhook-id": callback.event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(webhook_secret).sign(callback.event_id, now, callback.body),
    }


def send(connections: PoolManager, callback: Callback, webhook_secret: str, now: datetime) -> Attempt:
    """Try once."""
    headers = signed_headers(callback, webhook_secret, now)
    try:
        answer = connections.request(
            "POST", callback.url, body=callback.body.encode(), headers=headers, preload_content=False
        )
        _drain(answer)
        attempt = Attempt(callback, answer.status, None)
        return attempt if attempt.is_delivered else replace(attempt, error=f"HTTP {answer.status}")
    except (HTTPError, OSError, ValueError) as failure:
        return Attempt(callback, None, type(failure).__name__)


def _drain(answer: BaseHTTPResponse) -> None:
    # Only a connection read to its end can be used again; one that never ends is dropped.
    with contextlib.suppress(HTTPError, OSError):
        answer.read(ANSWER_BYTES_READ, decode_content=False)
    answer.close()
