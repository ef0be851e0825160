"""The list of scenes, complete and in the order of the evening: every file of them is imported here."""

from importlib import import_module

from tests.screens.scenes import SCENES

__all__ = ["SCENES"]

for part in ("the_bill", "the_line", "the_seats", "money", "the_desk", "the_office", "the_rest"):
    import_module(f"tests.screens.scenes_of_{part}")
