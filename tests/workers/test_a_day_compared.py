"""`flask reconcile` and the operator's page, against the records of a running gateway."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, begin_card, do, fan, fans, hold, operator, report
from tests.builders import house as evening
from tests.timepiece import timepiece
from tests.web.conftest import Visitor, visit
from tests.workers.test_jobs import begin_for_real, decide, fresh
from webapp import clock
from webapp.admin.models import OperatorAction
from webapp.checkout import balancing, settling
from webapp.checkout.models import Payment, StrayPayment
from webapp.checkout.providers import Charge
from webapp.checkout.providers.sandbox import Sandbox
from webapp.db import db
from webapp.errors import ProviderUnavailable

__all__ = ["timepiece", "visit"]

PRICE = 100_000


def reconcile(house: Flask, *arguments: str) -> tuple[int, str]:
    result = house.test_cli_runner().invoke(args=["reconcile", *arguments])
    return result.exit_code, result.output


def paid_there(provider: Sandbox) -> Payment:
    """Approved at the gateway, which stays silent about it."""
    payment = begin_for_real(provider, hold(fan("holder"), evening(), 1, now=clock.now()))
    decide(payment, "approve_silently")
    return payment


def test_a_payment_the_gateway_kept_silent_about_is_found_and_settled(house: Flask, provider: Sandbox) -> None:
    payment = paid_there(provider)
    strange = provider.start(
        Charge("not ours", f"stray {payment.public_id}", 5_000, "KRW", "x", "http://127.0.0.1:9/", None)
    )
    decide(Payment(redirect_url=strange.redirect_url), "approve_silently")
    code, output = reconcile(house)
    assert code == 1
    assert f"sandbox {payment.public_id}: paid_there -> differs" in output
    assert f"sandbox {strange.provider_key}: unknown_here -> differs" in output
    assert fresh(payment).status == "pending", "comparing alone changes nothing"
    _, output = reconcile(house, "--repair")
    assert f"sandbox {payment.public_id}: paid_there -> paid" in output
    assert fresh(payment).status == "paid"
    mine = select(StrayPayment.reason).where(StrayPayment.provider_key == strange.provider_key)
    assert db.session.scalar(mine) == "unknown_payment"
    assert payment.public_id not in reconcile(house)[1]


def test_a_refund_made_at_the_gateway_by_hand_needs_a_person(house: Flask, provider: Sandbox) -> None:
    payment = paid_there(provider)
    reconcile(house, "--repair")
    assert payment.public_id not in reconcile(house)[1]
    provider.refund(fresh(payment).provider_key or "", 30_000, "by hand")
    code, output = reconcile(house, "--repair")
    assert code == 1
    assert f"{payment.public_id}: refunded_there -> by_hand" in output
    assert fresh(payment).status == "paid"


def test_what_was_paid_here_and_never_there_is_named(house: Flask, provider: Sandbox) -> None:
    payment = begin_card(hold(fan("holder"), evening(), 1, now=clock.now()), PRICE, now=clock.now())
    do(settling.settle, payment.id, report(payment), clock.now())
    assert f"{payment.public_id}: paid_here_only -> differs" in reconcile(house)[1]
    assert payment.public_id not in reconcile(house, "--day", "2020-02-02")[1]


def test_a_day_or_a_provider_that_is_none_and_one_that_is_away_are_sentences(
    house: Flask, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "is not a valid" in str(reconcile(house, "--day", "yesterday")) or reconcile(house, "--day", "x")[0] == 2
    assert "no payment provider 'paypal'" in reconcile(house, "--provider", "paypal")[1]

    def away(*_: object) -> None:
        raise ProviderUnavailable()

    monkeypatch.setattr(provider, "records", away)
    code, output = reconcile(house)
    assert code == 1
    assert "sandbox does not answer" in output


def test_a_silent_provider_does_not_keep_the_others_from_being_compared(
    house: Flask, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Sandbox("http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9", "key", "whsec_c2VjcmV0")
    monkeypatch.setitem(house.extensions, "providers", {"away": away, "sandbox": provider})
    code, output = reconcile(house)
    assert code == 1
    assert "away does not answer" in output
    assert "sandbox: " in output


def test_what_could_not_be_put_right_still_differs(
    house: Flask, provider: Sandbox, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = begin_card(hold(fan("holder"), evening(), 1), PRICE)
    monkeypatch.setattr(provider, "records", lambda since, until: iter([report(payment)]))
    monkeypatch.setattr(settling, "settle", lambda *_: "ignored")
    code, output = reconcile(house, "--repair")
    assert (code, f"{payment.public_id}: paid_there -> ignored" in output) == (1, True)
    form = {"provider": "sandbox", "day": "2026-12-01"}
    client = visit(operator())
    client.post("/admin/reconciliation/repairs", data=form)
    assert "0 payments put right." in client.get("/admin/reconciliation").text


def test_the_day_is_koreas() -> None:
    assert balancing.today(NOW) == date(2026, 12, 1)
    assert balancing.today(NOW + timedelta(hours=3)) == date(2026, 12, 2)


def test_the_operator_compares_a_day_and_puts_it_right_with_one_click(
    house: Flask, provider: Sandbox, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    night, (one, other) = evening(), fans(2)
    unheard, paid = begin_card(hold(one, night, 1), PRICE), begin_card(hold(other, night, 2), PRICE)
    do(settling.settle, paid.id, report(paid), NOW)
    there = [report(unheard), report(paid, refunded=1_000)]
    monkeypatch.setattr(provider, "records", lambda since, until: iter(there))
    client = visit(operator())
    assert "What differs" not in client.get("/admin/reconciliation").text
    path = "/admin/reconciliation?provider=sandbox&day=2026-12-01"
    page = client.get(path).text
    assert "Paid there, not settled here." in page
    assert "Decide about the order." in page
    assert "Put 1 payment right" in page
    form = {"provider": "sandbox", "day": "2026-12-01"}
    assert client.post("/admin/reconciliation/repairs", data=form).headers["Location"].endswith("day=2026-12-01")
    assert fresh(unheard).status == "paid"
    action = db.session.scalars(select(OperatorAction)).one()
    assert (action.action, action.subject, action.after) == ("repair payment", unheard.public_id, {"outcome": "paid"})
    page = client.get(path).text
    assert "1 payment put right." in page
    assert "Put 1 payment right" not in page
    there.pop()
    there.append(report(paid))
    assert "Nothing differs." in client.get(path).text


def test_the_page_is_the_operators_and_says_what_it_cannot_do(
    house: Flask, provider: Sandbox, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise ProviderUnavailable()

    monkeypatch.setattr(provider, "records", away)
    client = visit(operator())
    assert "nothing was compared" in client.get("/admin/reconciliation?day=2026-12-01").text
    client.post("/admin/reconciliation/repairs", data={"day": "2026-12-01"})
    assert client.get("/admin/reconciliation?day=someday").status_code == 422
    assert client.get("/admin/reconciliation?provider=paypal").status_code == 404
    assert visit(fan("holder")).get("/admin/reconciliation").status_code == 404
