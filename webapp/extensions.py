"""The Flask extensions, made once and bound to the app in create_app."""

from babel import Locale
from flask import has_request_context, request
from flask_babel import Babel
from flask_limiter import Limiter, RequestLimit
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect

from webapp import languages
from webapp.live.fanout import LiveSocketIO


class QuietLimiter(Limiter):
    """Says how much of a limit is left to whoever it refuses, and to nobody else: each answer that says it is a journey
    to Redis more."""

    @property
    def current_limit(self) -> RequestLimit | None:
        limit = super().current_limit
        return limit if limit and limit.breached else None


class PlainLogin(LoginManager):
    """Describes a browser, by its address and its name, where a session is held against that, and not for nothing."""

    def _session_protection_failed(self) -> bool:
        return self.session_protection is not None and bool(super()._session_protection_failed())


babel = Babel()
csrf = CSRFProtect()
limiter = QuietLimiter(get_remote_address, strategy="moving-window")
login_manager = PlainLogin()
socketio = LiveSocketIO()


def chosen_language() -> Locale:
    """The fan's choice, then what this browser chose, then what it prefers."""
    if not has_request_context():
        return languages.preferred("")
    choice = getattr(current_user, "language", None) or request.cookies.get("language")
    return languages.LOCALES.get(choice or "") or languages.preferred(request.headers.get("Accept-Language", ""))
