"""The API that the source describes is all here: its paths, methods, fields and statuses, under /api.

What differs, and how: numbers are whole (`integer` where it says `number`); seats are objects and not texts, as its
own example shows them; every operation has more statuses, and errors hold `status` and `detail` where it had
`statusCode` and `message`; points, and paying, ask for a token, which it left open; the body of a top-up names the
user, as it did, and the address names them too.
"""

import pytest

from webapp.api.document import document

# path, method: fields needed in the body or query, fields of the good answer, every documented status
ORIGINAL = {
    ("/queue/enter", "post"): ({"email", "password"}, {"token"}, {201, 404}),
    ("/queue/position", "get"): (set(), {"remainingCount"}, {200, 401}),
    ("/user/{userId}/point", "get"): ({"userId"}, {"point", "userId", "balance"}, {200, 404}),
    ("/user/{userId}/point", "patch"): ({"userId", "amount"}, {"point"}, {201, 404}),
    ("/reservation/dates/available", "get"): (set(), {"dates"}, {200}),
    ("/reservation/seats/available", "get"): ({"date"}, {"seats"}, {200, 401}),
    ("/reservation/seat", "post"): ({"date", "seatNumber"}, {"reservationId"}, {201, 401, 409}),
    ("/reservation/payment", "post"): (
        {"reservationId", "sessionId", "amount", "paidAt"},
        {"paymentId", "status"},
        {201, 401, 404, 409},
    ),
}
BEARER = {"/queue/position", "/reservation/seats/available", "/reservation/seat"}


def resolved(schema: dict[str, object]) -> dict[str, dict[str, object]]:
    """The fields of a schema, of the first one where there are several."""
    schema = schema.get("oneOf", [schema])[0]  # type: ignore[index]
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found = document()["components"]["schemas"][name] if name else schema
    properties: dict[str, dict[str, object]] = found["properties"]
    return properties


@pytest.mark.parametrize(("path", "method"), list(ORIGINAL))
def test_an_operation_of_the_source_is_here_with_its_fields_and_statuses(path: str, method: str) -> None:
    asked, told, statuses = ORIGINAL[path, method]
    ours = document()["paths"][f"/api{path}"][method]
    parameters = {one["name"] for one in ours["parameters"]}
    body = ours.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    assert asked <= parameters | set(resolved(body) if body else {})
    good = str(min(status for status in statuses if status < 300))
    assert told <= set(resolved(ours["responses"][good]["content"]["application/json"]["schema"]))
    assert {str(status) for status in statuses} <= set(ours["responses"])
    assert (path not in BEARER) or ours["security"] == [{"bearer": []}]


def test_seats_have_the_fields_of_the_sources_example() -> None:
    assert {"id", "number", "price"} <= set(document()["components"]["schemas"]["Seat"]["properties"])


def test_every_operation_speaks_both_languages_and_shows_an_example_of_every_error() -> None:
    for path, methods in document()["paths"].items():
        for method, one in methods.items():
            assert one["summary"], (path, method)
            assert any("가" <= letter <= "힣" for letter in one["x-summary-ko"]), (path, method)
            for status, answer in one["responses"].items():
                problem = answer.get("content", {}).get("application/problem+json")
                if problem:
                    examples = [example["value"] for example in problem["examples"].values()]
                    assert examples, (path, status)
                    assert {example["status"] for example in examples} == {int(status)}


def test_the_document_is_sound() -> None:
    from jsonschema import Draft202012Validator

    for schema in document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = [one["operationId"] for methods in document()["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names)) > 20
