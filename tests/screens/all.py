"""The list of scenes, complete and in the order of the evening: every file of them is imported here."""

from importlib import import_module

from tests.screens.scenes import SCENES

__all__ = ["SCENES"]

for part in (
    "the_bill",
    "the_line",
    "the_seats",
    "money",
    "the_desk",
    "the_office",
    "the_rest",
    "the_edges",
    "empty_desks",
):
    import_module(f"tests.screens.scenes_of_{part}")

_kinds = list(dict.fromkeys(one.kind for one in SCENES))
SCENES.sort(key=lambda one: _kinds.index(one.kind))
