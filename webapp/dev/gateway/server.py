"""How gunicorn runs the company: its settings file (python:webapp.dev.gateway.server) and the app it serves.

One worker process, because the callbacks leave from it; threads for the requests.
"""

import sys
from typing import Any

from flask import Flask

from webapp import garbage
from webapp.dev.gateway import create_app
from webapp.dev.gateway.settings import from_environment
from webapp.dev.gateway.till import till

_settings = from_environment()

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = 1
threads = 16
keepalive = 30
backlog = 1024
graceful_timeout = 5  # for one that hangs: a stop takes about a second
loglevel = "warning"
control_socket_disable = True  # it would sit in the home folder, where the shop's own server has one
proc_name = "sandbox-pay"


def build() -> Flask:
    """The app as gunicorn's worker loads it."""
    return create_app(_settings)


def when_ready(server: Any) -> None:
    """Say where the company is to be found."""
    print(
        f"Sandbox Pay listens at http://{bind} and keeps its book in {_settings.data}.",
        file=sys.stderr,
        flush=True,
    )


def post_fork(server: Any, worker: Any) -> None:
    garbage.wait()


def post_worker_init(worker: Any) -> None:
    """Begin to deliver, in the worker's process."""
    # gunicorn kills a worker after graceful_timeout. The worker's own patience with idle connections has to
    # end earlier, or every stop with a kept-alive connection would be a kill.
    worker.cfg.set("graceful_timeout", 1)
    till(worker.wsgi).start()
    garbage.keep()


def worker_exit(server: Any, worker: Any) -> None:
    """Stop delivering; what is pending is in the book."""
    if isinstance(worker.wsgi, Flask):
        till(worker.wsgi).stop()
        print("Sandbox Pay has stopped.", file=sys.stderr, flush=True)
