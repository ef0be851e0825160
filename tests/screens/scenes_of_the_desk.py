"""Scenes: the operator's pages."""

from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect
from rq.job import JobStatus
from rq.registry import FailedJobRegistry
from sqlalchemy import select

from tests.builders import do, fan, operator, report
from tests.screens.cast import CLUB, HALL, RECITAL, attempt, bought, crowd, first_night, held, line, sell, show, total
from tests.screens.scenes import Place, scene
from webapp import clock
from webapp import jobs as queues
from webapp.checkout import closing, refunding, returning, settling, strays
from webapp.checkout import door as gate
from webapp.checkout.mail_models import Mail
from webapp.checkout.models import Ticket
from webapp.checkout.providers import Report
from webapp.checkout.refund_models import Refund
from webapp.concerts.models import Concert
from webapp.db import db
from webapp.waiting_room import joining, lobby, steering
from workers import clock as workers_clock

KIND = "The operator's desk"
desk = {"kind": KIND, "role": "operator"}


def selling() -> Concert:
    """An evening under way: a line, holds, sales, and a message."""
    concert = show(HALL)
    sell(concert)
    do(steering.set_capacity, concert.id, 120, clock.now())
    line(concert, 640)
    return concert


@scene(**desk)
def houses(place: Place) -> str:
    """Every house at a glance."""
    operator()
    selling()
    show(CLUB)
    before = show(RECITAL, opens_minutes=5)
    for user in crowd(25):
        do(lobby.enter, user, before.id, clock.now())
    return "/admin"


@scene(**desk)
def house_on_sale(place: Place) -> str:
    """One concert, live, with its controls."""
    operator()
    concert = selling()
    do(steering.say, concert.id, "Doors open at half past six.", clock.now())
    return f"/admin/concerts/{concert.slug}"


@scene(**desk)
def house_before_the_sale(place: Place) -> str:
    """The lobby is filling."""
    operator()
    concert = show(RECITAL, opens_minutes=5)
    for user in crowd(30):
        do(lobby.enter, user, concert.id, clock.now())
    return f"/admin/concerts/{concert.slug}"


def _ask_to_pause(page: Page) -> None:
    page.locator("form[action$='/line/pause'] button").click()
    expect(page.locator("dialog[open]")).to_be_visible()


@scene(**desk, then=_ask_to_pause)
def house_pausing(place: Place) -> str:
    """Pause the line, really?"""
    operator()
    concert = show(CLUB)
    do(joining.join_all, crowd(70), concert.id, clock.now())
    return f"/admin/concerts/{concert.slug}"


@scene(**desk)
def cancelling_performances(place: Place) -> str:
    """Which performances are cancelled?"""
    operator()
    concert = show(HALL)
    bought(concert, 1, 2)
    return f"/admin/concerts/{concert.slug}/cancellation"


@scene(**desk)
def performances_cancelled(place: Place) -> str:
    """The money is going back."""
    operator()
    concert = show(CLUB)
    orders = [bought(concert, 2 * one + 1, 2 * one + 2, role=f"holder-{one}") for one in range(4)]
    do(closing.cancel_schedules, [first_night(concert).id], clock.now())
    for order in orders[:3]:
        do(closing.end_order, order.id, clock.now())
    first = db.session.scalars(select(Refund).order_by(Refund.id)).first()
    assert first is not None
    do(returning.returned, first.id, first.card_amount, clock.now())
    return f"/admin/concerts/{concert.slug}/cancellation"


@scene(**desk)
def orders_found(place: Place) -> str:
    """Orders, and refunds that need a look."""
    operator()
    concert = show(HALL)
    for one in range(3):
        order = bought(concert, 2 * one + 1, role=f"holder-{one}")
        if one < 2:
            do(refunding.cancel, order.user_id, order.id, 0, clock.now())
    refused = db.session.scalars(select(Refund).order_by(Refund.id)).first()
    assert refused is not None
    do(returning.refused, refused.id, clock.now())
    return "/admin/orders?find=holder-2@frontrow.test"


@scene(**desk)
def orders_none(place: Place) -> str:
    """No order like that."""
    operator()
    return "/admin/orders?find=nobody@frontrow.test"


@scene(**desk)
def order_cancelling(place: Place) -> str:
    """Cancel an order, with the fee or without."""
    operator()
    return f"/admin/orders/{bought(show(HALL), 1, 2).public_id}/refund"


