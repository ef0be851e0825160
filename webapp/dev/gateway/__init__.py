"""Sandbox Pay: the payment company to develop and test against. It knows nothing of the shop."""

from flask import Flask

from webapp.dev.gateway import answers, api, pages
from webapp.dev.gateway.settings import Settings
from webapp.dev.gateway.till import Till

LARGEST_REQUEST_BYTES = 64 * 1024


def create_app(settings: Settings) -> Flask:
    """The company's web app. till(app).start() lets it deliver; till(app).stop() ends that."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST_BYTES
    app.extensions["sandbox_pay"] = Till(settings)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(pages.blueprint)
    answers.register(app)
    return app
