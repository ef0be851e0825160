"""Pages are asked for at NOW, and every test ends with a clean audit."""

from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import do
from tests.timepiece import Timepiece, timepiece
from webapp import clock, memory
from webapp.accounts import signing_in

__all__ = ["timepiece"]


class Browser(FlaskClient):
    """Requests as a server gets them: not inside the app context that the test itself stands in."""

    def open(self, *arguments: Any, **named: Any) -> TestResponse:
        memory.forget()  # the test's clock may stand still while a page is asked for twice
        return Context().run(super().open, *arguments, **named)


Visitor = Callable[[int | None], FlaskClient]


@pytest.fixture
def visit(house: Flask, timepiece: Timepiece) -> Visitor:
    """A browser, signed in as the user with this id, or signed out for None."""

    def browser(user_id: int | None = None) -> FlaskClient:
        client = Browser(house, house.response_class)
        if user_id is not None:
            key = do(signing_in.start, user_id, clock.now())
            with client.session_transaction() as session:
                session["_user_id"] = key
                session["_fresh"] = True
        return client

    return browser
