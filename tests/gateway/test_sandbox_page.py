"""The page a fan pays on: every button, decided once, in two languages, and the developers' list."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
from flask import Flask

from tests.gateway.stage import Receiver, Shop, eventually
from webapp.dev.gateway import decisions, moments, payments, words
from webapp.dev.gateway.till import till


def test_the_page_shows_what_is_paid_and_every_choice(shop: Shop) -> None:
    payment = shop.open(description="Midnight <b>Parade</b>")
    page = shop.page(f"/pay/{payment['id']}")

    assert page.status_code == 200
    assert "₩132,000" in page.text
    assert "Frontrow" in page.text
    assert "No real money moves" in page.text
    assert "Midnight &lt;b&gt;Parade&lt;/b&gt;" in page.text
    buttons = re.findall(r"<button[^>]*>([^<]+)</button>", page.text)
    assert buttons == [
        "Approve",
        "Decline",
        "Approve after the hold ended",
        "Approve but never call back",
        "Call back twice",
    ]


def test_the_page_speaks_korean_to_who_asks_for_it(shop: Shop) -> None:
    payment = shop.open()
    korean = shop.page(f"/pay/{payment['id']}", language="ko-KR,ko;q=0.9,en;q=0.5").text

    assert '<html lang="ko">' in korean
    assert "승인" in korean
    assert "실제 돈은 나가지 않습니다" in korean
    assert '<html lang="en">' in shop.page(f"/pay/{payment['id']}", language="fr").text


def test_the_page_speaks_the_language_that_the_shop_knows_its_fan_by(shop: Shop) -> None:
    payment = shop.open()
    for asked, spoken in (("ko", "ko"), ("en", "en"), ("xx", "en"), ("", "en")):
        assert f'<html lang="{spoken}">' in shop.page(f"/pay/{payment['id']}?lang={asked}", language="en").text
    assert '<html lang="en">' in shop.page(f"/pay/{payment['id']}?lang=en", language="ko").text


def test_both_languages_have_every_word() -> None:
    places = {language: {key: set(re.findall(r"{\w+}", text)) for key, text in table.items()}
              for language, table in words.WORDS.items()}  # fmt: skip

    assert places["en"] == places["ko"]


@pytest.mark.parametrize(
    ("choice", "status", "failure"),
    [("approve", "paid", None), ("decline", "failed", "card_declined"), ("approve_silently", "paid", None)],
)
def test_a_choice_is_carried_out_and_leads_back_to_the_shop(
    shop: Shop, choice: str, status: str, failure: str | None
) -> None:
    payment = shop.open()
    answer = shop.choose(payment["id"], choice)

    assert (answer.status_code, answer.headers["Location"]) == (303, "http://shop.test/orders/7")
    after = shop.look_up(payment["id"])
    assert (after["status"], after["failure_code"]) == (status, failure)
    assert (after["paid_at"] is not None) == (status == "paid")


def test_a_late_approval_sends_the_fan_back_at_once_and_comes_after_the_hold(shop: Shop, receiver: Receiver) -> None:
    hold_ends_at = moments.spell(moments.now())
    payment = shop.open(hold_ends_at=hold_ends_at)
    assert shop.choose(payment["id"], "approve_late").status_code == 303

    event = receiver.wait_for(1)[0].verified()
    assert event["type"] == "payment.paid"
    assert event["data"]["paid_at"] > hold_ends_at
    assert shop.look_up(payment["id"])["status"] == "paid"


def test_a_late_approval_needs_no_known_hold(shop: Shop, receiver: Receiver) -> None:
    payment = shop.open()
    shop.choose(payment["id"], "approve_late")

    assert receiver.wait_for(1)[0].verified()["data"]["id"] == payment["id"]


def test_while_an_approval_is_put_off_the_page_tells_when_it_comes(shop: Shop, company: Flask) -> None:
    payment = shop.open(hold_ends_at=moments.spell(moments.now() + timedelta(hours=1)))
    shop.choose(payment["id"], "approve_late")
    with till(company).database.reading() as book:
        approve_at = payments.get(book, payment["id"]).approve_at

    assert approve_at is not None
    page = shop.page(f"/pay/{payment['id']}").text
    assert f"This payment will be approved at {words.korea_time(approve_at)} Korea time." in page
    assert "<form" not in page
    assert 'href="http://shop.test/orders/7"' in page
    assert shop.look_up(payment["id"])["status"] == "open"


def test_a_put_off_payment_can_still_be_cancelled(shop: Shop, receiver: Receiver) -> None:
    payment = shop.open(hold_ends_at=moments.spell(moments.now()))
    shop.choose(payment["id"], "approve_late")
    assert shop.cancel(payment["id"]).json()["status"] == "cancelled"

    receiver.wait_for(1)
    later = shop.open()
    shop.choose(later["id"], "approve_late")  # its approval comes after the cancelled one would have
    events = [delivery.verified() for delivery in receiver.wait_for(2)]
    assert [event["type"] for event in events] == ["payment.cancelled", "payment.paid"]
    assert events[1]["data"]["id"] == later["id"]


@pytest.mark.parametrize("first", ["approve", "decline"])
def test_the_first_choice_wins_and_the_second_tab_is_led_back(shop: Shop, receiver: Receiver, first: str) -> None:
    payment = shop.open()
    token = shop.form_token(payment["id"])
    shop.choose(payment["id"], first, token)
    decided = shop.look_up(payment["id"])

    for second in decisions.CHOICES:
        answer = shop.choose(payment["id"], second, token)
        assert (answer.status_code, answer.headers["Location"]) == (303, "http://shop.test/orders/7")
    assert shop.look_up(payment["id"]) == decided
    page = shop.page(f"/pay/{payment['id']}").text
    assert "<form" not in page
    assert 'href="http://shop.test/orders/7"' in page
    assert {"approve": "approved", "decline": "declined"}[first] in page
    assert len(receiver.wait_for(1)) == 1


def _decide_together(company: Flask, payment_id: str) -> int:
    """How many of eight tabs, all still showing the buttons, decided the payment."""
    barrier = threading.Barrier(8)

    def decide(number: int) -> int:
        with till(company).database.reading() as book:
            payment = payments.get(book, payment_id)
        assert payment.is_decidable
        barrier.wait()
        choice = ("approve", "decline")[number % 2]
        with till(company).database.transaction() as book:
            return len(decisions.decide(book, payment, choice, till(company).settings, moments.now()))

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(decide, range(8)))


def test_eight_tabs_choosing_at_once_decide_once(shop: Shop, company: Flask) -> None:
    assert _decide_together(company, shop.open()["id"]) == 1


def test_without_the_condition_eight_tabs_would_decide_eight_times(
    shop: Shop, company: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "UNDECIDED", "TRUE")

    assert _decide_together(company, shop.open()["id"]) == 8


@pytest.mark.parametrize("token", ["wrong", "\ud800", "0" * 64])
def test_a_form_from_elsewhere_decides_nothing(shop: Shop, token: str) -> None:
    payment = shop.open()
    body = b"choice=approve&token=" + token.encode("utf-8", "surrogatepass")
    answer = requests.post(
        f"{shop.base}/pay/{payment['id']}", data=body, timeout=60, allow_redirects=False,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip

    assert answer.status_code == 403
    assert shop.look_up(payment["id"])["status"] == "open"


def test_another_payments_token_decides_nothing(shop: Shop) -> None:
    payment, other = shop.open(), shop.open()

    assert shop.choose(payment["id"], "approve", shop.form_token(other["id"])).status_code == 403
    assert shop.look_up(payment["id"])["status"] == "open"


def test_an_unknown_choice_decides_nothing(shop: Shop) -> None:
    payment = shop.open()

    assert shop.choose(payment["id"], "steal").status_code == 422
    assert shop.look_up(payment["id"])["status"] == "open"


def test_an_unknown_payment_has_a_page_that_says_so(shop: Shop) -> None:
    page = shop.page("/pay/pay_unknown")

    assert page.status_code == 404
    assert "There is no such payment" in page.text
    assert shop.page("/nothing").status_code == 404


def test_pages_cannot_be_framed_cached_or_scripted(shop: Shop) -> None:
    headers = shop.page(f"/pay/{shop.open()['id']}").headers

    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_the_list_shows_payments_callbacks_and_what_went_wrong(shop: Shop, receiver: Receiver) -> None:
    assert "No payments yet" in shop.page("/").text
    receiver.answer = 503
    payment = shop.open(reference="order-9")
    shop.choose(payment["id"], "approve")
    receiver.wait_for(2)

    page = eventually(lambda: "HTTP 503" in shop.page("/").text and shop.page("/").text, "the error is shown")
    assert "order-9" in page
    assert "payment.paid" in page
    assert "Not delivered yet" in page
    receiver.answer = 202
    eventually(lambda: "Delivered</span>" in shop.page("/").text, "the list says delivered")


def test_a_delivered_callback_can_be_sent_again(shop: Shop, receiver: Receiver) -> None:
    shop.choose(shop.open()["id"], "approve")
    eventually(lambda: "Delivered</span>" in shop.page("/").text, "the list says delivered")
    found = re.search(r'action="(/callbacks/\d+/deliveries)">\s*<input[^>]*value="(\w+)"', shop.page("/").text)
    assert found

    forged = shop.session.post(shop.base + found[1], data={"token": "wrong"}, timeout=60)
    assert forged.status_code == 403
    answer = shop.session.post(shop.base + found[1], data={"token": found[2]}, timeout=60, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    first, again = receiver.wait_for(2)
    assert first.event_id == again.event_id
    assert first.body == again.body
    eventually(lambda: "2 tries" in shop.page("/").text, "the list counts both tries")
