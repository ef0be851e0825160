"""The wallet: points, their history, and topping them up."""

import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from flask_login import current_user, login_required
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import StringField

from webapp import clock
from webapp.checkout import payments, points, sending
from webapp.checkout.models import GRANT, PENDING, REFUND, TOP_UP, USE, Payment, PointHistory
from webapp.checkout.numbers import whole_number
from webapp.checkout.providers import chosen, configured
from webapp.db import db, transaction
from webapp.errors import BookingError

blueprint = Blueprint("wallet", __name__)

PAGE = 30
PRESETS = (10_000, 50_000, 100_000)


class TopUpForm(FlaskForm):
    """Shows the amount as it was typed; payments.start_top_up says whether it is one."""

    amount = StringField(_lazy("Another amount"))


@blueprint.get("/wallet")
@login_required
def show() -> str:
    return _page()


@blueprint.post("/wallet/top-ups")
@login_required
def top_up() -> Any:
    user_id = current_user.id
    try:
        amount = whole_number(request.form.get("amount"))
        through = chosen(request.form)
        key = (request.form.get("idempotency_key") or secrets.token_urlsafe(12))[:80]
        with transaction():
            payment = payments.start_top_up(user_id, amount, through, key, clock.now())
        back = url_for("checkout.come_back", public_id=payment.public_id, _external=True)
        return redirect(sending.send(payment, _("Points"), back) or url_for(".show"), 303)
    except BookingError as problem:
        return _page(str(problem)), problem.status


def _page(problem: str | None = None) -> str:
    # Read before the balance: whatever is settled in between is then seen as on its way, and the page looks again.
    top_ups = _pending(current_user.id)
    rows = points.history(current_user.id, request.args.get("before", type=int), PAGE + 1)
    older = url_for(".show", before=rows[PAGE - 1].id) if len(rows) > PAGE else None
    return render_template(
        "checkout/wallet.html",
        balance=points.balance(current_user.id),
        histories=[_seen(row) for row in rows[:PAGE]],
        presets=PRESETS,
        top_ups=top_ups,
        older=older,
        form=_form(problem),
        providers=list(configured().values()),
        idempotency_key=secrets.token_urlsafe(12),
    )


def _form(problem: str | None) -> TopUpForm:
    form = TopUpForm()
    if problem:
        form.form_errors.append(problem)
    return form


def _pending(user_id: int) -> list[Payment]:
    statement = (
        select(Payment)
        .where(Payment.user_id == user_id, Payment.order_id.is_(None), Payment.status == PENDING)
        .order_by(Payment.id.desc())
    )
    return list(db.session.scalars(statement))


def _seen(row: PointHistory) -> dict[str, Any]:
    notes = {
        GRANT: _("A gift of points"),
        TOP_UP: _("Topped up"),
        USE: _("Used for tickets"),
        REFUND: _("Points returned"),
    }
    return {
        "created_at": row.created_at,
        "type": row.type,
        "amount": row.amount,
        "balance_after": row.balance_after,
        "note": notes[row.type],
    }
