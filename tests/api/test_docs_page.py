"""The document as a page: every operation, in both languages, with nothing fetched from elsewhere."""

import re

import pytest

from tests.api.conftest import Programs
from webapp.api.document import document


@pytest.mark.parametrize(("language", "summary"), [("en", "Hold seats for five minutes"), ("ko", "좌석 예약 요청")])
def test_every_operation_stands_on_the_page(program: Programs, language: str, summary: str) -> None:
    answer = program(None).get("/api/docs", headers={"Accept-Language": language})
    assert answer.status_code == 200
    names = {one["operationId"] for methods in document()["paths"].values() for one in methods.values()}
    assert names <= set(re.findall(r'<article class="operation" id="(\w+)"', answer.text))
    assert summary in answer.text
    assert "seat-taken" in answer.text
    addresses = re.findall(r'(?:src|href)="(https?:[^"]*)"', answer.text)
    assert addresses == []


def test_the_document_is_served_as_openapi(program: Programs) -> None:
    answer = program(None).get("/api/openapi.json")
    assert (answer.mimetype, answer.json["openapi"]) == ("application/json", "3.1.0")
    assert answer.json == document()
