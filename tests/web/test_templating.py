"""Compiled templates are kept for the next process, and no page depends on that."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import DictLoader, Environment, FileSystemBytecodeCache

from webapp import templating
from webapp.templating import Compiled, QuickEnvironment

PAGES = {"page.html": "Hello {{ name }}"}


class Idle(Environment):
    """Compiles nothing itself."""

    def compile(self, *source: Any, **about: Any) -> Any:
        raise AssertionError("compiled once more")


def said(environment: Environment) -> str:
    return environment.get_template("page.html").render(name="you")


def test_what_one_process_has_compiled_the_next_one_reads(tmp_path: Path) -> None:
    kept = Compiled(str(tmp_path))
    with pytest.raises(AssertionError, match="once more"):
        said(Idle(loader=DictLoader(PAGES), bytecode_cache=kept))
    assert said(Environment(loader=DictLoader(PAGES), bytecode_cache=kept)) == "Hello you"
    assert said(Idle(loader=DictLoader(PAGES), bytecode_cache=kept)) == "Hello you"
    with pytest.raises(AssertionError, match="once more"):
        said(Idle(loader=DictLoader({"page.html": "Another {{ name }}"}), bytecode_cache=kept))


def test_a_disk_that_takes_nothing_costs_time_and_no_page(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    assert said(Environment(loader=DictLoader(PAGES), bytecode_cache=Compiled(gone))) == "Hello you"
    with pytest.raises(FileNotFoundError):
        said(Environment(loader=DictLoader(PAGES), bytecode_cache=FileSystemBytecodeCache(gone)))


def test_without_a_safe_folder_each_process_compiles_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsafe(**_about: object) -> None:
        raise RuntimeError("Cannot determine safe temp directory.")

    monkeypatch.setattr(templating, "Compiled", unsafe)
    app = Flask("webapp")
    app.jinja_environment = QuickEnvironment
    templating.install(app)
    assert app.jinja_env.bytecode_cache is None
    assert app.jinja_env.from_string("{{ 1 + 1 }}").render() == "2"