@scene(**desk)
def payments_in_review(place: Place) -> str:
    """Payments that we cannot settle by ourselves."""
    operator()
    order = held(show(CLUB), 1, 2)
    payment = attempt(order, total(order))
    do(settling.settle, payment.id, report(payment, amount=1), clock.now())
    foreign = Report("not-ours", "pay_foreign", "paid", 45_000, "KRW")
    do(strays.keep, "sandbox", foreign, strays.UNKNOWN, clock.now())
    return "/admin/payments"


@scene(**desk)
def payments_none(place: Place) -> str:
    """Nothing to look at."""
    operator()
    return "/admin/payments"


@scene(**desk)
def reconciliation(place: Place) -> str:
    """A provider's day to compare."""
    operator()
    return "/admin/reconciliation"


@scene(**desk)
def reconciled(place: Place) -> str:
    """A day on which a payment is here and not there."""
    operator()
    bought(show(CLUB), 1, 2)
    return f"/admin/reconciliation?provider=sandbox&day={clock.now().astimezone(ZoneInfo('Asia/Seoul')):%Y-%m-%d}"


@scene(**desk)
def doors(place: Place) -> str:
    """Whose tickets are scanned here?"""
    operator()
    bought(show(HALL), 1, 2)
    show(CLUB)
    return "/admin/door"


def door(place: Place) -> str:
    operator()
    concert = show(CLUB)
    bought(concert, 1, 2)
    return f"/admin/door/{first_night(concert).id}"


def _type(page: Page, code: str, answer: str) -> None:
    page.locator("#code").fill(code)
    page.locator(".door-typed .button").click()
    expect(page.locator(f"[data-answer={answer}]")).to_be_visible()


def _a_code() -> str:
    return db.session.scalars(select(Ticket.code).order_by(Ticket.id)).first() or ""


@scene(**desk)
def door_ready(place: Place) -> str:
    """Ready to scan."""
    return door(place)


@scene(**desk, then=lambda page: _type(page, _a_code(), "already_in"))
def door_already_in(place: Place) -> str:
    """A ticket that is in already."""
    address = door(place)
    schedule = int(address.rsplit("/", 1)[1])
    do(gate.admit, _a_code(), schedule, fan("usher"), "Gate 2", clock.now())
    return address


@scene(**desk, then=lambda page: _type(page, "NOSUCHCODE", "unknown"))
def door_unknown(place: Place) -> str:
    """A code that no ticket has."""
    return door(place)


@scene(**desk)
def outbox(place: Place) -> str:
    """Every mail, and what became of it."""
    operator()
    _write()
    return "/admin/outbox"


@scene(**desk)
def mail(place: Place) -> str:
    """One mail."""
    operator()
    _write()
    return f"/admin/outbox/{db.session.scalars(select(Mail.public_id).order_by(Mail.id)).first()}"


def _write() -> None:
    order = bought(show(HALL), 1, 2)
    do(refunding.cancel, order.user_id, order.id, 0, clock.now())
    bought(show(CLUB), 1, role="second")


@scene(**desk)
def jobs(place: Place) -> str:
    """Recurring and failed jobs."""
    operator()
    _register_jobs(place)
    return "/admin/jobs"


def _register_jobs(place: Place) -> None:
    """As the clock does when it starts, and a job that failed."""
    cron = workers_clock.scheduler()
    cron.register_birth()
    queue = queues.queue(queues.MONEY)
    job = queue.enqueue(queues.SETTLE_EVENT, 12)
    queue.remove(job)
    failed = FailedJobRegistry(queues.MONEY, connection=queues.redis())
    failed.add(job, exc_string="Traceback (most recent call last):\nConnectionError: the payment company is away")
    job.ended_at = clock.now()
    job.save()
    job.set_status(JobStatus.FAILED)


@scene(**desk)
def jobs_without_a_clock(place: Place) -> str:
    """Neither clock nor worker runs."""
    operator()
    return "/admin/jobs"


def _steer(page: Page) -> None:
    """A few actions, through the page, so that they are written down."""
    address = page.url
    for name, value in (("capacity", "80"), ("per_minute", "30"), ("message", "Ten minutes more.")):
        page.goto(address.replace("/admin/log", f"/admin/concerts/{_slug()}"))
        page.locator(f"[name={name}]").fill(value)
        page.locator(f"form:has([name={name}]) .button").click()
    page.goto(address)


def _slug() -> str:
    return db.session.scalars(select(Concert.slug).order_by(Concert.id)).first() or ""


@scene(**desk, then=_steer)
def log(place: Place) -> str:
    """Who did what."""
    operator()
    show(CLUB)
    return "/admin/log"


@scene(**desk)
def log_empty(place: Place) -> str:
    """Nobody has done anything yet."""
    operator()
    return "/admin/log"
