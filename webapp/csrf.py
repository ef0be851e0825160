"""The token in every form that changes something: Flask-WTF's own, found and checked the short way.

The library reads a form and makes a signer for each request, which in a rush was a tenth of what joining costs.
"""

import re
from functools import lru_cache
from hmac import compare_digest
from typing import Any

from flask import current_app, g, request, session
from flask_wtf import CSRFProtect
from itsdangerous import BadData, URLSafeTimedSerializer

FORM = "application/x-www-form-urlencoded"
FIELD = re.compile(rb"(?:^|&)csrf_token=([\w.-]+)(?:&|$)", re.ASCII)


class Protection(CSRFProtect):
    """Lets a form through that shows its browser's token; everything else is the library's to judge, and to refuse."""

    def protect(self, apply_exemptions: bool = False) -> None:
        if request.environ.get("CONTENT_TYPE") == FORM and _comes_from_here() and _shows_token():
            g.csrf_valid = True  # Flask-WTF's forms ask for it
        else:
            super().protect(apply_exemptions)


def _comes_from_here() -> bool:
    """Over TLS a page of ours says where it stands; without TLS that says nothing."""
    return not request.is_secure or (request.referrer or "").startswith(f"https://{request.host}/")


def _shows_token() -> bool:
    field = FIELD.search(request.get_data())
    mine = session.get("csrf_token")
    if field is None or not isinstance(mine, str):
        return False
    serializer, signer = _signing(current_app.secret_key)
    try:
        shown = serializer.load_payload(signer.unsign(field[1]))
    except BadData:
        return False
    return isinstance(shown, str) and compare_digest(mine.encode(), shown.encode())


@lru_cache
def _signing(secret: str) -> tuple[Any, Any]:
    """As Flask-WTF signs; its tokens have no time limit here."""
    serializer = URLSafeTimedSerializer(secret, salt="wtf-csrf-token")
    return serializer, serializer.make_signer(serializer.salt)
