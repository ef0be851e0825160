"""A second app in the tests' own process, for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from webapp import create_app
from webapp.config import Settings
from webapp.extensions import babel, csrf, limiter, login_manager, socketio
from webapp.live import delivery
from webapp.patience import COMMAND, Patience


@contextmanager
def second_app(settings: Settings, patience: Patience = COMMAND) -> Iterator[Flask]:
    """The extensions know the app that was made last; afterwards they know the one before it again."""
    known = [(one, dict(vars(one))) for one in (babel, csrf, limiter, login_manager, socketio)]
    delivering = dict(delivery._state)
    try:
        yield create_app(settings, patience)
    finally:
        for extension, before in known:
            vars(extension).clear()
            vars(extension).update(before)
        delivery._state.clear()
        delivery._state.update(delivering)
