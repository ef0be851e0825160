"""Frontrow: a concert-ticketing system. `create_app` puts its features together."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from webapp.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The app with these settings, or with those of the environment; raises BadSetting."""
    from webapp.building import build

    return build(settings)
