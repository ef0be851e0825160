"""What the pages say is what the house does: the tables, the links, the settings, the map."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask

from webapp.config import from_environment
from webapp.dev import erd

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

ENOUGH = {
    "DATABASE_URL": "postgresql://somewhere/frontrow",
    "REDIS_URL": "redis://somewhere",
    "SECRET_KEY": "a secret for tests",
    "TOKEN_KEYS": "one:a secret for tests that is long enough",
    "SANDBOX_API_KEY": "a secret for tests",
    "SANDBOX_WEBHOOK_SECRET": "whsec_Zm9yIHRlc3RzIGFuZCBub3RoaW5n",
    "PAYMENT_PROVIDERS": "sandbox,stripe",
    "STRIPE_SECRET_KEY": "sk_test_1",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_from_the_dashboard",
}


class Noting(dict[str, str]):
    """An environment that notes which variables it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, name: str, default: object = None) -> object:  # type: ignore[override]
        self.asked.add(name)
        return super().get(name, default)


def section(title: str) -> str:
    """The README's text under a heading, up to the next of any level."""
    found = re.search(rf"^##+ {title}\n(.*?)(?=^##|\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no heading {title!r}"
    return found[1]


def table(title: str) -> set[str]:
    """The variables in the first column of the table under a heading."""
    return set(re.findall(r"^\| `([A-Z_]+)` \|", section(title), re.MULTILINE))


def map_paths() -> Iterator[str]:
    """Every path on the map of the house; an indented line belongs to the folder above it."""
    folder = ""
    for line in section("A map of the house").split("```")[1].splitlines()[1:]:
        name = line.split()[0]
        if not line.startswith(" "):
            folder = name if name.endswith("/") else ""
        yield folder + name if line.startswith(" ") else name


def test_the_diagram_of_tables_is_current(app: Flask) -> None:
    with app.app_context():
        assert (ROOT / "docs" / "erd.md").read_text() == erd.page(), "bin/erd writes it anew"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    local = [link for link in links if not link.startswith(("http://", "https://", "mailto:"))]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_readme_shows_its_pictures_and_links_the_decisions() -> None:
    links = re.findall(r"\]\(([^)#\s]+)", README)
    assert sum(link.endswith((".png", ".webp")) for link in links) == 2
    decisions = (ROOT / "docs" / "decisions").glob("[0-9]*.md")
    assert all(path.name in (ROOT / "docs" / "decisions" / "README.md").read_text() for path in decisions)


def test_every_setting_stands_in_the_readme() -> None:
    environment = Noting(ENOUGH)
    from_environment(environment)
    assert environment.asked == table("Settings")


def test_what_the_processes_read_besides_stands_in_the_readme() -> None:
    files = ("gunicorn.conf.py", "webapp/dev/gateway/settings.py")
    read = {name for file in files for name in re.findall(r"environ\.get\([\"']([A-Z_]+)", (ROOT / file).read_text())}
    assert table("Processes") == read - table("Settings")


def test_the_map_of_the_house_shows_what_is_there() -> None:
    paths = list(map_paths())
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_readme_stays_short() -> None:
    assert len(README.splitlines()) < 200
