"""Every page has a scene."""

from flask import Flask

from tests.screens.all import SCENES
from tests.screens.pages import FILES, NO_PAGE_OF_ITS_OWN, SCENE_OF, endpoint_of


def test_every_page_has_a_scene(app: Flask) -> None:
    """A new page fails here until a scene shows it, and `stage.looking` fails if the scene shows another."""
    asked = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = {endpoint for endpoint in asked if not endpoint.startswith("api.")}
    assert pages == SCENE_OF.keys() | FILES | NO_PAGE_OF_ITS_OWN


def test_every_scene_of_a_page_is_listed() -> None:
    assert set(SCENE_OF.values()) <= {one.name for one in SCENES}


def test_an_address_is_known_by_its_page(app: Flask) -> None:
    assert endpoint_of(app, "/concerts/show/line") == "waiting_room.show"
    assert endpoint_of(app, "/no-such-page") is None
