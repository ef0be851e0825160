"""Building the app: configuration, extensions, blueprints. The only place that knows every feature."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import answers, cli, config, jobs, pages, sheets, statics
from webapp.accounts import routes as accounts
from webapp.admin import screens as admin
from webapp.api import docs_routes, measuring, metrics_routes
from webapp.api import routes as api
from webapp.booking import routes as booking
from webapp.checkout import callbacks, card_routes, refund_routes, ticket_routes, wallet
from webapp.checkout import routes as checkout
from webapp.checkout.providers import Provider
from webapp.checkout.providers.sandbox import Sandbox
from webapp.concerts import routes as concerts
from webapp.cookies import SignedCookies
from webapp.cursors import BriefCursor
from webapp.db import db, ping_idle
from webapp.extensions import babel, chosen_language, csrf, limiter, login_manager, socketio
from webapp.live import sockets
from webapp.patience import COMMAND, Patience, connect_args
from webapp.templating import QuickEnvironment
from webapp.waiting_room import lobby_routes
from webapp.waiting_room import routes as waiting_room
from webapp.waiting_room.guards import who_asks


class House(Flask):
    """Flask, which no view or hook of ours asks whether it is a coroutine: a page has fifteen of them."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def build(settings: config.Settings | None = None, patience: Patience = COMMAND) -> Flask:
    settings = settings or config.from_environment()
    app = House("webapp", template_folder="../templates", static_folder="../static")
    app.jinja_environment = QuickEnvironment
    app.config.update(_flask_config(settings, patience))
    app.session_interface = SignedCookies()
    app.extensions["settings"] = settings
    app.extensions["redis"] = jobs.client(settings.redis_url)
    app.extensions["providers"] = _providers(settings)
    _init_extensions(app, settings)
    for feature in (
        accounts,
        concerts,
        waiting_room,
        lobby_routes,
        booking,
        checkout,
        wallet,
        ticket_routes,
        card_routes,
        refund_routes,
        callbacks,
        admin,
        api,
        metrics_routes,
        docs_routes,
    ):
        app.register_blueprint(feature.blueprint)
    app.register_blueprint(sheets.blueprint)
    pages.register(app)
    measuring.register(app)
    answers.register(app)
    cli.register(app)
    statics.init_app(app)
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _flask_config(settings: config.Settings, patience: Patience) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            # There are two pools, one for transactions and one for reads. What they open they keep, and whoever asks
            # gets the one used last: its plans are made and its caches are warm.
            "pool_size": settings.pool_size,
            "max_overflow": 0,
            "pool_use_lifo": True,
            "pool_timeout": 5,
            "connect_args": {**connect_args(patience), "cursor_factory": BriefCursor},
        },
        "SESSION_COOKIE_NAME": "frontrow",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SESSION_COOKIE_SECURE": settings.cookies_secure,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_ENABLED": settings.rate_limits,
        "RATELIMIT_STORAGE_URI": settings.redis_url,
        "RATELIMIT_STORAGE_OPTIONS": jobs.IMPATIENT,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_HEADERS_ENABLED": True,
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "SEND_FILE_MAX_AGE_DEFAULT": 0,
    }


def _init_extensions(app: Flask, settings: config.Settings) -> None:
    db.init_app(app)
    with app.app_context():
        ping_idle(db.engine)
    csrf.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=chosen_language)
    login_manager.init_app(app)
    login_manager.user_loader(who_asks)
    # A sign-in is a row that can be ended; a fan who walks from one network to the next is no thief.
    login_manager.session_protection = None
    login_manager.unauthorized_handler(accounts.ask_to_sign_in)
    sockets.init_app(app, socketio)


def _providers(settings: config.Settings) -> dict[str, Provider]:
    """The providers that the settings name, in their order."""
    made: dict[str, Callable[[config.Settings], Provider]] = {"sandbox": _sandbox, "stripe": _stripe}
    return {key: made[key](settings) for key in settings.payment_providers}


def _sandbox(settings: config.Settings) -> Provider:
    return Sandbox(
        settings.sandbox_url,
        settings.sandbox_public_url,
        settings.callback_url + "/payments/callbacks/sandbox",
        settings.sandbox_api_key,
        settings.sandbox_webhook_secret,
    )


def _stripe(settings: config.Settings) -> Provider:
    from webapp.checkout.providers.stripe import Stripe  # its SDK is slow to import, and most houses have no use for it

    return Stripe(
        settings.public_url,
        settings.stripe_secret_key,
        settings.stripe_publishable_key,
        settings.stripe_webhook_secret,
        settings.stripe_api_url,
    )
