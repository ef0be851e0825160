"""Programs ask at NOW; every test ends with a clean audit."""

from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import PASSWORD
from tests.timepiece import Timepiece, timepiece

__all__ = ["timepiece"]


class Program(FlaskClient):
    """A caller with a token, or without one. Requests run as a server gets them, outside the test's own context."""

    token: str | None = None

    def open(self, *arguments: Any, **named: Any) -> TestResponse:
        headers = dict(named.pop("headers", None) or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return Context().run(super().open, *arguments, headers=headers, **named)


@pytest.fixture
def program(house: Flask, timepiece: Timepiece) -> Callable[[str | None], Program]:
    """A program, signed in as the fan of this role, or not at all."""

    def made(role: str | None = None) -> Program:
        client = Program(house, house.response_class)
        if role is not None:
            asked = {"email": f"{role}@frontrow.test", "password": PASSWORD}
            client.token = client.post("/api/auth/token", json=asked).json["accessToken"]
        return client

    return made


Programs = Callable[[str | None], Program]
