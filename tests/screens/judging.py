"""What keeps people out of a page, found by axe-core, and what does not fit into its window."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": RULES},
    "rules": {"target-size": {"enabled": True}},
}


def violations(page: Page) -> list[str]:
    """Each broken rule of WCAG 2.2 AA with the elements that break it; [] when there is none."""
    found: list[dict[str, Any]] = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{one['id']}: {one['help']}: {', '.join(_where(node) for node in one['nodes'])}" for one in found]


def _where(node: dict[str, Any]) -> str:
    why = [check["message"] for kind in ("any", "all", "none") for check in node[kind]]
    return f"{node['target']} ({'; '.join(why)})"


def overflow(page: Page) -> list[str]:
    """What sticks out to the side of a page that must not scroll that way; [] when all of it fits."""
    found: list[str] = page.evaluate(
        """() => {
          if (document.documentElement.scrollWidth <= innerWidth) return [];
          const isOut = (one) => one.getBoundingClientRect().right > innerWidth + 1;
          const out = [...document.querySelectorAll("body *")].filter(isOut).slice(0, 5);
          const names = out.map((one) => `${one.tagName}.${one.className}`);
          return [`${document.documentElement.scrollWidth} px wide`, ...names];
        }"""
    )
    return found
