"""The real worker killed in the middle of each recurring job: another does the rest, once. And Redis emptied."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import select

from tests import builders
from tests.builders import do
from tests.kills.buyer import NOT_CHARGED, PAID_BACK, Buyer, Errand
from tests.kills.conftest import NewBuyer
from tests.kills.person import fate
from tests.kills.premises import Premises
from tests.running import wait_until
from tests.workers.test_mails import PostOffice
from webapp import clock, jobs
from webapp.checkout import closing, mails
from webapp.checkout.mail_models import Mail
from webapp.concerts.models import Schedule
from webapp.db import db
from webapp.waiting_room import admission, joining

Interrupt = Callable[..., None]


@pytest.fixture
def interrupt(premises: Premises) -> Interrupt:
    """Kill the worker where it stands in the middle of a job, and have the recurring jobs run again."""

    def kill(queue: str, job: str, point: str) -> None:
        premises.points.arm(point)
        jobs.queue(queue).enqueue(job)
        premises.kill_process(premises.points.wait(point))
        premises.tidy(seconds=61)

    return kill


def test_sessions_are_ended_and_the_next_called_once(inside: Flask, premises: Premises, interrupt: Interrupt) -> None:
    show, (first, second, third) = builders.concert("other", capacity=1), builders.fans(3)
    do(joining.join_all, [first, second, third], show.id, clock.now())
    premises.pass_time(minutes=4)
    interrupt(jobs.LINE, "workers.line.expire_sessions", "sessions are ended")
    places = [admission.latest(one, show.id) for one in (first, second, third)]
    assert [place and admission.state(place, clock.now()) for place in places] == [
        ("ended", "no_show"),
        ("called", None),
        ("waiting", None),
    ]


def test_lapsed_seats_are_freed_once(premises: Premises, buyer: NewBuyer, interrupt: Interrupt) -> None:
    holder = buyer()
    version = builders.seat(holder.night, holder.number).version
    premises.pass_time(minutes=6)
    interrupt(jobs.LINE, "workers.seats.release_holds", "seats are freed")
    assert fate(holder) == NOT_CHARGED
    assert builders.seat(holder.night, holder.number).version == version + 1


def test_a_silent_payment_is_asked_about(premises: Premises, buyer: NewBuyer, interrupt: Interrupt) -> None:
    holder = buyer()
    holder.approve(holder.press_pay(), "approve_silently")
    premises.pass_time(seconds=61)
    interrupt(jobs.ASKING, "workers.payments.ask_providers", "a late answer is settled")
    assert fate(holder) == holder.sold


def test_a_forgotten_callback_is_settled(premises: Premises, buyer: NewBuyer, interrupt: Interrupt) -> None:
    holder = buyer()
    premises.kill("worker")
    holder.pay()
    wait_until(lambda: jobs.queue(jobs.MONEY).count, what="the callback has come")
    jobs.redis().flushall()
    premises.revive()
    premises.pass_time(seconds=61)
    interrupt(jobs.MONEY, "workers.payments.settle_forgotten", "a stored callback is settled")
    assert fate(holder) == holder.sold


def test_a_cancelled_show_is_paid_back(
    inside: Flask, premises: Premises, night: Schedule, interrupt: Interrupt
) -> None:
    show = builders.schedule(builders.concert("cancelled"))
    fans = [Buyer(inside, premises, show, number) for number in (1, 2)]
    for one in fans:
        one.buy()
    do(closing.cancel_schedules, [show.id], clock.now())
    interrupt(jobs.ASKING, jobs.REFUND_SHOWS, "an order of a cancelled show is ended")
    premises.tidy(minutes=11)
    assert [fate(one) for one in fans] == [PAID_BACK] * 2


def test_a_mail_half_sent_is_sent_by_another(premises: Premises, buyer: NewBuyer, tmp_path: Path) -> None:
    holder, office = buyer(), PostOffice(tmp_path)
    office.behave("hang")
    server = {"MAIL_URL": f"smtp://127.0.0.1:{office.port}", "MAIL_FROM": "tickets@frontrow.test"}
    premises.kill("worker")
    sender = premises.nursery.worker(**server)
    try:
        holder.buy()
        wait_until((tmp_path / "hanging").exists, 30, "the sender is in the middle")
        sender.kill()
        sender.wait(10)
        office.behave("take")
        premises.pass_time(seconds=2 * mails.LEASE.total_seconds())
        sender = premises.nursery.worker(**server)
        jobs.queue(jobs.UPKEEP).enqueue(jobs.SEND_MAILS)
        wait_until(lambda: mails_of(holder) == ["sent"], 30, "the mail is sent")
        assert len(office.taken()) == 1
    finally:
        sender.kill()
        office.close()


def mails_of(holder: Buyer) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Mail.status).where(Mail.user_id == holder.id)))


def test_redis_emptied_in_mid_sale_sells_nothing_twice_and_loses_nothing(premises: Premises, buyer: NewBuyer) -> None:
    crowd = [buyer() for _ in range(6)]
    errands = [Errand(one.buy) for one in crowd]
    emptied = []

    def is_over() -> bool:
        if len(emptied) < 40:
            with Redis.from_url(premises.environment["REDIS_URL"]) as redis:
                emptied.append(redis.flushall())
        else:
            # Whoever's wake-up was lost is found by the janitors, as the clock would have them do.
            premises.tidy(seconds=11)
        return not any(errand.thread.is_alive() for errand in errands)

    wait_until(is_over, 60, "everybody has a ticket")
    assert len(emptied) > 3
    premises.tidy(seconds=61)
    assert [fate(one) for one in crowd] == [one.sold for one in crowd]
