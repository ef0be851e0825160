"""One running house and one browser for the scenes of a file; each scene begins in an empty house."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.screens import stage
from tests.screens.all import SCENES
from tests.screens.scenes import Place, Scene
from tests.screens.stage import Look, Windows


@pytest.fixture(scope="package")  # not longer: it would hear of what happens in other folders' houses, and tell
def place(app: Flask, environment: dict[str, str]) -> Iterator[Place]:
    with stage.running(app, environment) as running:
        yield running
    with app.app_context():
        stage.clear(from_one=True)


@pytest.fixture(scope="package")  # not longer: two browsers at a time in one process is more than Playwright can do
def windows(place: Place) -> Iterator[Windows]:
    with stage.browser() as opened:
        yield Windows(place, opened)


@pytest.fixture
def empty_house(app: Flask) -> Iterator[None]:
    with app.app_context():
        stage.clear()
        yield
        stage.clear()


Looking = Callable[..., AbstractContextManager[Page]]


@pytest.fixture
def looking(empty_house: None, windows: Windows) -> Looking:
    """The scene with this name, made once; each call opens a page of its own."""
    made: dict[str, str] = {}

    def opened(scene: str | Scene, look: Look | None = None, **options: object) -> AbstractContextManager[Page]:
        one = scene if isinstance(scene, Scene) else next(each for each in SCENES if each.name == scene)
        path = made.setdefault(one.name, "") or one.comes_about(windows.place)
        made[one.name] = path
        return stage.looking(one, path, windows, look or Look(), **options)

    return opened
