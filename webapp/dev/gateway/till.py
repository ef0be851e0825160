"""What a request needs at hand, and what runs beside the requests."""

import hashlib
import hmac
from typing import cast

from flask import Flask, current_app

from webapp.dev.gateway.database import Database
from webapp.dev.gateway.delivery import Delivery
from webapp.dev.gateway.late_approvals import LateApprovals
from webapp.dev.gateway.settings import Settings


class Till:
    """The company's settings, its book, and the threads that tell the shop."""

    def __init__(self, settings: Settings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.database = Database(settings.data / "sandbox-pay.sqlite3")
        self.delivery = Delivery(self.database, settings)
        self._late_approvals = LateApprovals(self.database, self.delivery, settings)

    def start(self) -> None:
        """Begin to deliver callbacks and late approvals."""
        self.delivery.start()
        self._late_approvals.start()

    def stop(self) -> None:
        """End within about a second; what is not done is in the book."""
        self._late_approvals.stop()
        self.delivery.stop()
        self.database.close()

    def form_token(self, subject: str) -> str:
        """What a form about this subject must carry; nobody without the API key can work it out."""
        return hmac.new(self.settings.api_key.encode(), subject.encode(), hashlib.sha256).hexdigest()

    def accepts_token(self, subject: str, token: str) -> bool:
        """Whether a form carried the token of its subject."""
        return hmac.compare_digest(self.form_token(subject).encode(), token.encode(errors="replace"))


def till(app: Flask | None = None) -> Till:
    """The till of this app, or of the request's."""
    return cast(Till, (app or current_app).extensions["sandbox_pay"])
