"""Signing up, in and out."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from webapp import clock
from webapp.accounts import signing_in
from webapp.accounts.forms import SignInForm, SignUpForm
from webapp.accounts.next_page import safe_next
from webapp.accounts.passwords import hash_password
from webapp.db import transaction
from webapp.extensions import limiter
from webapp.layout import here

blueprint = Blueprint("accounts", __name__)

Answer = str | Response | tuple[str, int]

# One address may be a campus or a phone network with thousands of fans: passwords are guarded by the account's limit.
per_address = limiter.limit("300 per minute", methods=["POST"])
# Signing up tries the password of an address that has an account, so both count as tries of one account.
per_account = limiter.shared_limit(
    "10 per minute",
    scope="account",
    methods=["POST"],
    key_func=lambda: "account:" + request.form.get("email", "").strip().lower(),
)


@blueprint.route("/sign-up", methods=["GET", "POST"])
@per_address
@per_account
def sign_up() -> Answer:
    form = SignUpForm(data={"next": request.args.get("next", "")})
    if current_user.is_authenticated:
        return _onward(form.next.data)
    if not form.validate_on_submit():
        return _form("accounts/sign_up.html", form)
    email, name, password = form.email.data, form.name.data, form.password.data
    hashed = hash_password(password)
    with transaction():
        user_id = signing_in.sign_up(email, name, hashed)
    if user_id is None:
        # An address that has an account gets in with its own password, and otherwise the answer sign-in gives.
        user_id = signing_in.who(email, password)
    if user_id is None:
        form.form_errors.append(_("With this address and password you can neither sign up nor sign in."))
        return _form("accounts/sign_up.html", form)
    return _enter(user_id, form.next.data)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@per_address
@per_account
def sign_in() -> Answer:
    form = SignInForm(data={"next": request.args.get("next", "")})
    if current_user.is_authenticated:
        return _onward(form.next.data)
    if not form.validate_on_submit():
        return _form("accounts/sign_in.html", form)
    user_id = signing_in.who(form.email.data, form.password.data)
    if user_id is None:
        form.form_errors.append(_("The address or the password is not right."))
        return _form("accounts/sign_in.html", form)
    return _enter(user_id, form.next.data)


@blueprint.post("/sign-out")
def sign_out() -> Answer:
    if current_user.is_authenticated:
        key = current_user.get_id()
        with transaction():
            signing_in.end(key)
    logout_user()
    session.clear()
    return redirect(url_for("concerts.index"), 303)


def ask_to_sign_in() -> Response:
    """To the sign-in page, and from there back: to the page asked for, or to the one that the sent form stood on."""
    return redirect(url_for("accounts.sign_in", next=here()), 303)


def _enter(user_id: int, target: str | None) -> Response:
    with transaction():
        key = signing_in.start(user_id, clock.now())
        signing_in.reads(user_id, str(get_locale()))
    session.clear()  # nothing that was in the signed-out cookie outlives the sign-in
    session.permanent = True
    user = signing_in.load(key)
    assert user is not None
    login_user(user)
    return _onward(target)


def _onward(target: str | None) -> Response:
    return redirect(safe_next(target) or url_for("concerts.index"), 303)


def _form(template: str, form: SignInForm | SignUpForm) -> Answer:
    page = render_template(template, form=form)
    return (page, 422) if form.is_submitted() else page
