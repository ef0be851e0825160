"""How templates are rendered: Jinja as Flask sets it up, less what it would work out anew for every import and every
sentence. What templates know is registered in pages."""

from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from webapp import languages


class QuickEnvironment(Environment):
    """Each template has a dict of the globals of its own, made when it is loaded, instead of a view of several: a page
    imports a dozen templates, and Jinja copies and compares their globals each time. So globals are registered while
    the app is built, and those that differ from request to request are functions."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def install_sentences(app: Flask) -> None:
    """Give templates `_` and `ngettext`, in the reader's language: what install_gettext_callables would give them, in
    one call for each sentence instead of three."""
    environment = app.jinja_env
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext)


@pass_eval_context
def _gettext(place: EvalContext, sentence: str, /, **values: Any) -> str:
    return _filled(place, languages.plain_gettext(sentence), values)


@pass_eval_context
def _ngettext(place: EvalContext, one: str, many: str, num: int, /, **values: Any) -> str:
    return _filled(place, languages.plain_ngettext(one, many, num), {"num": num, **values})


def _filled(place: EvalContext, said: str, values: dict[str, Any]) -> str:
    """The sentence with its values. In HTML the sentence is trusted, and they are not."""
    if place.autoescape:
        said = Markup(said)
    # Without values too: then %% stands for one per cent sign as well.
    return said % values if "%" in said else said
