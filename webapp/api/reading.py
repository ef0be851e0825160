"""The OpenAPI document as people read it: sections, operations, fields and examples, in one language."""

import json
from dataclasses import dataclass
from typing import Any

from webapp.api.document import document
from webapp.api.fields import LARGEST_ID


@dataclass(frozen=True)
class Field:
    """One field of a body, a query, a path or an answer."""

    name: str
    kind: str
    is_needed: bool
    words: str
    example: str
    rules: str


@dataclass(frozen=True)
class Reply:
    """One status an operation answers with; `codes` for a refusal, fields and an example for the rest."""

    status: str
    words: str
    codes: list[tuple[str, str]]
    fields: list[Field]
    example: str


@dataclass(frozen=True)
class Shown:
    """One operation. `bodies` are the shapes its body may have, each with an example."""

    name: str
    method: str
    path: str
    summary: str
    needs_token: bool
    may_have_token: bool
    parameters: list[Field]
    bodies: list[tuple[list[Field], str]]
    replies: list[Reply]


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    operations: list[Shown]


def sections(language: str) -> list[Section]:
    """The whole API, section by section, in this language."""
    whole = document()
    found = [Section(tag["name"], _said(tag, "description", language), []) for tag in whole["tags"]]
    by_name = {section.name: section for section in found}
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            by_name[operation["tags"][0]].operations.append(_shown(method, path, operation, language))
    return [section for section in found if section.operations]


def _shown(method: str, path: str, operation: dict[str, Any], language: str) -> Shown:
    security = operation.get("security", [])
    return Shown(
        operation["operationId"],
        method.upper(),
        path,
        _said(operation, "summary", language),
        needs_token=bool(security) and {} not in security,
        may_have_token={} in security,
        parameters=[_parameter(one, language) for one in operation["parameters"]],
        bodies=_bodies(operation, language),
        replies=[_reply(status, one, language) for status, one in sorted(operation["responses"].items())],
    )


def _parameter(one: dict[str, Any], language: str) -> Field:
    words = _said(one, "description", language)
    return _field(one["name"], {**one["schema"], "x-in": one["in"]}, one["required"], words)


def _bodies(operation: dict[str, Any], language: str) -> list[tuple[list[Field], str]]:
    body = operation.get("requestBody")
    if body is None:
        return []
    schema = body["content"]["application/json"]["schema"]
    shapes = schema.get("oneOf", [schema])
    return [(_fields(shape, language), _pretty(_example(shape))) for shape in shapes]


def _reply(status: str, one: dict[str, Any], language: str) -> Reply:
    content = one.get("content", {})
    refusal = content.get("application/problem+json")
    if refusal:
        values = [_spoken(example, language) for example in refusal["examples"].values()]
        codes = [(value["code"], value["detail"]) for value in values]
        return Reply(status, "", codes, [], _pretty(values[0]))
    schema = content.get("application/json", {}).get("schema")
    fields = _fields(schema, language) if schema else []
    return Reply(status, _said(one, "description", language), [], fields, _pretty(_example(schema)) if schema else "")


def _spoken(example: dict[str, Any], language: str) -> dict[str, Any]:
    """A refusal's example as a program of this language gets it."""
    words = {what: example[f"x-{what}-ko"] for what in ("title", "detail")} if language == "ko" else {}
    return {**example["value"], **words}


def _fields(schema: dict[str, Any], language: str) -> list[Field]:
    shape = _resolved(schema)
    needed = shape.get("required", [])
    return [
        _field(name, one, name in needed, _said(one, "description", language))
        for name, one in shape.get("properties", {}).items()
    ]


def _field(name: str, schema: dict[str, Any], is_needed: bool, words: str) -> Field:
    bounds = [("minimum", "≥ {:,}"), ("maximum", "≤ {:,}"), ("minLength", "{:,}+"), ("maxLength", "≤ {:,}")]
    # That a number is no larger than any id of ours helps nobody who reads.
    rules = [text.format(schema[key]) for key, text in bounds if key in schema and schema[key] != LARGEST_ID]
    rules += [" | ".join(map(str, schema["enum"]))] if "enum" in schema else []
    rules += [schema["const"]] if "const" in schema else []
    example = next(iter(schema.get("examples", [])), None)
    shown = "" if example in (None, [], {}, "") else json.dumps(example, ensure_ascii=False)
    return Field(name, _kind(schema), is_needed, words, shown, ", ".join(rules))


def _kind(schema: dict[str, Any]) -> str:
    place = f"{schema['x-in']}: " if "x-in" in schema else ""
    if "anyOf" in schema:
        return place + " | ".join(_kind(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return place + str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"{place}[{_kind(schema['items'])}]"
    return place + str(schema.get("format") or schema.get("type") or "")


def _example(schema: dict[str, Any]) -> Any:
    """An example made of the fields' own."""
    shape = _resolved(schema)
    if "properties" in shape:
        return {name: _example(one) for name, one in shape["properties"].items()}
    given = shape.get("examples", [None])[0]
    if shape.get("type") == "array" and not given and "$ref" in shape.get("items", {}):
        return [_example(shape["items"])]
    return given


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return document()["components"]["schemas"][name] if name else schema


def _said(one: dict[str, Any], what: str, language: str) -> str:
    translated = one.get(f"x-{what}-ko") if language == "ko" else None
    return str(translated or one.get(what, ""))


def _pretty(example: Any) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2)
