"""Gives the approvals that were put off until a hold has ended. The appointments are kept in the book."""

import logging
import sqlite3
import threading

from webapp.dev.gateway import decisions, moments
from webapp.dev.gateway.database import Database
from webapp.dev.gateway.delivery import Delivery
from webapp.dev.gateway.settings import Settings

LOOK_SECONDS = 0.25  # how late an approval may come

log = logging.getLogger(__name__)


class LateApprovals:
    """Looks for due appointments a few times a second."""

    def __init__(self, database: Database, delivery: Delivery, settings: Settings) -> None:
        self._database = database
        self._delivery = delivery
        self._settings = settings
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, name="late-approvals", daemon=True)

    def start(self) -> None:
        """Begin looking."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the approval being given."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                self._approve_overdue()
            except sqlite3.Error:
                log.exception("The book cannot be used; late approvals wait.")

    def _approve_overdue(self) -> None:
        with self._database.reading() as book:
            overdue = decisions.overdue(book, moments.now())
        for payment_id in overdue:
            with self._database.transaction() as book:
                announced = decisions.approve_overdue(book, payment_id, self._settings, moments.now())
            self._delivery.send(announced)
