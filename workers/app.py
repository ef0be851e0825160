"""The app as workers use it: built once a process."""

from functools import cache

from flask import Flask

from webapp import create_app
from webapp.dev import environment
from webapp.patience import JOB


@cache
def app() -> Flask:
    environment.lend()
    return create_app(patience=JOB)
