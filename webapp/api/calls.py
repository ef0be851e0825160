"""Reading a call: its body, query and idempotency key, checked before any verb sees them."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, g, request
from pydantic import TypeAdapter, ValidationError

from webapp.api import idempotency, problems
from webapp.api.callers import Caller
from webapp.api.errors import Invalid, NotJson, Unauthorized, WrongContentType
from webapp.api.idempotency import Claim

KEY = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@dataclass(frozen=True)
class Call:
    """A call that has been read. `fan` is there where the operation is for signed-in fans."""

    now: datetime
    body: Any
    query: Any
    caller: Caller | None
    claim: Claim | None

    @property
    def fan(self) -> Caller:
        if self.caller is None:
            raise Unauthorized()
        return self.caller


def read_body(adapter: TypeAdapter[Any]) -> Any:
    """The body as the operation wants it. Raises WrongContentType, NotJson or Invalid."""
    return _checked(adapter, document(), "body")


def read_query(adapter: TypeAdapter[Any]) -> Any:
    """The query as the operation wants it. Raises Invalid, also for a parameter given twice."""
    given = request.args.to_dict(flat=False)
    twice = [name for name, values in given.items() if len(values) > 1]
    if twice:
        raise Invalid(errors=[problems.wrong(f"query.{name}", "given-twice") for name in twice[: problems.MOST]])
    return _checked(adapter, {name: values[0] for name, values in given.items()}, "query")


def read_claim(operation: str, caller: Caller | None) -> Claim | None:
    """The idempotency key with whose it is and what it is for. Raises Invalid for one that is none."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise Invalid(errors=[problems.wrong("header.Idempotency-Key", "not-a-key")])
    asked = json.dumps(document(), sort_keys=True).encode()
    owner = f"fan:{caller.user_id}" if caller else "anybody"
    secret = current_app.config["SECRET_KEY"]
    return Claim(owner, operation, key, idempotency.fingerprint(secret, request.path.encode() + b"\n" + asked))


def document() -> Any:
    """The body as JSON, read once a request. Raises WrongContentType or NotJson."""
    if "api_document" not in g:
        if request.mimetype != "application/json":
            raise WrongContentType()
        g.api_document = _parsed(request.get_data())
    return g.api_document


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), object_pairs_hook=_once_each, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NotJson() from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name given twice each reader takes another one: such a body means nothing."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name was given twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _checked(adapter: TypeAdapter[Any], value: Any, where: str) -> Any:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise Invalid(errors=problems.named(error, where)) from None
