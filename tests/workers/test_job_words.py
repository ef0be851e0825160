"""What jobs came to, in the operator's language."""

import re
from pathlib import Path

import pytest
from flask import Flask

from webapp.admin import job_words


@pytest.mark.parametrize(
    ("said", "korean"),
    [
        ("12 ended", "12건 종료"),
        ("1 done, 2 done of strays", "1건 처리, 주인 없는 결제 2건 처리"),
        ("3 answers, 1204 tokens forgotten", "응답 3건 삭제, 토큰 1,204개 삭제"),
        ("every promise holds", "모든 약속이 지켜지고 있어요"),
        ("failed", "실패"),
        ("something new", "something new"),
    ],
)
def test_what_a_job_came_to_is_said_in_korean(app: Flask, said: str, korean: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "ko"}):
        assert job_words.outcome(said) == korean
        assert job_words.state("idle") == "작업 대기 중"


@pytest.mark.parametrize(("seconds", "korean"), [(5, "5초"), (600, "10분"), (3600, "1시간"), (None, "–")])
def test_how_often_a_job_runs_is_said_as_people_say_it(app: Flask, seconds: int | None, korean: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "ko"}):
        assert job_words.every(seconds) == korean


def test_every_words_of_the_jobs_is_known_to_the_operators_page() -> None:
    """What the workers' code answers, read from it: a new word must be added where it is translated."""
    answers = [
        re.sub(r"\{[^{}]*\}", "1", answer)
        for path in (Path(__file__).parents[2] / "workers").glob("*.py")
        for answer in re.findall(r"""^\s+return f?"([^"]+)"$""", path.read_text(), flags=re.MULTILINE)
    ]
    assert len(answers) > 10
    for answer in answers:
        parts = [part.partition(" ")[2] for part in answer.split(", ")]
        assert answer in job_words.WORDS or all(part in job_words.COUNTS for part in parts), answer
