"""What keeps people out of a page, found by axe-core, and what does not fit into its window."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": RULES},
    "rules": {"target-size": {"enabled": True}},
}


CONTRAST = "color-contrast"  # asks what lies behind every letter, which takes longer than all other rules together
RUN = "([root, options]) => axe.run(root, options).then((found) => found.violations)"


def violations(page: Page, alike: str = "") -> list[str]:
    """Each broken rule of WCAG 2.2 AA with the elements that break it; [] when there is none.

    `alike` are parts made by one template with others that remain: of them the colours alone are not looked at.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    if not alike:
        return _found(page, {"include": ["html"]}, OPTIONS)
    rules = {**OPTIONS["rules"], CONTRAST: {"enabled": False}}
    colours = {**OPTIONS, "runOnly": {"type": "rule", "values": [CONTRAST]}, "rules": {}}
    wrong = _found(page, {"include": ["html"]}, {**OPTIONS, "rules": rules})
    return wrong + _found(page, {"include": ["html"], "exclude": [alike]}, colours)


def _found(page: Page, root: dict[str, Any], options: dict[str, Any]) -> list[str]:
    found: list[dict[str, Any]] = page.evaluate(RUN, [root, options])
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
