"""Delivers the outbox: one thread decides, a few threads send, so that no slow receiver holds up another.

The schedule belongs to the deciding thread alone; others only put messages into its inbox.
"""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Sequence

from webapp.dev.gateway import callbacks, moments, sender
from webapp.dev.gateway.callbacks import Attempt, Callback
from webapp.dev.gateway.database import Database
from webapp.dev.gateway.schedule import Schedule
from webapp.dev.gateway.settings import Settings

SENDERS = 24  # three silent receivers at their first, full batch still leave the others a way out
SWEEP_SECONDS = 30.0  # finds what another process wrote down in the moment it was killed
STOP_SECONDS = 0.2  # how long a stop waits for answers under way

log = logging.getLogger(__name__)


class Delivery:
    """Sends callbacks until the shop has taken them. What is pending in the book survives any end."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._schedule = Schedule(settings.first_retry_seconds)
        self._inbox: queue.SimpleQueue[Sequence[Callback] | Attempt | None] = queue.SimpleQueue()
        self._outgoing: queue.SimpleQueue[Callback | None] = queue.SimpleQueue()
        self._under_way = 0
        self._stopping = False
        self._decider = threading.Thread(target=self._decide, name="callbacks", daemon=True)

    def start(self) -> None:
        """Begin, with everything that earlier processes left pending."""
        for number in range(SENDERS):
            threading.Thread(target=self._send, name=f"callbacks-{number}", daemon=True).start()
        self._decider.start()

    def send(self, new: Sequence[Callback]) -> None:
        """Send these soon. Their transaction is committed."""
        if new:
            self._inbox.put(new)

    def stop(self) -> None:
        """Take no new ones, wait a moment for answers under way, write them down."""
        self._inbox.put(None)
        if self._decider.is_alive():
            self._decider.join(timeout=STOP_SECONDS + 1.0)

    def _decide(self) -> None:
        swept_at = float("-inf")
        while not self._stopping:
            now = time.monotonic()
            if now - swept_at >= SWEEP_SECONDS:
                self._sweep(now)
                swept_at = now
            for callback in self._schedule.take(now):
                self._under_way += 1
                self._outgoing.put(callback)
            self._read_inbox(min(self._schedule.seconds_to_next(now), SWEEP_SECONDS))
        self._wind_up()

    def _sweep(self, now: float) -> None:
        try:
            with self._database.reading() as book:
                pending = callbacks.pending(book)
        except sqlite3.Error:
            log.exception("The book cannot be read; the next sweep tries again.")
            return
        for callback in pending:
            if not self._schedule.knows(callback.id):
                self._schedule.add(callback, now)

    def _read_inbox(self, patience_seconds: float) -> None:
        """Wait for a message, then take all there are, so that many results share one commit."""
        attempts: list[Attempt] = []
        try:
            message = self._inbox.get(timeout=patience_seconds)
            while True:
                if message is None:
                    self._stopping = True
                elif isinstance(message, Attempt):
                    attempts.append(message)
                else:
                    for callback in message:
                        self._schedule.add(callback, time.monotonic())
                message = self._inbox.get_nowait()
        except queue.Empty:
            self._record(attempts)

    def _record(self, attempts: list[Attempt]) -> None:
        if not attempts:
            return
        self._under_way -= len(attempts)
        try:
            with self._database.transaction() as book:
                callbacks.record(book, attempts, moments.now())
        except sqlite3.Error:
            log.exception("The book cannot be written; the callbacks stay pending in it.")
        for attempt in attempts:
            self._schedule.finish(attempt, time.monotonic())

    def _wind_up(self) -> None:
        until = time.monotonic() + STOP_SECONDS
        while self._under_way and time.monotonic() < until:
            self._read_inbox(max(until - time.monotonic(), 0.01))
        for _ in range(SENDERS):
            self._outgoing.put(None)

    def _send(self) -> None:
        connections = sender.new_connections()
        while (callback := self._outgoing.get()) is not None:
            self._inbox.put(sender.send(connections, callback, self._settings.webhook_secret, moments.now()))
        connections.clear()
