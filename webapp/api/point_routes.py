"""Points: the balance, its history, and topping it up where a provider approves at once."""

import secrets

from flask import url_for
from flask_babel import gettext as _

from webapp import clock
from webapp.api import answered, asked, idempotency, limits
from webapp.api.calls import Call
from webapp.api.errors import InFlight, KeyMismatch, NoSuchUser, PaymentFailed
from webapp.api.idempotency import Told
from webapp.api.operations import FAN, Outcome, Words, operation, told
from webapp.checkout import payments, points, reconciling, sending
from webapp.checkout.models import FAILED, PAID, PENDING, Payment
from webapp.checkout.providers import ApprovesAtOnce, configured, provider
from webapp.db import db, transaction
from webapp.errors import ProviderUnavailable

TAG = "points"


@operation(
    "GET",
    "/api/user/{userId}/point",
    tag=TAG,
    words=Words("Your points", "잔액 조회"),
    outcomes={200: Outcome(Words("The balance.", "포인트 잔액입니다."), answered.Points)},
    errors=(NoSuchUser(),),
    who=FAN,
    limits=limits.FANS,
)
def balance(call: Call, userId: int) -> Told:  # noqa: N803 - as the path spells it
    _own(call, userId)
    return told(_balance(userId))


@operation(
    "PATCH",
    "/api/user/{userId}/point",
    tag=TAG,
    words=Words("Top up points", "잔액 충전"),
    body=asked.TopUp,
    outcomes={
        201: Outcome(Words("Topped up: the balance now.", "충전된 뒤의 잔액입니다."), answered.Points),
        202: Outcome(
            Words("The provider wants to see the fan first.", "결제 페이지에서 결제를 마쳐야 합니다."),
            answered.TopUpStarted,
        ),
    },
    errors=(NoSuchUser(), PaymentFailed(), InFlight(), KeyMismatch(), ProviderUnavailable()),
    who=FAN,
    keyed=True,
    limits=limits.FANS,
)
def top_up(call: Call, userId: int) -> Told:  # noqa: N803 - as the path spells it
    _own(call, userId)
    _own(call, call.body.user_id)
    claim, company = call.claim, _company()
    with transaction():
        if claim:
            idempotency.lock(claim)
            if known := idempotency.stored(claim, call.now):
                return known
        key = f"api:{claim.key}" if claim else secrets.token_urlsafe(12)
        payment = payments.start_top_up(userId, call.body.amount, company, key, call.now)
    # The provider is asked between two transactions. A second call with this key meets the same payment there.
    payment = _carried_out(payment)
    with transaction():
        return idempotency.once(claim, call.now, lambda: _outcome(payment))


@operation(
    "GET",
    "/api/user/{userId}/point/histories",
    tag=TAG,
    words=Words("The history of your points", "포인트 내역 조회"),
    query=asked.Histories,
    outcomes={200: Outcome(Words("Rows, newest first.", "최신순 내역입니다."), answered.HistoryPage)},
    errors=(NoSuchUser(),),
    who=FAN,
    limits=limits.FANS,
)
def histories(call: Call, userId: int) -> Told:  # noqa: N803 - as the path spells it
    _own(call, userId)
    most = call.query.limit
    rows = points.history(userId, call.query.before, most + 1)
    shown = [
        answered.History(
            id=row.id,
            type=row.type,  # type: ignore[arg-type]
            amount=row.amount,
            balance_after=row.balance_after,
            created_at=row.created_at,
        )
        for row in rows[:most]
    ]
    return told(answered.HistoryPage(histories=shown, next_before=shown[-1].id if len(rows) > most else None))


def _company() -> str:
    """The provider that can approve at once, if there is one; else the first, whose page the fan has to see."""
    known = configured()
    return next((key for key, one in known.items() if isinstance(one, ApprovesAtOnce)), next(iter(known)))


def _own(call: Call, user_id: int) -> None:
    if call.fan.user_id != user_id:
        raise NoSuchUser()


def _carried_out(payment: Payment) -> Payment:
    """The payment after its provider was told of it and, where it can, has approved it at once."""
    if payment.status != PENDING:
        return payment
    payment_id, company = payment.id, provider(payment.provider)
    sending.send(payment, _("Points"), url_for("wallet.show", _external=True))
    key = db.session.get_one(Payment, payment_id, populate_existing=True).provider_key
    if isinstance(company, ApprovesAtOnce) and key:
        db.session.rollback()
        report = company.approve(key)
        with transaction():
            reconciling.heard(payment_id, report, clock.now())
    return db.session.get_one(Payment, payment_id, populate_existing=True)


def _outcome(payment: Payment) -> Told:
    if payment.status == PAID:
        return told(_balance(payment.user_id), 201)
    if payment.status == FAILED or payment.redirect_url is None:
        raise PaymentFailed()
    return told(answered.TopUpStarted(payment_url=payment.redirect_url), 202)


def _balance(user_id: int) -> answered.Points:
    point = points.balance(user_id)
    return answered.Points(user_id=user_id, point=point, balance=point)
