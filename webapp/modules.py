"""The scripts of our pages: the import map, and which modules a page is to ask for before they import one another."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from webapp.layout import STATIC, asset

SCRIPTS = STATIC / "js"
IMPORTED = re.compile(r'^(?:import|export) .* from "frontrow/([^"]+)";$', re.MULTILINE)


@lru_cache
def import_map() -> Markup:
    """Every module of ours by its name, at its versioned address, and what we use of others."""
    names = (file.relative_to(SCRIPTS).with_suffix("") for file in sorted(SCRIPTS.rglob("*.js")))
    return htmlsafe_json_dumps(
        {
            "imports": {
                "socket.io-client": asset("vendor/socket.io/socket.io.esm.min.js"),
                "qr/decode": asset("vendor/qr/decode.js"),
                **{f"frontrow/{name}": _address(str(name)) for name in names},
            }
        }
    )


def modules(controllers: Iterable[str] = ()) -> list[str]:
    """The addresses of all that a page with these controllers imports, each once: without them a browser would learn of
    every module only from the one before. Raises FileNotFoundError for a controller that we do not have.
    """
    return list(_modules(tuple(controllers)))


@lru_cache
def _modules(controllers: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in ("app", *(f"controllers/{name}" for name in controllers)):
        found |= dict.fromkeys(_with_imports(name))
    return tuple(_address(name) for name in found)


def _with_imports(name: str) -> Iterator[str]:
    yield name
    for imported in IMPORTED.findall((SCRIPTS / f"{name}.js").read_text()):
        yield from _with_imports(imported)


def _address(name: str) -> str:
    return asset(f"js/{name}.js")
