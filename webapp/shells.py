"""Pages that differ from fan to fan by a few words: rendered once for a moment, with holes for those words."""

import re
from collections.abc import Hashable, Mapping
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

# Encoded once, and filled by %: its holes are written as that wants them.
_shells: Recent[bytes] = Recent(SECONDS)


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
    own = {**words, **_own_words(reader)}
    return shell % {name.encode(): escape(word).encode() for name, word in own.items()}


def _shell(template: str, words: Mapping[str, Any], is_operator: bool, shared: Mapping[str, Any]) -> bytes:
    holes: dict[str, Any] = {name: _hole(name) for name in words}
    holes["me"] = Me(_hole("my_name"), _hole("my_initial"), _hole("my_balance"), is_operator)
    holes["csrf_token"] = lambda: _hole("csrf_token")
    holes["come_back"] = lambda: _hole("come_back")  # the address has words of its own behind a question mark
    page = render_template(template, **shared, **holes)
    return HOLE.sub(r"%(\1)b", page.replace("%", "%%")).encode()


def _own_words(reader: Me) -> dict[str, str]:
    """What the layout says to this fan alone."""
    mine = {"my_name": reader.name, "my_initial": reader.initial, "my_balance": reader.balance}
    return {**mine, "csrf_token": generate_csrf(), "come_back": here() or "/"}


def _hole(name: str) -> Markup:
    return Markup(f"\x02{name}\x03")
