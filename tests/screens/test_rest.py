"""Errors, the payment company's pages, letters and the API: nobody is kept out."""

import pytest

from tests.screens.access import is_open_to_everyone
from tests.screens.all import SCENES
from tests.screens.conftest import Looking
from tests.screens.scenes import Scene

KINDS = {"What goes wrong", "The payment company", "Letters", "The API"}


@pytest.mark.parametrize("scene", [one for one in SCENES if one.kind in KINDS], ids=lambda one: one.name)
def test_everybody_can_use_it(scene: Scene, looking: Looking) -> None:
    is_open_to_everyone(scene, looking)
