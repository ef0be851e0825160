"""Frontrow: a concert-ticketing system. `create_app` puts its features together."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from webapp.config import Settings
    from webapp.patience import Patience


def create_app(settings: "Settings | None" = None, patience: "Patience | None" = None) -> "Flask":
    """The app with these settings, or with those of the environment; raises BadSetting. Waits for Postgres with this
    patience, or without end."""
    from webapp.building import build
    from webapp.patience import COMMAND

    return build(settings, patience or COMMAND)
