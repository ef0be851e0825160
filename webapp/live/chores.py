"""What a process does again and again beside its sockets, for as long as it lives."""

import logging
from collections.abc import Callable

from flask import Flask
from flask_socketio import SocketIO

log = logging.getLogger(__name__)


def keep(
    app: Flask,
    socketio: SocketIO,
    chore: Callable[[], object],
    every_seconds: float,
    is_there: Callable[[], object] = lambda: True,
) -> None:
    """Do a chore if it `is_there` to be done, wait, and look again. One that fails is logged, and its next turn comes
    as if nothing had been."""
    while True:
        try:
            if is_there():
                with app.app_context():
                    chore()
        except Exception:
            log.exception("what is done beside the sockets failed; its next turn is in %g s", every_seconds)
        socketio.sleep(every_seconds)
