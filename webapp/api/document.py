"""The OpenAPI 3.1 document, made from the list of operations: pydantic says what the models look like, apispec puts
the parts together. Korean stands beside English under `x-...-ko`."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from apispec import APISpec
from flask_babel import lazy_gettext as _
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from webapp import problem_titles
from webapp.api.answered import Problem
from webapp.api.errors import Invalid, NotJson, SessionEnded, Unauthorized, WrongContentType
from webapp.api.operations import ANYBODY, EITHER, FAN, JSON, OPERATIONS, Operation
from webapp.errors import BookingError, TooManyRequests
from webapp.languages import speaking

REF = "#/components/schemas/{model}"
PROBLEM = "application/problem+json"
TAGS = {
    "accounts": ("Accounts and tokens", "계정과 토큰"),
    "concerts": ("Concerts", "공연"),
    "line": ("The line", "대기열"),
    "reservations": ("Seats and paying", "예약과 결제"),
    "points": ("Points", "포인트"),
    "providers": ("Payment providers", "결제사"),
    "house": ("The house itself", "상태와 지표"),
}
FAULT = {"field": "body.amount", "code": "greater-than-equal", "detail": "This is too small."}
ABOUT = {
    "description": (
        "Frontrow for programs: the same rules and the same code as the pages. "
        "Errors are problem+json with a stable code; unknown fields are refused and named."
    ),
    "x-description-ko": (
        "프로그램을 위한 Frontrow API입니다. 화면과 같은 규칙, 같은 코드로 동작합니다. "
        "오류는 고정된 code가 담긴 problem+json이며, 모르는 필드는 이름을 밝혀 거절합니다."
    ),
}


@cache
def document() -> dict[str, Any]:
    """The whole document; it depends on nothing but the code."""
    spec = APISpec("Frontrow", "1.0", "3.1.0", info=ABOUT, servers=[{"url": "/"}], tags=_tags())
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    schemas = _Schemas()
    for name, schema in schemas.definitions.items():
        spec.components.schema(name, schema)
    for path in dict.fromkeys(one.path for one in OPERATIONS):
        here = [one for one in OPERATIONS if one.path == path]
        spec.path(path=path, operations={one.method.lower(): _operation(one, schemas) for one in here})
    return spec.to_dict()


class _Untitled(GenerateJsonSchema):
    """Without a title for each field that only repeats its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


class _Schemas:
    """The JSON Schemas of everything that goes in or out, by model, and the definitions they refer to."""

    def __init__(self) -> None:
        inputs = {adapter for one in OPERATIONS for adapter in one.adapters.values()}
        models = {outcome.model for one in OPERATIONS for outcome in one.outcomes.values() if outcome.model}
        wanted: list[Any] = [(adapter, "validation", adapter) for adapter in inputs]
        shown: list[Any] = [*models, Problem]
        wanted += [(model, "serialization", TypeAdapter(model)) for model in shown]
        found, rest = TypeAdapter.json_schemas(wanted, ref_template=REF, schema_generator=_Untitled)
        self.by_model = {key: schema for (key, _mode), schema in found.items()}
        self.definitions: dict[str, Any] = dict(sorted(rest.get("$defs", {}).items()))

    def of(self, model: Any) -> dict[str, Any]:
        return self.by_model[model]

    def resolved(self, model: Any) -> dict[str, Any]:
        """The schema itself, where a reference would stand."""
        schema = self.by_model[model]
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        return self.definitions[name] if name else schema


def _tags() -> list[dict[str, str]]:
    return [{"name": name, "description": en, "x-description-ko": ko} for name, (en, ko) in TAGS.items()]


def _operation(one: Operation, schemas: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.words.en,
        "x-summary-ko": one.words.ko,
        "parameters": list(_parameters(one, schemas)),
        "responses": dict(_responses(one, schemas)),
    }
    if "body" in one.adapters:
        content = {JSON: {"schema": schemas.of(one.adapters["body"])}}
        described["requestBody"] = {"required": True, "content": content}
    if one.who != ANYBODY:
        described["security"] = [{"bearer": []}] if one.who == FAN else [{}, {"bearer": []}]
    return described


