"""The kinds of fields requests and answers are made of: whole numbers, days, texts, and words about them."""

from datetime import date
from math import isfinite
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

LARGEST_ID = 2**31 - 1
LARGEST_NUMBER = 2**53  # beyond it JavaScript's numbers are not whole any more


def whole(value: Any) -> Any:
    """JSON knows one kind of number: 3.0 is 3, and true is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("not-a-whole-number", "This must be a whole number.")
    if isinstance(value, float):
        if not isfinite(value) or value != int(value):
            raise PydanticCustomError("not-a-whole-number", "This must be a whole number.")
        return int(value)
    return value


def whole_text(value: Any) -> Any:
    """A number in a query is digits and nothing else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16:
        return int(value)
    raise PydanticCustomError("not-a-whole-number", "This must be a whole number.")


def _day(value: Any) -> Any:
    """A day is YYYY-MM-DD and no other spelling."""
    try:
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("not-a-date", "This must be a date like 2026-12-24.")


def _storable(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("not-a-text", "This has a character in it that cannot be kept.")
    return value


Id = Annotated[int, Field(ge=1, le=LARGEST_ID), BeforeValidator(whole)]
QueryId = Annotated[int, Field(ge=1, le=LARGEST_ID), BeforeValidator(whole_text)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Text = Annotated[
    str, StringConstraints(strict=True), AfterValidator(_storable), Field(json_schema_extra={"pattern": r"^[^\x00]*$"})
]


def absent() -> None:
    """What stands in the place of a field that may be left out, and was; null is no way of saying so."""


def told(english: str, korean: str, example: Any, **rules: Any) -> Any:
    """A field with what it means in both languages, and an example."""
    return Field(description=english, examples=[example], json_schema_extra={"x-description-ko": korean}, **rules)


class Asked(BaseModel):
    """What a request may hold; anything else in it is named and refused."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False, frozen=True)


class Answered(BaseModel):
    """What an answer holds."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)
