"""The outbox: every mail with its state, what it says, and sending it again or not at all."""

from collections.abc import Callable
from typing import Any

from flask import current_app, render_template, request, url_for

from webapp import clock
from webapp.admin import outbox
from webapp.admin.acting import act
from webapp.admin.editing.states import Change
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.checkout import letters, mails

PAGE = 50


@blueprint.get("/outbox")
@operator_required
def show_outbox() -> str:
    state = request.args.get("state")
    rows = outbox.newest(state, request.args.get("before", type=int), PAGE)
    older = url_for(".show_outbox", state=state, before=rows[-1].Mail.id) if len(rows) == PAGE else None
    return render_template(
        "admin/outbox.html",
        mails=rows,
        older=older,
        state=state,
        counts=outbox.counts(),
        has_server=current_app.extensions["settings"].mail_server is not None,
    )


@blueprint.get("/outbox/<public_id>")
@operator_required
def show_mail(public_id: str) -> str:
    """What was sent, or would be sent now."""
    row = outbox.mail(public_id)
    mail = row.Mail
    subject, plain = (mail.subject, mail.plain) if mail.subject else letters.rendered(mail)[:2]
    return render_template("admin/mail.html", mail=mail, email=row.email, subject=subject, plain=plain)


@blueprint.post("/outbox/<public_id>/sending")
@operator_required
def send_mail(public_id: str) -> Any:
    now = clock.now()
    return _act("send mail again", public_id, lambda: mails.send_again(public_id, now))


@blueprint.post("/outbox/<public_id>/discarding")
@operator_required
def discard_mail(public_id: str) -> Any:
    return _act("discard mail", public_id, lambda: mails.discard(public_id))


def _act(action: str, public_id: str, change: Callable[[], Change]) -> Any:
    return act(action, public_id, change, url_for(".show_mail", public_id=public_id))
