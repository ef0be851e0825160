"""Mails through a real server: taken once, tried again, given up, and what a dead sender leaves."""

import email
import email.policy
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.builders import NOW, begin_card, do, fan, hold, report
from tests.builders import house as evening
from tests.running import ROOT, free_port, wait_until
from tests.timepiece import Timepiece, timepiece
from webapp import jobs
from webapp.accounts.models import User
from webapp.checkout import letter_look, letters, mails, refunding, settling
from webapp.checkout.mail_models import Mail
from webapp.concerts.models import Concert
from webapp.config import MailServer
from webapp.db import db
from workers.mails import send_mails

__all__ = ["timepiece"]

PRICE = 100_000
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class PostOffice:
    """A mail server's process, its moods, and what it has taken."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.behave("take")
        arguments = [sys.executable, "-m", "tests.workers.post_office", str(self.port), str(folder)]
        self.running = subprocess.Popen(arguments, cwd=ROOT)
        wait_until((folder / "open").exists, 30, "the post office opens")

    def behave(self, mood: str) -> None:
        (self.folder / "mood").write_text(mood)

    def taken(self) -> list[EmailMessage]:
        files = sorted(self.folder.glob("*.eml"))
        return [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in files]  # type: ignore[misc]

    def close(self) -> None:
        self.running.terminate()
        self.running.wait(10)


@pytest.fixture
def post_office(house: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    office = PostOffice(tmp_path)
    server = MailServer("127.0.0.1", office.port, "", "", False, "Frontrow <tickets@frontrow.test>")
    monkeypatch.setitem(house.extensions, "settings", replace(house.extensions["settings"], mail_server=server))
    yield office
    office.close()


def buy(role: str = "holder", seat: int = 1, night: object = None) -> tuple[int, int]:
    """The fan and the order they have just paid, with a mail in the outbox."""
    holder = fan(role)
    order = hold(holder, night or evening(), seat)  # type: ignore[arg-type]
    payment = begin_card(order, PRICE, key=f"key {order.id}")
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    return holder, order.id


def written() -> list[Mail]:
    return list(db.session.scalars(select(Mail).order_by(Mail.id), execution_options={"populate_existing": True}))


def test_an_order_is_confirmed_by_mail_once(post_office: PostOffice, timepiece: Timepiece) -> None:
    buy()
    assert send_mails() == "1 sent"
    assert send_mails() == "0 sent"
    (mail,) = post_office.taken()
    assert (mail["To"], mail["From"]) == ("holder@frontrow.test", "Frontrow <tickets@frontrow.test>")
    assert mail["Subject"] == "Your tickets for Show"
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    for body in (plain, html):
        assert "/tickets/" in body
        assert "Tue 2 Mar 2027 19:30" in body  # as the clock in Seoul shows it
        assert "₩100,000" in body
    assert "<p style=" in html
    assert 'content="light dark"' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert f".words {{ color: {letter_look.DARK[letter_look.INK]} !important; }}" in html
    assert "<" not in plain
    assert (written()[0].status, written()[0].recipient) == ("sent", "holder@frontrow.test")


def test_a_fan_reads_their_own_language(post_office: PostOffice, timepiece: Timepiece) -> None:
    night = evening()
    holder, order_id = buy(night=night)
    buy("stranger", 2, night)
    do(db.session.execute, update(User).where(User.id == holder).values(language="ko"))
    do(db.session.execute, update(Concert).values(title_ko="겨울 편지"))
    assert send_mails() == "2 sent"
    do(refunding.cancel, holder, order_id, 0, NOW)
    assert send_mails() == "1 sent"
    by_reader = [(mail["To"], str(mail["Subject"])) for mail in post_office.taken()]
    assert [subject for to, subject in by_reader if to.startswith("stranger")] == ["Your tickets for Show"]
    korean = [subject for to, subject in by_reader if to.startswith("holder")]
    assert len(korean) == 2
    assert all("겨울 편지" in subject for subject in korean)
    assert "2027년 3월 2일(화) 19:30" in post_office.taken()[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_without_a_server_mails_are_kept_and_wait_for_nobody(house: Flask, timepiece: Timepiece) -> None:
    buy()
    assert written()[0].status == "kept"
    assert send_mails() == "0 sent"
    assert jobs.queue(jobs.UPKEEP).count == 0


@pytest.mark.parametrize("mood", ["busy", "drop"])
def test_a_mail_that_was_not_taken_is_tried_again_after_a_while(
    post_office: PostOffice, timepiece: Timepiece, mood: str
) -> None:
    buy()
    post_office.behave(mood)
    assert send_mails() == "0 sent"
    assert (written()[0].status, written()[0].attempts) == ("waiting", 1)
    assert written()[0].problem
    post_office.behave("take")
    timepiece.pass_(seconds=29)
    assert send_mails() == "0 sent"
    timepiece.pass_(seconds=30)
    assert send_mails() == "1 sent"
    assert len(post_office.taken()) == 1


def test_a_server_that_is_down_holds_up_one_mail_and_loses_none(post_office: PostOffice, timepiece: Timepiece) -> None:
    night = evening()
    for number in (1, 2, 3):
        buy(f"fan-{number}", number, night)
    post_office.close()
    assert send_mails() == "0 sent"
    assert [mail.attempts for mail in written()] == [1, 0, 0]
    assert {mail.status for mail in written()} == {"waiting"}


def test_a_mail_refused_for_good_waits_for_the_operator(post_office: PostOffice, timepiece: Timepiece) -> None:
    buy()
    post_office.behave("refuse")
    assert send_mails() == "0 sent"
    mail = written()[0]
    assert mail.status == "failed"
    assert "550 nobody of that name" in (mail.problem or "")
    timepiece.pass_(minutes=600)
    assert send_mails() == "0 sent"
    post_office.behave("take")
    assert do(mails.send_again, mail.public_id, timepiece.now())[1]["status"] == "waiting"
    assert send_mails() == "1 sent"


def test_after_twelve_tries_it_has_failed(post_office: PostOffice, timepiece: Timepiece) -> None:
    buy()
    post_office.behave("busy")
    for hour in range(12):
        timepiece.pass_(minutes=hour * 60)
        send_mails()
    assert (written()[0].status, written()[0].attempts) == ("failed", 12)


def test_a_lost_answer_costs_a_second_copy_with_the_same_name(post_office: PostOffice, timepiece: Timepiece) -> None:
    buy()
    post_office.behave("lose")
    assert send_mails() == "0 sent"
    post_office.behave("take")
    timepiece.pass_(seconds=30)
    assert send_mails() == "1 sent"
    copies = post_office.taken()
    assert len(copies) == 2
    assert len({mail["Message-ID"] for mail in copies}) == 1
    assert copies[0].get_body(("plain",)).get_content() == copies[1].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_sender_killed_in_the_middle_leaves_a_mail_that_another_sends(
    post_office: PostOffice, timepiece: Timepiece, environment: dict[str, str]
) -> None:
    buy()
    do(db.session.execute, update(Mail).values(send_at=LONG_AGO))  # that process has a clock of its own
    post_office.behave("hang")
    told = {"MAIL_URL": f"smtp://127.0.0.1:{post_office.port}", "MAIL_FROM": "tickets@frontrow.test"}
    script = "from workers.app import app\nfrom workers import mails\nwith app().app_context(): mails.send_mails()"
    sender = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env={**environment, **told})
    wait_until((post_office.folder / "hanging").exists, 60, "the sender is in the middle")
    os.kill(sender.pid, signal.SIGKILL)
    sender.wait(10)
    assert written()[0].status == "sending"
    leased_until = written()[0].leased_until
    post_office.behave("take")
    assert leased_until is not None
    timepiece.shows = leased_until - mails.LEASE / 2
    assert send_mails() == "0 sent"
    timepiece.shows = leased_until
    assert send_mails() == "1 sent"
    assert len(post_office.taken()) == 1


def test_a_mail_discarded_is_not_sent(post_office: PostOffice, timepiece: Timepiece) -> None:
    buy()
    do(mails.discard, written()[0].public_id)
    assert send_mails() == "0 sent"
    assert post_office.taken() == []


def test_many_mails_are_sent_in_turns(
    post_office: PostOffice, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = evening()
    for number in (1, 2, 3):
        buy(f"fan-{number}", number, night)
    jobs.redis().flushall()
    monkeypatch.setattr("workers.mails.AT_ONCE", 2)
    assert send_mails() == "2 sent"
    assert jobs.queue(jobs.UPKEEP).count == 1
    assert send_mails() == "1 sent"
    assert len(post_office.taken()) == 3


@pytest.mark.parametrize("limit", ["AT_ONCE", "LONG_ENOUGH_SECONDS"])
def test_mails_that_are_not_taken_hold_the_worker_up_no_longer_than_others(
    post_office: PostOffice, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    night = evening()
    for number in (1, 2, 3):
        buy(f"fan-{number}", number, night)
    jobs.redis().flushall()
    post_office.behave("busy")
    monkeypatch.setattr(f"workers.mails.{limit}", 1 if limit == "AT_ONCE" else 0)
    assert send_mails() == "0 sent"
    assert [mail.attempts for mail in written()] == [1, 0, 0]
    assert jobs.queue(jobs.UPKEEP).count == 1, "the others are next"


@pytest.mark.parametrize("address", ["héro@frontrow.test", "a\nBcc: everybody@frontrow.test"])
def test_an_address_that_cannot_be_written_to_keeps_no_other_mail(
    post_office: PostOffice, timepiece: Timepiece, address: str
) -> None:
    night = evening()
    holder, _ = buy("fan-1", 1, night)
    buy("fan-2", 2, night)
    do(db.session.execute, update(User).where(User.id == holder).values(email=address))
    assert send_mails() == "1 sent"
    assert [mail.status for mail in written()] == ["failed", "sent"]
    assert len(post_office.taken()) == 1


def test_a_mail_whose_words_cannot_be_found_keeps_no_other_mail(
    post_office: PostOffice, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = evening()
    for number in range(1, 4):
        buy(f"fan-{number}", number, night)
    confirmed = letters.LETTERS["order_confirmed"]

    def only_the_last(matter: letters.Matter) -> letters.Letter:
        if matter.order.id < 3:
            raise LookupError
        return confirmed(matter)

    monkeypatch.setitem(letters.LETTERS, "order_confirmed", only_the_last)
    assert send_mails() == "1 sent"
    assert [mail.status for mail in written()] == ["failed", "failed", "sent"]


def test_tickets_that_are_void_are_not_sent_after_the_refund(post_office: PostOffice, timepiece: Timepiece) -> None:
    night = evening()
    holder, order_id = buy("fan-1", 1, night)
    buy("fan-2", 2, night)
    post_office.behave("busy")
    assert send_mails() == "0 sent"
    do(refunding.cancel, holder, order_id, 0, NOW)
    post_office.behave("take")
    timepiece.pass_(minutes=5)
    assert send_mails() == "2 sent"
    assert [(mail.kind, mail.status) for mail in written()] == [
        ("order_confirmed", "discarded"),
        ("order_confirmed", "sent"),
        ("refund_coming", "sent"),
    ]
