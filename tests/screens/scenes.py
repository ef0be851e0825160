"""What a scene is, and the list of all of them. A new page gets its scene in the file of its kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

SCENES: list["Scene"] = []


@dataclass(frozen=True)
class Place:
    """Where the running house and its gateway answer, and the app of this process on the same servers."""

    address: str
    gateway: str
    app: Any


@dataclass(frozen=True)
class Scene:
    """A state of a page: `comes_about` makes it and returns the path, `role` looks, `before` and `then` touch the page.

    `before` runs ahead of loading, once for each picture; `then` afterwards. `kind` is the group it is shown in.
    `alike` chooses what repeats a part that is there already, on pages too long to look at every colour.
    """

    name: str
    kind: str
    says: str
    role: str | None
    comes_about: Callable[[Place], str]
    before: Callable[[Page], None] | None
    then: Callable[[Page], None] | None
    alike: str = ""

    @property
    def number(self) -> int:
        return SCENES.index(self)


def scene(
    kind: str,
    role: str | None = None,
    before: Callable[[Page], None] | None = None,
    then: Callable[[Page], None] | None = None,
    alike: str = "",
) -> Callable[[Callable[[Place], str]], Callable[[Place], str]]:
    """Adds a function that makes a state to the list; its name and its docstring are the scene's."""

    def listed(comes_about: Callable[[Place], str]) -> Callable[[Place], str]:
        name = comes_about.__name__.replace("_", "-")
        says = (comes_about.__doc__ or "").strip()
        SCENES.append(Scene(name, kind, says, role, comes_about, before, then, alike))
        return comes_about

    return listed
