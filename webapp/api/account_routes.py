"""Signing up, tokens, signing out."""

from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.accounts import signing_in
from webapp.accounts.forms import SignUpForm
from webapp.accounts.passwords import hash_password
from webapp.api import answered, asked, callers, idempotency, limits, tokens
from webapp.api.calls import Call
from webapp.api.errors import BadRefresh, BadSignIn, EmailTaken, InFlight, Invalid, KeyMismatch
from webapp.api.idempotency import Told
from webapp.api.operations import FAN, Outcome, Words, operation, told
from webapp.api.tokens import Claims, Pair
from webapp.db import transaction

TAG = "accounts"


@operation(
    "POST",
    "/api/users",
    tag=TAG,
    words=Words("Sign up", "회원 가입"),
    body=asked.SignUp,
    outcomes={201: Outcome(Words("The account exists now.", "계정이 만들어졌습니다."), answered.SignedUp)},
    errors=(EmailTaken(), InFlight(), KeyMismatch()),
    keyed=True,
    limits=limits.PASSWORDS,
)
def sign_up(call: Call) -> Told:
    # The form of the sign-up page holds the rules: what it refuses is refused here, in the same words.
    form = SignUpForm(MultiDict(call.body.model_dump()), meta={"csrf": False})
    if not form.validate():
        raise Invalid(errors=_faults(form.errors))

    hashed = hash_password(form.password.data)

    def effect() -> Told:
        user_id = signing_in.sign_up(form.email.data, form.name.data, hashed)
        if user_id is None:
            raise EmailTaken()
        return told(answered.SignedUp(user_id=user_id), 201)

    with transaction():
        return idempotency.once(call.claim, call.now, effect)


@operation(
    "POST",
    "/api/auth/token",
    tag=TAG,
    words=Words("Sign in for a pair of tokens", "토큰 발급(로그인)"),
    body=asked.SignIn,
    outcomes={200: Outcome(Words("A pair of tokens.", "토큰 쌍입니다."), answered.Tokens)},
    errors=(BadSignIn(),),
    limits=limits.PASSWORDS,
)
def sign_in(call: Call) -> Told:
    user_id = signing_in.who(call.body.email.strip(), call.body.password)
    if user_id is None:
        raise BadSignIn()
    with transaction():
        claims = Claims(user_id, signing_in.start(user_id, call.now), None)
        pair = tokens.issue(claims, callers.keys(), call.now)
    return _told(pair)


@operation(
    "POST",
    "/api/auth/refresh",
    tag=TAG,
    words=Words("Exchange a refresh token for a new pair", "토큰 갱신"),
    body=asked.Refresh,
    outcomes={
        200: Outcome(
            Words(
                "A new pair; the old refresh token is dead. Using it again ends the sign-in.",
                "새 토큰 쌍입니다. 이전 리프레시 토큰은 무효가 되며, 다시 쓰면 로그인이 종료됩니다.",
            ),
            answered.Tokens,
        )
    },
    errors=(BadRefresh(),),
    limits=limits.EVERYBODY,
)
def refresh(call: Call) -> Told:
    # The refusal comes after the commit: a token used twice has just ended its sign-in.
    with transaction():
        pair = tokens.renew(call.body.refresh_token, callers.keys(), call.now)
    if pair is None:
        raise BadRefresh()
    return _told(pair)


@operation(
    "DELETE",
    "/api/auth/token",
    tag=TAG,
    words=Words("Sign this program out", "로그아웃"),
    outcomes={204: Outcome(Words("Its tokens are refused from now on.", "발급된 토큰이 모두 무효가 됩니다."))},
    who=FAN,
    limits=limits.FANS,
)
def sign_out(call: Call) -> Told:
    key = call.fan.sign_in_key
    with transaction():
        signing_in.end(key)
    return told(None, 204)


@operation(
    "DELETE",
    "/api/auth/sign-ins",
    tag=TAG,
    words=Words("Sign out everywhere, browsers too", "모든 기기에서 로그아웃"),
    outcomes={204: Outcome(Words("Every sign-in has ended.", "모든 로그인이 종료되었습니다."))},
    who=FAN,
    limits=limits.FANS,
)
def sign_out_everywhere(call: Call) -> Told:
    user_id = call.fan.user_id
    with transaction():
        signing_in.end_all(user_id)
    return told(None, 204)


def _told(pair: Pair) -> Told:
    return told(
        answered.Tokens(access_token=pair.access, refresh_token=pair.refresh, expires_in=pair.expires_in),
    )


def _faults(errors: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"field": f"body.{field}", "code": f"bad-{field}", "detail": str(sentence)}
        for field, sentences in errors.items()
        for sentence in sentences[:1]
    ]
