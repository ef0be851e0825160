"""Frontrow on Flask-SocketIO as it comes: python-socketio's own queue, writers and frames, measured beside ours."""

from flask_socketio import SocketIO

from webapp import extensions

# Before the app is built, which takes it from there.
extensions.socketio = SocketIO()  # type: ignore[assignment]

from wsgi import app  # noqa: E402

__all__ = ["app"]
