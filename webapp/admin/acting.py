"""What an operator changes: done and written down in one transaction, a refusal said on a page."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect
from flask_babel import gettext as _
from flask_login import current_user

from webapp import clock
from webapp.admin import log
from webapp.admin.editing.states import Change
from webapp.db import transaction
from webapp.errors import EditRefused


def act(
    action: str,
    subject: str,
    change: Callable[[], Change | None],
    onwards: str,
    back: str | None = None,
    done: str | None = None,
) -> Any:
    """Carry out a change and note it, then go `onwards` with a word on what is `done`.

    Refused, nothing is noted: the reason is said on the page `back`, or on the one that follows anyway.
    """
    try:
        with transaction():
            note(change(), action, subject)
    except EditRefused as problem:
        flash(str(problem), "error")
        return redirect(back or onwards, 303)
    flash(done or _("Done."), "info")
    return redirect(onwards, 303)


def note(change: Change | None, action: str, subject: str) -> None:
    """Write down what this operator changed; None is a change that was not one."""
    if change:
        log.note(current_user.id, action, subject, *change, clock.now())
