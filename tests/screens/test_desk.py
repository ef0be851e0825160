"""The operator's pages: nobody is kept out."""

import pytest

from tests.screens.access import is_open_to_everyone
from tests.screens.all import SCENES
from tests.screens.conftest import Looking
from tests.screens.scenes import Scene

KINDS = {"The operator's desk", "The promoter's office"}


@pytest.mark.parametrize("scene", [one for one in SCENES if one.kind in KINDS], ids=lambda one: one.name)
def test_everybody_can_use_it(scene: Scene, looking: Looking) -> None:
    is_open_to_everyone(scene, looking)
