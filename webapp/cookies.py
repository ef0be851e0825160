"""The session's cookie: Flask's own, signed by a signer that is made once and not for every request."""

import hashlib

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class SignedCookies(SecureCookieSessionInterface):
    """Flask's sessions as they are. Its signer keeps nothing of what it has signed or read."""

    # The same SHA-1 as Flask's, which stands in a function of Python: HMAC knows this one as OpenSSL's, and is quicker.
    digest_method = staticmethod(hashlib.sha1)

    def __init__(self) -> None:
        self._made: tuple[object, URLSafeTimedSerializer] | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Flask's signer for the app's keys as they are now; None without a key."""
        keys = (app.secret_key, app.config["SECRET_KEY_FALLBACKS"])
        if self._made is None or self._made[0] != keys:
            signer = super().get_signing_serializer(app)
            if signer is None:
                return None
            self._made = (keys, signer)
        return self._made[1]
