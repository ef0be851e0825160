"""Pages that differ from fan to fan by a few words: rendered once for a moment, with holes for those words."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from webapp.languages import spoken
from webapp.layout import Me, here, me
from webapp.memory import Recent

SECONDS = 1.0
# Control characters, which no text of ours has, around the name of the words that belong there.
HOLE = re.compile("\x02(\\w+)\x03")


@dataclass(frozen=True, slots=True)
class Shell:
    """A page in UTF-8 as % fills it, and the names of its holes."""

    page: bytes
    holes: frozenset[str]


# What the layout says to one fan alone.
LAYOUT: dict[str, Callable[[Me], str]] = {
    "my_name": lambda reader: reader.name,
    "my_initial": lambda reader: reader.initial,
    "my_balance": lambda reader: reader.balance,
    "csrf_token": lambda _: generate_csrf(),
    "come_back": lambda _: here() or "/",
}

_shells: Recent[Shell] = Recent(SECONDS)


def render(template: str, key: Hashable, words: Mapping[str, Any], **shared: Any) -> bytes:
    """The template with `words`, which are this fan's, and `shared`, which is everybody's who has the same `key`; as it
    goes out, in UTF-8.

    The template may print words but not ask what they are. With None for a key the page is this fan's alone.
    """
    if key is None or "_flashes" in session:
        return render_template(template, **words, **shared).encode()
    reader = me()
    about = (template, key, spoken(), bool(reader.name), reader.is_operator)
    shell = _shells.get(about, lambda: _shell(template, words, reader.is_operator, shared))
    own = {name: words[name] if name in words else LAYOUT[name](reader) for name in shell.holes}
    return shell.page % {name.encode(): _said(word) for name, word in own.items()}


def _shell(template: str, words: Mapping[str, Any], is_operator: bool, shared: Mapping[str, Any]) -> Shell:
    holes: dict[str, Any] = {name: _hole(name) for name in words}
    holes["me"] = Me(_hole("my_name"), _hole("my_initial"), _hole("my_balance"), is_operator)
    holes["csrf_token"] = lambda: _hole("csrf_token")
    holes["come_back"] = lambda: _hole("come_back")  # the address has words of its own behind a question mark
    page = render_template(template, **shared, **holes)
    filled = HOLE.sub(r"%(\1)b", page.replace("%", "%%")).encode()
    return Shell(filled, frozenset(HOLE.findall(page)))


def _said(word: Any) -> bytes:
    """A word as it stands in HTML; in a number there is nothing to escape."""
    return (str(word) if isinstance(word, int) else escape(word)).encode()


def _hole(name: str) -> Markup:
    return Markup(f"\x02{name}\x03")
