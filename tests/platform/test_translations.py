"""The Korean is complete: every sentence of the pages has one, it says the same things, and it is Korean."""

import ast
import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import Environment

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "webapp/translations/ko/LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
HANGUL, LATIN = re.compile(r"[가-힣]"), re.compile(r"[A-Za-z]")
# A particle such as 을/를 depends on how the word before it ends, and nobody knows what will stand here.
FICKLE_PARTICLE = re.compile(
    r"(%\(\w+\)s|\{\w+\})(을|를|이|가|은|는|과|와|으로|로)(?=[\s.,!?]|$)|[을은이과]\([를는가와]\)"
)
# What stands in a template and is not language: our name, and the two moods.
NOT_WORDS = {"Frontrow", "house", "paper"}
SPOKEN_ATTRIBUTE = re.compile(r'\s(?:aria-label|aria-roledescription|alt|title|placeholder)="([^"{]*)')


def keywords() -> dict[str, Any]:
    """The names by which bin/translate knows that a sentence is asked for."""
    command = next(line for line in (ROOT / "bin/translate").read_text().splitlines() if "pybabel extract" in line)
    words = shlex.split(command)
    return {**DEFAULT_KEYWORDS, **parse_keywords([after for word, after in pairwise(words) if word == "-k"])}


@lru_cache
def wanted() -> Catalog:
    """Every sentence that the code and the templates ask a translation for, as bin/translate finds them."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog()
    for path, _, sentence, comments, context in extract_from_dir(str(ROOT), methods, options, keywords()):
        catalog.add(sentence, None, [(path, 0)], auto_comments=comments, context=context)
    return catalog


def korean() -> Catalog:
    """The translations as they are written; a fresh copy, which a test may spoil."""
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="ko")


def compiled() -> Catalog:
    with (FOLDER / "messages.mo").open("rb") as file:
        return read_mo(file)


def sentences(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def forms(message: Message) -> list[str]:
    """The translation's forms; Korean has one where English has two."""
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def english(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def contents(catalog: Catalog) -> dict[str, list[str]]:
    return {english(message)[0]: forms(message) for message in sentences(catalog)}


def problems(translations: Catalog, wanted: Catalog) -> Iterator[str]:
    """What is wrong with the translations, a line each."""
    known = {english(message)[0]: message for message in sentences(translations)}
    for asked in sentences(wanted):
        name = english(asked)[0]
        message = known.pop(name, None)
        if message is None:
            yield f"not in the .po, run bin/translate: {name}"
        else:
            yield from wrong(message, asked)
    yield from (f"nothing asks for it: {name}" for name in known)


def wrong(message: Message, asked: Message) -> Iterator[str]:
    name = english(message)[0]
    if english(message) != english(asked):
        yield f"the English has changed: {name}"
    if len(forms(message)) != 1:
        yield f"Korean has one form: {name}"
    if message.fuzzy:
        yield f"fuzzy: {name}"
    for text in forms(message):
        yield from (f"{what}: {name}" for what in wrong_words(text, english(message)))


def wrong_words(text: str, original: list[str]) -> Iterator[str]:
    if not text.strip():
        yield "no translation"
        return
    # The plural has every placeholder; the singular may spell a number out.
    if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(original[-1])):
        yield "placeholders differ"
    if LATIN.search(PLACEHOLDER.sub("", original[0])) and not HANGUL.search(text):
        yield "not Korean"
    if text in original and HANGUL.search(text) is None and LATIN.search(PLACEHOLDER.sub("", text)):
        yield "English left as it was"
    if FICKLE_PARTICLE.search(text):
        yield "a particle that depends on what is inserted"


def askers(code: str) -> Iterator[str]:
    """The names by which a file of ours asks for sentences."""
    for statement in ast.walk(ast.parse(code)):
        if isinstance(statement, ast.ImportFrom) and statement.module in {"flask_babel", "webapp.languages"}:
            yield from (name.asname or name.name for name in statement.names if name.name.endswith("gettext"))


def unspoken(template: str) -> list[str]:
    """Words that stand in a template as they are, untranslated: in its text, and in what is read aloud."""
    text = "".join(value if kind == "data" else "\0" for _, kind, value in kinds(template))
    spoken = SPOKEN_ATTRIBUTE.findall(text.replace("\0", "{"))
    outside = re.sub(r"<(?:script|style)\b.*?</(?:script|style)>|<!--.*?-->|<[^<>]*>", " ", text, flags=re.DOTALL)
    words = re.findall(r"[A-Za-z]{2,}", " ".join([*spoken, re.sub(r"&\w+;", " ", outside)]))
    return [word for word in words if word not in NOT_WORDS]


