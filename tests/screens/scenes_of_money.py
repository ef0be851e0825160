"""Scenes: an order from hold to ticket, what goes back, and the wallet."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.builders import do, fan, report
from tests.screens.cast import CLUB, HALL, attempt, bought, expire, held, show, total
from tests.screens.scenes import Place, scene
from webapp import clock
from webapp.booking.models import Order, Reservation
from webapp.checkout import payments, points, refunding, returning, settling
from webapp.checkout.models import Ticket
from webapp.checkout.refund_models import Refund
from webapp.db import db

KIND = "Money"


def page_of(order: Order) -> str:
    return f"/orders/{order.public_id}"


def ticket_of(order: Order) -> str:
    mine = select(Reservation.id).where(Reservation.order_id == order.id)
    code = select(Ticket.code).where(Ticket.reservation_id.in_(mine)).order_by(Ticket.id)
    return f"/tickets/{db.session.scalars(code).first()}"


@scene(KIND, role="holder")
def order_held(place: Place) -> str:
    """Seats are held; how are they paid?"""
    return page_of(held(show(HALL), 1, 2, point=200_000))


@scene(KIND, role="holder")
def order_held_without_points(place: Place) -> str:
    """The same without points."""
    return page_of(held(show(CLUB), 1))


def _split(page: Page) -> None:
    page.locator("[value=split]").check()
    expect(page.locator("#points")).to_be_visible()


@scene(KIND, role="holder", then=_split)
def order_points_and_card(place: Place) -> str:
    """Some from points, the rest by card."""
    return page_of(held(show(CLUB), 1, 2, point=30_000))


@scene(KIND, role="holder")
def order_nearly_over(place: Place) -> str:
    """Less than a minute is left."""
    order = held(show(CLUB), 1, 2)
    expire(order, 55)
    return page_of(order)


def _let_go(page: Page) -> None:
    page.locator("form[data-question] button").first.click()
    expect(page.locator("dialog[open]")).to_be_visible()


@scene(KIND, role="holder", then=_let_go)
def order_letting_go(place: Place) -> str:
    """Let these seats go, really?"""
    return page_of(held(show(CLUB), 1, 2))


def _ask_too_much(page: Page) -> None:
    page.locator("[value=split]").check()
    page.locator("form.pay").evaluate("form => form.noValidate = true")
    page.locator("#points").fill("999999")
    page.locator("form.pay > .button").click()
    page.locator("[role=alert]").wait_for()


@scene(KIND, role="holder", then=_ask_too_much)
def order_with_a_problem(place: Place) -> str:
    """More points than there are: nothing is lost, and the choice stays."""
    return page_of(held(show(CLUB), 1, 2, point=30_000))


@scene(KIND, role="holder")
def payment_pending(place: Place) -> str:
    """Waiting for the payment company."""
    order = held(show(CLUB), 1, 2)
    attempt(order, total(order))
    return page_of(order)


@scene(KIND, role="holder")
def payment_refused(place: Place) -> str:
    """The card was declined; the seats are still held."""
    order = held(show(CLUB), 1, 2)
    payment = attempt(order, total(order))
    do(settling.settle, payment.id, report(payment, "failed"), clock.now())
    return page_of(order)


@scene(KIND, role="holder")
def order_ran_out(place: Place) -> str:
    """The hold is over."""
    order = held(show(CLUB), 1)
    expire(order, -5)
    return page_of(order)


@scene(KIND, role="holder")
def order_let_go(place: Place) -> str:
    """The fan let the seats go."""
    order = held(show(CLUB), 1)
    do(payments.give_up, order.user_id, order.id, clock.now())
    return page_of(order)


@scene(KIND, role="holder")
def order_paid(place: Place) -> str:
    """Paid: the tickets."""
    return page_of(bought(show(HALL), 1, 2, 3))


@scene(KIND, role="holder")
def refund_offered(place: Place) -> str:
    """What cancelling costs, by day."""
    return f"{page_of(bought(show(HALL), 1, 2))}/refund"


def cancelled(order: Order) -> Refund:
    do(refunding.cancel, order.user_id, order.id, 0, clock.now())
    return db.session.scalars(select(Refund).where(Refund.order_id == order.id)).one()


@scene(KIND, role="holder")
def order_being_refunded(place: Place) -> str:
    """Cancelled; the payment company is asked for the money."""
    order = bought(show(HALL), 1, 2)
    cancelled(order)
    return page_of(order)


@scene(KIND, role="holder")
def order_refunded(place: Place) -> str:
    """Cancelled, and the money is back."""
    order = bought(show(HALL), 1, 2)
    refund = cancelled(order)
    do(returning.returned, refund.id, refund.card_amount, clock.now())
    return page_of(order)


@scene(KIND, role="holder")
def payment_too_late(place: Place) -> str:
    """Paid after the hold was over; somebody else has the seats."""
    concert = show(CLUB)
    order = held(concert, 1, 2)
    payment = attempt(order, total(order))
    expire(order, -5)
    held(concert, 1, 2, role="latecomer")
    assert do(settling.settle, payment.id, report(payment), clock.now()) == "cancelling"
    return page_of(order)


@scene(KIND, role="holder")
def ticket(place: Place) -> str:
    """A ticket on the screen."""
    return ticket_of(bought(show(HALL), 1))


def _print(page: Page) -> None:
    page.emulate_media(media="print")


@scene(KIND, role="holder", then=_print)
def ticket_printed(place: Place) -> str:
    """A ticket on paper."""
    return ticket_of(bought(show(HALL), 1))


@scene(KIND, role="holder")
def ticket_void(place: Place) -> str:
    """The ticket of a cancelled order."""
    order = bought(show(CLUB), 1)
    address = ticket_of(order)
    cancelled(order)
    return address


@scene(KIND, role="holder")
def orders(place: Place) -> str:
    """Every order of a fan."""
    cancelled(bought(show(CLUB), 1))
    bought(show(HALL), 5, 6)
    bought(show(CLUB), 5)
    let_go = held(show(HALL), 9)
    do(payments.give_up, let_go.user_id, let_go.id, clock.now())
    held(show(HALL), 7, 8)
    return "/orders"


@scene(KIND, role="holder")
def orders_empty(place: Place) -> str:
    """No orders yet."""
    fan("holder")
    return "/orders"


@scene(KIND, role="holder")
def wallet(place: Place) -> str:
    """Points, and every change of them."""
    holder = fan("holder", point=500_000)
    for key, amount in (("one", 50_000), ("two", 10_000)):
        payment = do(payments.start_top_up, holder, amount, "sandbox", key, clock.now())
        do(payments.started, payment.id, f"pay_{key}", "/")
        do(settling.settle, payment.id, report(payment), clock.now())
    waiting = do(payments.start_top_up, holder, 100_000, "sandbox", "three", clock.now())
    do(payments.started, waiting.id, "pay_three", "/")
    assert points.balance(holder) == 560_000
    return "/wallet"


def _ask_for_nothing(page: Page) -> None:
    page.locator("#amount").fill("12")
    page.locator(".top-up-other .button").click()
    page.locator("[role=alert]").wait_for()


@scene(KIND, role="holder", then=_ask_for_nothing)
def wallet_empty_with_a_problem(place: Place) -> str:
    """No points yet, and an amount that cannot be."""
    fan("holder")
    return "/wallet"
