"""The languages Frontrow speaks, and this request's sentences in its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from babel import Locale
from flask_babel import force_locale, get_domain, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

LANGUAGES = {"en": "English", "ko": "한국어"}
# Babel looks for a locale's file each time it is asked for one by its name.
LOCALES = {language: Locale.parse(language) for language in LANGUAGES}


@lru_cache(maxsize=256)
def preferred(accepted: str) -> Locale:
    """Which of our languages a browser prefers that says so in this `Accept-Language`."""
    known = list(LANGUAGES)
    return LOCALES[parse_accept_header(accepted, LanguageAccept).best_match(known, known[0])]


def gettext(sentence: str, **values: Any) -> str:
    """The sentence in this request's language, with the values it names."""
    said = plain_gettext(sentence)
    return said % values if values else said


def ngettext(one: str, many: str, num: int) -> str:
    """The sentence for so many; it may name `num`."""
    return str(_catalogue().ungettext(one, many, num)) % {"num": num}


def plain_gettext(sentence: str) -> str:
    """For templates, which put the values in themselves."""
    return str(_catalogue().ugettext(sentence))


def plain_ngettext(one: str, many: str, num: int) -> str:
    """For templates too."""
    return str(_catalogue().ungettext(one, many, num))


def spoken() -> str:
    """The language of this request, or of whoever is spoken to; English where nobody is."""
    language = get_locale()
    return str(language.language) if language else "en"


def either(english: str, korean: str) -> str:
    """What may be said in both languages: in the one spoken, or in the other where there is nothing in that."""
    return (korean or english) if spoken() == "ko" else (english or korean)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Every sentence inside is in this language, whoever asks: a job that writes to many speaks to each in theirs."""
    with force_locale(language):
        yield


def _catalogue() -> Any:
    return _translations(get_locale())


# A page has fifty sentences, and Flask-Babel looks through three proxies for each.
@lru_cache
def _translations(_spoken_now: Locale | None) -> Any:
    return get_domain().get_translations()
