"""Korean where no catalogue looks: scripts, forms, the payment company, the API; and one voice on every page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.platform.test_translations import (
    HANGUL,
    LATIN,
    PLACEHOLDER,
    ROOT,
    english,
    forms,
    korean,
    sentences,
    unspoken,
    wanted,
)
from webapp import problem_titles
from webapp.api.document import document
from webapp.dev.gateway import words

GATEWAY = ROOT / "webapp/dev/gateway"
SCRIPTS = sorted(path for path in (ROOT / "static/js").rglob("*.js"))
# A sentence in quotes: a capital, and at least two words. What goes into an Error is for developers.
SENTENCE = re.compile(r"""(?<!Error\()(["'`])([A-Z][a-z]+(?: [a-z{$][^"'`]*)+)\1""")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_script_says_nothing_by_itself(path: Path) -> None:
    assert spoken(path.read_text()) == []


def spoken(script: str) -> list[str]:
    """Sentences that stand in a script: they belong into the page, which knows the language."""
    code = re.sub(r"^\s*//.*$", "", script, flags=re.MULTILINE)
    assigned = re.findall(
        r"""(?:textContent|innerText|ariaLabel|title|placeholder)\s*=\s*["'`]([^"'`$]*[A-Za-z][^"'`]*)""", code
    )
    return [*(words for _, words in SENTENCE.findall(code)), *assigned]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('mark.textContent = "Live";', ["Live"]),
        ("tell(`Your seats are held`);", ["Your seats are held"]),
        ("throw new Error(`The list answered ${status}`);", []),
        ("// Says Hello to everyone", []),
        ("mark.textContent = words.live;", []),
    ],
)
def test_a_sentence_in_a_script_is_noticed(script: str, said: list[str]) -> None:
    assert spoken(script) == said


@pytest.mark.parametrize("path", sorted(GATEWAY.rglob("*.html")), ids=lambda path: path.name)
def test_the_payment_companys_pages_say_nothing_by_themselves(path: Path) -> None:
    assert [word for word in unspoken(path.read_text()) if word not in {"HTTP", "wide", "narrow"}] == []


def test_the_payment_company_says_everything_in_korean() -> None:
    assert words.KOREAN.keys() == words.ENGLISH.keys()
    for name, english_words in words.ENGLISH.items():
        said = words.KOREAN[name]
        assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(english_words)), name
        assert HANGUL.search(said) or name == "company", name


def every(schema: object) -> Iterator[dict[str, object]]:
    """Every object within a JSON document."""
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from every(part)
    if isinstance(schema, list):
        for part in schema:
            yield from every(part)


@pytest.mark.parametrize("name", ["summary", "description", "title", "detail"])
def test_the_api_is_described_in_korean_too(app: Flask, name: str) -> None:
    with app.app_context():
        said = [part for part in every(document()) if f"x-{name}-ko" in part]
    assert said
    for part in said:
        assert HANGUL.search(str(part[f"x-{name}-ko"])), part


def test_the_apis_page_has_no_english_left_for_koreans(app: Flask) -> None:
    page = app.test_client().get("/api/docs", headers={"Accept-Language": "ko"}).text
    assert page.count("<dd>") > 100
    for tag in ("h1", "h2", "h3", "h4", "caption", "summary", "dd"):
        for heading in re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", page, flags=re.DOTALL):
            text = re.sub(r"<code.*?</code>|<b\b.*?</b>|<[^>]*>", " ", heading, flags=re.DOTALL).strip()
            assert HANGUL.search(text) or not LATIN.search(text), text


def codes_of_the_house() -> set[str]:
    """Every code that a class of ours gives or that is written where a problem is made."""
    written = re.compile(r"""(?:\bcode(?:, \w+)* = |problem\()"([a-z-]+)\"""")
    return {code for path in (ROOT / "webapp").rglob("*.py") for code in written.findall(path.read_text())}


def test_every_problem_of_the_api_has_a_title_in_both_languages(app: Flask) -> None:
    assert {"seat-taken", "in-flight", "stale-form", "stale-edit"} <= codes_of_the_house()
    assert codes_of_the_house() <= problem_titles.TITLES.keys()
    client = app.test_client()
    for path in ("/api/nothing", "/api/reservations/1"):
        titles = [
            client.get(path, headers={"Accept-Language": language}).json["title"]  # type: ignore[index]
            for language in ("en", "ko")
        ]
        assert HANGUL.search(titles[1]), path
        assert "-" not in titles[0], path
        assert titles[0] != titles[1], path


def test_what_is_wrong_with_a_form_is_said_in_korean(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"name": "", "email": "nowhere", "password": "short"}
    long = {"name": "x" * 90, "email": f"{'x' * 300}@example.com", "password": "x" * 200}
    for form in (wrong, long, {}):
        page = app.test_client().post("/sign-up", data=form, headers={"Accept-Language": "ko"}).text
        said = re.findall(r'<p class="wrong"[^>]*>(.*?)</p>', page)
        assert len(said) == 3
        assert all(HANGUL.search(sentence) for sentence in said), said


def test_pages_speak_to_a_fan_in_one_voice() -> None:
    """Letters and manuals are formal; pages speak as the best shops do, in the polite and friendly form."""
    formal = {"webapp/checkout/letters.py"}
    said = korean()
    stiff = [
        text
        for message in sentences(wanted())
        if not {str(place) for place, _ in message.locations} <= formal
        for text in forms(said.get(english(message)[0]) or message)
        if re.search(r"(니다|니까)(?=[.?!]|$)", text)
    ]
    assert stiff == []


def test_the_fans_choice_comes_before_the_browsers(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("language", "en")
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "ko"}).text
    client.set_cookie("language", "ko")
    assert '<html lang="ko"' in client.get("/sign-in", headers={"Accept-Language": "en"}).text
