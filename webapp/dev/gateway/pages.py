"""The pages: where a fan pays, and where a developer sees the latest payments and their callbacks."""

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from webapp.dev.gateway import callbacks, decisions, moments, payments, words
from webapp.dev.gateway.refusals import Refused
from webapp.dev.gateway.till import till

LATEST = 50

blueprint = Blueprint("pages", __name__)


@blueprint.app_context_processor
def speak() -> dict[str, Any]:
    """The reader's words, amounts and times for every template. The shop may know the fan's language, as `lang`."""
    asked = request.args.get("lang", "")
    accepted = request.accept_languages.best_match(words.LANGUAGES) or words.LANGUAGES[0]
    language = asked if asked in words.LANGUAGES else accepted
    formats = {"won": words.won, "korea_time": words.korea_time}
    return {"lang": language, "w": words.WORDS[language], "merchant": words.MERCHANT, **formats}


@blueprint.get("/")
def index() -> str:
    """The latest payments and how telling the shop went."""
    with till().database.reading() as book:
        latest = payments.latest(book, LATEST)
        told = callbacks.of_payments(book, [payment.id for payment in latest])
    return render_template("index.html", latest=latest, told=told, form_token=till().form_token)


@blueprint.get("/healthz")
def health() -> Response:
    """Whether the company works: its book can be read."""
    with till().database.reading() as book:
        book.execute("SELECT 1 FROM payments LIMIT 1")
    return jsonify(status="ok")


@blueprint.get("/pay/<payment_id>")
def pay(payment_id: str) -> str:
    """The page a fan sees: a choice, or what became of it."""
    with till().database.reading() as book:
        payment = payments.get(book, payment_id)
    if not payment.is_decidable:
        return render_template("decided.html", payment=payment)
    late_at = decisions.late_approval_time(payment, till().settings, moments.now())
    return render_template(
        "pay.html", payment=payment, late_at=moments.spell(late_at), token=till().form_token(payment.id)
    )


@blueprint.post("/pay/<payment_id>")
def choose(payment_id: str) -> Redirect:
    """Carry out the fan's first choice; any choice leads back to the shop."""
    choice = request.form.get("choice", "")
    with till().database.reading() as book:
        payment = payments.get(book, payment_id)
    if not till().accepts_token(payment_id, request.form.get("token", "")):
        raise Refused(403, "stale_form", "This form did not come from the payment's page.")
    if choice not in decisions.CHOICES:
        raise Refused(422, "invalid_choice", "There is no such choice.", "choice")
    if payment.is_decidable:
        with till().database.transaction() as book:
            announced = decisions.decide(book, payment, choice, till().settings, moments.now())
        till().delivery.send(announced)
    return redirect(payment.return_url, code=303)


@blueprint.post("/callbacks/<int(max=9007199254740991):callback_id>/deliveries")
def send_again(callback_id: int) -> Redirect:
    """Send a callback once more, delivered or not."""
    if not till().accepts_token(f"callback {callback_id}", request.form.get("token", "")):
        raise Refused(403, "stale_form", "This form did not come from the list of payments.")
    with till().database.transaction() as book:
        callback = callbacks.reopen(book, callback_id)
    if callback is None:
        raise Refused(404, "callback_not_found", "There is no such callback.")
    till().delivery.send([callback])
    return redirect(url_for("pages.index"), code=303)
