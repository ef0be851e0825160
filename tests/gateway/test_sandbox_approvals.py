"""Approving without the page: for fans who have agreed at the shop."""

from tests.gateway.stage import Shop


def test_an_open_payment_is_approved_at_once_and_stays_so(shop: Shop) -> None:
    payment = shop.open()
    answers = [shop.call("POST", f"/payments/{payment['id']}/approvals", key=key, json={}) for key in ("one", "two")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["status"] for answer in answers] == ["paid", "paid"]
    assert answers[0].json()["paid_at"] == answers[1].json()["paid_at"]


def test_a_payment_that_was_cancelled_is_not_approved(shop: Shop) -> None:
    payment = shop.open()
    shop.call("POST", f"/payments/{payment['id']}/cancellations", key="one", json={"reason": "given_up"})
    answer = shop.call("POST", f"/payments/{payment['id']}/approvals", key="two", json={})
    assert answer.json()["status"] == "cancelled"


def test_a_payment_that_never_was_is_not_found(shop: Shop) -> None:
    assert shop.call("POST", "/payments/pay_nothing/approvals", key="one", json={}).status_code == 404
