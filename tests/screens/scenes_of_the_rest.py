"""Scenes: what goes wrong, the payment company's pages, letters, and the API."""

from collections.abc import Callable

import requests
from flask import Flask
from flask_wtf.csrf import CSRFError
from playwright.sync_api import Page, Route
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import RequestEntityTooLarge

from tests.builders import do, fan
from tests.screens.cast import CLUB, HALL, bought, held, show, total
from tests.screens.scenes import Place, scene
from webapp import clock
from webapp.accounts.models import User
from webapp.checkout import letters, refunding
from webapp.checkout.mail_models import Mail
from webapp.checkout.providers import Charge
from webapp.checkout.providers.sandbox import Sandbox
from webapp.db import db
from webapp.errors import LineTooBusy, ShowCancelled, TooManyRequests

ERRORS, GATEWAY, LETTERS = "What goes wrong", "The payment company", "Letters"
_app: list[Flask] = []
_letter: list[str] = []


@scene(ERRORS)
def nothing_here(place: Place) -> str:
    """404."""
    return "/no-such-page"


def failing(error: Callable[[], Exception]) -> Callable[[Page], None]:
    """The app's own answer to an error that cannot be brought about from outside."""

    def answer(route: Route) -> None:
        app = _app[-1]
        language = route.request.headers.get("accept-language", "en")
        with app.test_request_context("/failing", headers={"Accept-Language": language, "Accept": "text/html"}):
            app.preprocess_request()
            said = app.make_response(app.handle_user_exception(error()))
            body, status = said.get_data(), said.status_code
        route.fulfill(status=status, body=body, content_type="text/html; charset=utf-8")

    return lambda page: page.route("**/failing", answer)


def _fails(place: Place) -> str:
    _app.append(place.app)
    return "/failing"


@scene(ERRORS, before=failing(lambda: RuntimeError("a picture of a failure")))
def failure_of_ours(place: Place) -> str:
    """500."""
    return _fails(place)


@scene(ERRORS, before=failing(lambda: OperationalError("SELECT", {}, Exception("away"))))
def database_away(place: Place) -> str:
    """503."""
    return _fails(place)


@scene(ERRORS, before=failing(lambda: TooManyRequests()))
def too_many_requests(place: Place) -> str:
    """429."""
    return _fails(place)


@scene(ERRORS, before=failing(lambda: CSRFError("old")))
def stale_form(place: Place) -> str:
    """400: the page was open for too long."""
    return _fails(place)


@scene(ERRORS, before=failing(LineTooBusy))
def line_too_busy(place: Place) -> str:
    """503: more people join than the line can take in at once."""
    return _fails(place)


@scene(ERRORS, before=failing(ShowCancelled))
def not_any_more(place: Place) -> str:
    """409: it was possible when the page was opened."""
    return _fails(place)


@scene(ERRORS, before=failing(RequestEntityTooLarge))
def too_large(place: Place) -> str:
    """413: a file that nobody should send."""
    return _fails(place)


def opened(place: Place) -> str:
    """The address at the gateway of a payment of ours."""
    settings = place.app.extensions["settings"]
    gateway = Sandbox(
        place.gateway,
        place.gateway,
        f"{place.address}/payments/callbacks/sandbox",
        settings.sandbox_api_key,
        settings.sandbox_webhook_secret,
    )
    order = held(show(HALL), 1, 2)
    back = f"{place.address}/orders/{order.public_id}"
    charge = Charge(
        order.public_id, order.public_id, total(order), "KRW", "Last Stop, First Light", back, order.expires_at
    )
    return gateway.start(charge).redirect_url


@scene(GATEWAY)
def gateway_pay(place: Place) -> str:
    """Approve or decline."""
    return opened(place)


@scene(GATEWAY)
def gateway_decided(place: Place) -> str:
    """A payment that is decided."""
    address = opened(place)
    page = requests.get(address, timeout=10).text
    token = page.split('name="token" value="')[1].split('"')[0]
    form = {"token": token, "choice": "decline"}
    requests.post(address, data=form, timeout=10, allow_redirects=False).raise_for_status()
    return address


@scene(GATEWAY)
def gateway_latest(place: Place) -> str:
    """The latest payments and their callbacks."""
    gateway_decided(place)
    opened(place)
    return f"{place.gateway}/"


@scene(GATEWAY)
def gateway_unknown(place: Place) -> str:
    """No such payment."""
    return f"{place.gateway}/pay/no-such-payment"


def _show_letter(page: Page) -> None:
    page.route("**/letter", lambda route: route.fulfill(body=_letter[-1], content_type="text/html; charset=utf-8"))


def written(kind: str, language: str) -> str:
    """A letter of this kind as its fan gets it."""
    fan("holder")
    do(db.session.execute, update(User).values(language=language))
    order = bought(show(HALL), 1, 2)
    if kind == "refund_coming":
        do(refunding.cancel, order.user_id, order.id, 0, clock.now())
    found = db.session.scalars(select(Mail).where(Mail.kind == kind)).one()
    _letter.append(letters.rendered(found)[2])
    return "/letter"


@scene(LETTERS, before=_show_letter)
def letter_of_an_order(place: Place) -> str:
    """The confirmation of an order, in English."""
    return written("order_confirmed", "en")


@scene(LETTERS, before=_show_letter)
def letter_of_an_order_in_korean(place: Place) -> str:
    """The same in Korean."""
    return written("order_confirmed", "ko")


@scene(LETTERS, before=_show_letter)
def letter_of_a_refund(place: Place) -> str:
    """A refund is on its way, in English."""
    return written("refund_coming", "en")


@scene(LETTERS, before=_show_letter)
def letter_of_a_refund_in_korean(place: Place) -> str:
    """The same in Korean."""
    return written("refund_coming", "ko")


@scene("The API", alike=".operation ~ .operation")
def api(place: Place) -> str:
    """The API's page."""
    show(CLUB)
    return "/api/docs"
