"""How templates are rendered: Jinja as Flask sets it up, less what it would work out anew for every import and every
sentence. What templates know is registered in pages."""

import hashlib
import logging
from collections.abc import MutableMapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache, pass_eval_context
from jinja2.bccache import Bucket
from jinja2.nodes import EvalContext
from markupsafe import Markup

from webapp import languages

log = logging.getLogger(__name__)


class QuickEnvironment(Environment):
    """Each template has a dict of the globals of its own, made when it is loaded, instead of a view of several: a page
    imports a dozen templates, and Jinja copies and compares their globals each time. So globals are registered while
    the app is built, and those that differ from request to request are functions."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


class Compiled(FileSystemBytecodeCache):
    """Compiled templates in a folder that only this user may write to: what one process has compiled the next one
    reads, so that the first fans of a process that was just started wait no longer than others. A full disk costs time
    only."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def install(app: Flask) -> None:
    """Set up how templates are read, spoken and kept."""
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    _install_sentences(environment)
    # What a template compiles to depends on Jinja and on how this module sets it up, besides its own text.
    depends_on = Path(__file__).read_bytes() + version("jinja2").encode()
    try:
        environment.bytecode_cache = Compiled(pattern=f"frontrow-{hashlib.sha256(depends_on).hexdigest()[:12]}-%s")
    except (OSError, RuntimeError) as error:
        log.info("each process compiles its templates itself: %s", error)


def _install_sentences(environment: Environment) -> None:
    """Give templates `_` and `ngettext`, in the reader's language: what install_gettext_callables would give them, in
    one call for each sentence instead of three."""
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
