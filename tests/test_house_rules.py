"""The rules of the house that import-linter cannot see: who reads a request, who commits, who asks the time, sizes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FEATURES = ("accounts", "concerts", "waiting_room", "booking", "checkout", "admin", "api")
# What answers requests: it may read them, and open transactions.
ENTRY_POINTS = {
    "routes.py",
    "acting.py",
    "balancing.py",
    "entering.py",
    "wallet.py",
    "callbacks.py",
    "guards.py",
    "sending.py",
    "forms.py",
    # of the API
    "callers.py",
    "calls.py",
    "issuing.py",
    "limits.py",
    "measuring.py",
    "operations.py",
}
LONGEST_FUNCTION, LONGEST_FILE = 50, 300
LIMITS = {"templates/**/*.html": 75, "static/js/**/*.js": 100, "static/css/*.css": 250}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "versions" not in path.parts:
                yield path


def is_entry(path: Path) -> bool:
    return path.name in ENTRY_POINTS or path.name.endswith("_routes.py")


def verbs() -> list[Path]:
    return [path for path in python_files(*(f"webapp/{name}" for name in FEATURES)) if not is_entry(path)]


def names_imported(path: Path, module: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            found |= {alias.name for alias in node.names}
    return found


def where(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_look_at() -> None:
    assert len(verbs()) > 25


@pytest.mark.parametrize("path", verbs(), ids=where)
def test_a_verb_knows_no_request_and_never_commits(path: Path) -> None:
    assert not names_imported(path, "flask") & {"request", "session", "g", "redirect", "render_template"}
    assert not names_imported(path, "flask_login")
    assert "transaction" not in names_imported(path, "webapp.db")
    assert ".commit()" not in path.read_text()


@pytest.mark.parametrize("path", verbs(), ids=where)
def test_a_verb_is_told_the_time(path: Path) -> None:
    assert "clock" not in names_imported(path, "webapp") or path.name == "background.py"


def test_nobody_else_keeps_a_clock() -> None:
    # The gateway is another company's program, and tools that watch processes measure durations.
    own = [path for path in python_files("webapp", "workers") if "dev" not in path.parts]
    guilty = [where(path) for path in own if re.search(r"datetime\.(now|utcnow|today)\(", path.read_text())]
    assert guilty == ["webapp/clock.py"]


@pytest.mark.parametrize("path", list(python_files("webapp", "workers", "tests", "bench")), ids=where)
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("pattern", list(LIMITS))
def test_templates_controllers_and_stylesheets_are_short(pattern: str) -> None:
    files = [path for path in ROOT.glob(pattern) if "vendor" not in path.parts]
    assert files
    assert {where(path): lines for path in files if (lines := path.read_text().count("\n")) > LIMITS[pattern]} == {}


def test_styles_stay_in_stylesheets() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        assert not re.search(r"<[^>]+\sstyle=|<style|\son[a-z]+=\"", path.read_text()), where(path)
    for path in (ROOT / "static" / "css").glob("*.css"):
        assert "!important" not in path.read_text(), where(path)


def test_every_public_verb_says_what_it_promises() -> None:
    silent = []
    for path in verbs():
        for node in ast.parse(path.read_text()).body:
            public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if public and len(ast.unparse(node).splitlines()) > 4 and not ast.get_docstring(node):  # type: ignore[arg-type]
                silent.append(f"{where(path)}:{node.lineno}")
    assert silent == []


def test_the_models_and_the_migrations_agree(app: object) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from flask import Flask

    from webapp.db import db

    assert isinstance(app, Flask)
    with app.app_context(), db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []
