"""What an operation is: its address, what it takes and gives, who may call it, and how a call is answered.

Routes register themselves here with `@operation`; the blueprint and the OpenAPI document are made from the list.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Response
from pydantic import TypeAdapter

from webapp import answers, clock
from webapp.api import answered, callers, calls, idempotency
from webapp.api.calls import Call
from webapp.api.errors import SessionEnded, Unauthorized
from webapp.api.fields import Answered
from webapp.api.idempotency import Told
from webapp.db import transaction
from webapp.errors import BookingError, NotYourTurn

ANYBODY, FAN, EITHER = "anybody", "fan", "either"
JSON = "application/json"

Handler = Callable[..., Told | Response]


@dataclass(frozen=True)
class Words:
    """A sentence in both languages."""

    en: str
    ko: str


@dataclass(frozen=True)
class Outcome:
    """A good answer: what it means, what it holds, its media type, and what it leads on to, as OpenAPI links."""

    words: Words
    model: type[Answered] | None = None
    media_type: str = JSON
    headers: tuple[str, ...] = ()
    links: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One call of the API. `path` is spelled as OpenAPI does; `who` is anybody, fan, or either of them.

    `is_told_again`: what was kept under a key is whole, and is told to its fan even when their token's place has ended.
    """

    method: str
    path: str
    name: str
    tag: str
    words: Words
    outcomes: dict[int, Outcome]
    handler: Handler | None
    errors: tuple[BookingError, ...] = ()
    body: Any = None
    query: Any = None
    headers: tuple[str, ...] = ()
    who: str = ANYBODY
    keyed: bool = False
    is_told_again: bool = True
    limits: tuple[Any, ...] = ()
    adapters: dict[str, TypeAdapter[Any]] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The path as Flask spells it; numbers beyond every id are no path of ours."""
        ids = re.sub(r"{(\w+Id)}", r"<int(min=1, max=2147483647):\1>", self.path)
        return re.sub(r"{(\w+)}", r"<\1>", ids)

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)


OPERATIONS: list[Operation] = []


def operation(method: str, path: str, **about: Any) -> Callable[[Handler], Handler]:
    """Make the function answer this method and path; `about` as in Operation."""

    def register(handler: Handler) -> Handler:
        describe(method, path, handler=handler, name=handler.__name__, **about)
        return handler

    return register


def describe(method: str, path: str, **about: Any) -> None:
    """List an operation; one without a handler is answered elsewhere and only described here."""
    models = {part: about.get(part) for part in ("body", "query")}
    adapters = {
        part: model if isinstance(model, TypeAdapter) else TypeAdapter(model) for part, model in models.items() if model
    }
    OPERATIONS.append(Operation(method, path, adapters=adapters, **about))


def told(model: Answered | None, status: int = 200) -> Told:
    """A good answer to be told."""
    return Told(status, "" if model is None else json.dumps(answered.json(model), ensure_ascii=False))


def view(one: Operation) -> Callable[..., Response]:
    """What Flask calls: who it is, what they want, then the handler; whatever goes wrong is problem+json."""

    def answer(**path: Any) -> Response:
        try:
            call = _read(one)
            if call.caller is not None and call.caller.is_over:
                return respond(_told_before(one, call))
            assert one.handler is not None
            return respond(one.handler(call, **path))
        except BookingError as error:
            return refuse(error)

    return answer


def respond(told: Told | Response) -> Response:
    """An answer as a response."""
    if isinstance(told, Response):
        return told
    response = Response(told.body, told.status, mimetype=JSON if told.body else None)
    if not told.body:
        del response.headers["Content-Type"]
    if told.is_repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def refuse(error: BookingError) -> Response:
    """An outcome as problem+json, with what programs need of it."""
    if isinstance(error, NotYourTurn):
        error.facts["remainingCount"] = error.facts["ahead"]
    body = answers.answer(error)
    if isinstance(error, Unauthorized):
        body.headers["WWW-Authenticate"] = "Bearer"
    return body


def _read(one: Operation) -> Call:
    now = clock.now()
    is_known = one.who == FAN or (one.who == EITHER and callers.has_token())
    caller = callers.identify(now) if is_known else None
    body = calls.read_body(one.adapters["body"]) if one.body else None
    query = calls.read_query(one.adapters["query"]) if one.query else None
    claim = calls.read_claim(one.name, caller) if one.keyed else None
    return Call(now, body, query, caller, claim)


def _told_before(one: Operation, call: Call) -> Told:
    """A token whose session has ended does nothing any more. What its fan was told may be told again."""
    if call.claim is not None and one.is_told_again:
        with transaction():
            known = idempotency.stored(call.claim, call.now)
        if known:
            return known
    raise SessionEnded()