def kinds(template: str) -> Iterator[tuple[int, str, str]]:
    """Jinja's tokens, with everything that is not text folded into one."""
    inside = False
    for line, kind, value in Environment().lex(template):
        if kind in {"variable_begin", "block_begin", "comment_begin", "raw_begin"}:
            inside = True
            yield line, "code", value
        if kind == "data" and not inside:
            yield line, kind, value
        if kind in {"variable_end", "block_end", "comment_end", "raw_end"}:
            inside = False


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_there_is_something_to_translate() -> None:
    names = {english(message)[0] for message in sentences(wanted())}
    # From a template, from errors' lazy sentences, from a script's words, from the workers' timetable.
    assert {
        "Join the line",
        "The sale is not open.",
        "{count} ahead",
        "Frees seats whose five minutes are over.",
    } <= names
    assert len(names) > 350


def test_every_sentence_is_said_in_korean() -> None:
    assert list(problems(korean(), wanted())) == []


def test_no_sentence_is_asked_for_by_a_name_that_nobody_looks_for() -> None:
    files = [*(ROOT / "webapp").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]
    used = {name for file in files for name in askers(file.read_text())}
    assert {"_", "plain_ngettext"} <= used <= set(keywords())
    assert set(askers("from flask_babel import gettext as said, ngettext")) - set(keywords()) == {"said"}


def test_what_is_compiled_is_what_is_written() -> None:
    assert contents(compiled()) == contents(korean()), "run bin/translate"


def test_korean_has_one_plural_form() -> None:
    assert (korean().num_plurals, compiled().num_plurals) == (1, 1)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_says_nothing_by_itself(path: Path) -> None:
    assert unspoken(path.read_text()) == []


def test_pages_speak_korean_to_who_asks_for_it(app: Flask) -> None:
    page = app.test_client().get("/sign-in", headers={"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}).text
    assert 'lang="ko"' in page
    assert contents(korean())["Sign in"][0] in page
    assert "Sign in" not in page


def spoil(name: str, **changes: object) -> Catalog:
    """The translations with one message changed."""
    catalog = korean()
    message = catalog.get(name)
    assert message is not None
    for attribute, value in changes.items():
        setattr(message, attribute, value)
    return catalog


SEAT = "%(section)s, row %(row)s, seat %(place)s"


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("Join the line", {"string": ""}, "no translation"),
        ("Join the line", {"string": "Join the line"}, "not Korean"),
        ("Join the line", {"flags": {"fuzzy"}}, "fuzzy"),
        (SEAT, {"string": "%(section)s구역 %(row)s열"}, "placeholders differ"),
        ("Take {seat} off", {"string": "{count} 빼기"}, "placeholders differ"),
        ("Take {seat} off", {"string": "{seat}를 빼기"}, "a particle that depends on what is inserted"),
        ("{count} seat", {"string": ("{count}석", "{count}석들")}, "Korean has one form"),
        ("{count} seat", {"id": ("{count} seat", "{count} places")}, "the English has changed"),
    ],
)
def test_a_spoiled_translation_is_noticed(name: str, changes: dict[str, object], expected: str) -> None:
    assert f"{expected}: {name}" in problems(spoil(name, **changes), wanted())


@pytest.mark.parametrize("name", ["Join the line", "{count} seat"])
def test_a_missing_translation_is_noticed(name: str) -> None:
    catalog = korean()
    catalog.delete(name)
    assert f"not in the .po, run bin/translate: {name}" in problems(catalog, wanted())
    assert contents(compiled()) != contents(catalog)


def test_a_sentence_nobody_wrote_down_is_noticed() -> None:
    catalog = korean()
    catalog.add("A sentence that is gone.", "없어진 문장이에요.")
    assert "nothing asks for it: A sentence that is gone." in problems(catalog, wanted())


@pytest.mark.parametrize(
    ("template", "word"),
    [
        ("<p>Sold out</p>", "Sold"),
        ("{% if seats %}<b>{{ seats }} left</b>{% endif %}", "left"),
        ('<img alt="Poster of {{ title }}">', "Poster"),
        ('<button aria-label="Close">×</button>', "Close"),
    ],
)
def test_an_unwrapped_word_is_noticed(template: str, word: str) -> None:
    assert word in unspoken(template)
