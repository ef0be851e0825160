"""@operator_required: for everyone else /admin does not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask_login import current_user, login_required

from webapp.errors import NotFound


def operator_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let operators through; a signed-out visitor is asked to sign in, a fan gets NotFound."""

    @wraps(view)
    @login_required
    def guarded(**address: Any) -> Any:
        if not current_user.is_operator:
            raise NotFound()
        return view(**address)

    return guarded