def _parameters(one: Operation, schemas: _Schemas) -> Iterator[dict[str, Any]]:
    for name in one.parameters:
        is_id = name.endswith("Id")
        number = {"type": "integer", "minimum": 1, "maximum": 2147483647, "examples": [12]}
        schema = number if is_id else {"type": "string", "examples": ["sandbox"]}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if "query" in one.adapters:
        query = schemas.resolved(one.adapters["query"])
        for name, schema in query["properties"].items():
            yield {
                "name": name,
                "in": "query",
                "required": name in query.get("required", []),
                "description": schema.get("description", ""),
                "x-description-ko": schema.get("x-description-ko", ""),
                "schema": {key: value for key, value in schema.items() if "description" not in key},
            }
    for name in one.headers:
        yield {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
    if one.keyed:
        yield _IDEMPOTENCY_KEY


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body get the same answer for 24 hours.",
    "x-description-ko": "같은 키와 본문에는 24시간 동안 같은 응답을 돌려줍니다.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$"},
}


def _responses(one: Operation, schemas: _Schemas) -> Iterator[tuple[str, Any]]:
    for status, outcome in one.outcomes.items():
        answer: dict[str, Any] = {"description": outcome.words.en, "x-description-ko": outcome.words.ko}
        if outcome.model:
            answer["content"] = {outcome.media_type: {"schema": schemas.of(outcome.model)}}
        elif outcome.media_type != JSON:
            answer["content"] = {outcome.media_type: {"schema": {"type": "string"}}}
        if outcome.headers:
            answer["headers"] = {name: {"schema": {"type": "string"}} for name in outcome.headers}
        if outcome.links:
            answer["links"] = {name: {"operationId": name, **how} for name, how in outcome.links.items()}
        yield str(status), answer
    by_status: dict[int, list[BookingError]] = {}
    for error in _errors(one):
        by_status.setdefault(error.status, []).append(error)
    for status, errors in sorted(by_status.items()):
        yield str(status), _refusal(errors, schemas)


def _errors(one: Operation) -> list[BookingError]:
    """Everything that can go wrong: what the operation names, and what every one of its kind shares."""
    found = list(one.errors)
    if one.who in {FAN, EITHER}:
        found += [Unauthorized(), SessionEnded()]
    if "body" in one.adapters:
        found += [NotJson(), _shared(413, "request-entity-too-large"), WrongContentType()]
    if one.adapters or one.keyed:
        found.append(Invalid(errors=[FAULT]))
    if one.parameters and not any(error.status == 404 for error in found):
        found.append(_shared(404, "not-found"))
    if one.handler:
        found += [TooManyRequests(), _shared(503, "unavailable")]
    unique = {error.code: error for error in found}
    return list(unique.values())


def _shared(status: int, code: str) -> BookingError:
    """An error that answers.py says for the whole house."""
    said = {
        "request-entity-too-large": _("That is more than this form takes."),
        "not-found": _("This page does not exist, or it is not yours to see."),
        "unavailable": _(
            "Something we need is not answering. Your place, your seats and your money are safe. Try again soon."
        ),
    }
    error = BookingError()
    error.code, error.status, error.sentence = code, status, said[code]
    return error


def _refusal(errors: list[BookingError], schemas: _Schemas) -> dict[str, Any]:
    codes = ", ".join(f"`{error.code}`" for error in errors)
    content = {"schema": schemas.of(Problem), "examples": {error.code: _example(error) for error in errors}}
    headers = {"Retry-After": {"schema": {"type": "string"}}} if errors[0].status in {429} else {}
    return {"description": codes, "content": {PROBLEM: content}, **({"headers": headers} if headers else {})}


def _example(error: BookingError) -> dict[str, Any]:
    facts = dict(error.facts)
    if "ahead" in facts:
        facts["remainingCount"] = facts["ahead"]
    title, detail = _said(error, "en")
    head = {"type": "about:blank", "title": title, "status": error.status}
    title_ko, detail_ko = _said(error, "ko")
    value = {**head, "code": error.code, "detail": detail, **facts}
    return {"value": value, "x-title-ko": title_ko, "x-detail-ko": detail_ko}


def _said(error: BookingError, language: str) -> tuple[str, str]:
    with speaking(language):
        return problem_titles.of(error.code, error.status), str(error)


@cache
def as_json() -> str:
    """The document as it is served."""
    return json.dumps(document(), ensure_ascii=False)
