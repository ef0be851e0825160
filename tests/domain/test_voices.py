"""The sentences for an operator, beside those for the fan they are about."""

import re

import pytest
from flask import Flask

from webapp.checkout.voices import FAN, OPERATOR, Voice
from webapp.languages import speaking

# "You" in English; in Korean the endings that are said to somebody's face.
TO_THE_FAN = {"en": re.compile(r"\b[Yy]our?\b|[Oo]ur staff"), "ko": re.compile("하셨|하신|드려|드렸|드린|담당자")}


def said(voice: Voice) -> list[str]:
    single = [said for name, said in voice._asdict().items() if name != "reasons"]
    return [str(one) for one in (*voice.reasons.values(), *single)]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_operator_is_never_spoken_to_as_if_they_were_the_fan(app: Flask, language: str) -> None:
    with app.test_request_context(), speaking(language):
        assert any(TO_THE_FAN[language].search(one) for one in said(FAN))
        assert [one for one in said(OPERATOR) if TO_THE_FAN[language].search(one)] == []


def test_both_know_every_reason() -> None:
    assert FAN.reasons.keys() == OPERATOR.reasons.keys()
