"""The line: entering it, where one stands, leaving, and the tick that everyone gets."""

import json
from datetime import datetime

from flask import Response
from sqlalchemy import select

from webapp import clock
from webapp.accounts import signing_in
from webapp.api import answered, asked, callers, catalogue, idempotency, issuing, limits, tokens
from webapp.api.callers import Caller
from webapp.api.calls import Call
from webapp.api.errors import (
    InFlight,
    KeyMismatch,
    NoSuchConcert,
    NotInLine,
    Unauthorized,
    UserNotFound,
    WhichConcert,
    WhichLine,
)
from webapp.api.idempotency import Claim, Told
from webapp.api.operations import EITHER, FAN, Outcome, Words, operation, told
from webapp.api.tokens import Claims, Pair
from webapp.db import db, transaction, unindexed
from webapp.errors import SaleNotOpen
from webapp.waiting_room import admission, calling, entering, presence, tick
from webapp.waiting_room import routes as line_pages
from webapp.waiting_room.models import Counter, QueueSession

TAG = "line"

CLOSE, NEAR, FAR = 50, 1_000, 10_000  # people ahead
POLL_MS = {CLOSE: 1_000, NEAR: 3_000, FAR: 5_000}
LONGEST_POLL_MS = 10_000

MOST_LINES = 100  # that one fan may stand in and be asked to choose from


@operation(
    "POST",
    "/api/queue/enter",
    tag=TAG,
    words=Words("Enter the line of a concert", "대기열 토큰 발급"),
    body=asked.EnterQueue,
    outcomes={
        201: Outcome(
            Words("A place in line, and tokens bound to it.", "대기열 자리와 그에 묶인 토큰입니다."), answered.Entered
        ),
        200: Outcome(Words("The place you had, with new tokens.", "기존 자리와 새 토큰입니다."), answered.Entered),
    },
    errors=(
        UserNotFound(),
        NoSuchConcert(),
        SaleNotOpen(),
        WhichConcert(concertIds=[1, 2]),
        InFlight(),
        KeyMismatch(),
        Unauthorized(),
    ),
    who=EITHER,
    keyed=True,
    is_told_again=False,
    limits=limits.JOINING,
)
def enter(call: Call) -> Told:
    caller = _who(call)
    concert_id = catalogue.line(call.body.concert_id, call.now)
    claim = call.claim and Claim(f"fan:{caller.user_id}", call.claim.operation, call.claim.key, call.claim.fingerprint)
    # Looked at first: who enters another line, or has left this one since, must not draw a number on the way.
    kept = _known(claim, call.now) or _entered(claim, caller.user_id, concert_id, call.now)
    entered = json.loads(kept.body)
    # Tokens are never kept: an answer told again comes with new ones for the same place.
    pair = _pair(caller, entered["sessionId"], call.now)
    fresh = {"token": pair.access, "refreshToken": pair.refresh, "expiresIn": pair.expires_in}
    return Told(kept.status, json.dumps(entered | fresh), kept.is_repeated)


@operation(
    "GET",
    "/api/queue/position",
    tag=TAG,
    words=Words("Where you stand", "대기 번호 조회"),
    query=asked.WhichPlace,
    outcomes={200: Outcome(Words("Your place now.", "현재 대기 상태입니다."), answered.Position)},
    errors=(NotInLine(), WhichLine(concertIds=[1, 2])),
    who=FAN,
    limits=limits.FANS,
)
def position(call: Call) -> Told:
    place = _place(call.fan, call.query.concert_id)
    state, _ = admission.state(place, call.now)
    if state == "waiting":
        presence.here.asks(place.concert_id, place.wait_number, call.now)
    ahead = admission.ahead(place, call.now) or 0
    seen = answered.Position(
        remaining_count=ahead,
        wait_number=place.wait_number,
        serving_number=db.session.get_one(Counter, place.concert_id).serving_number,
        state=state,  # type: ignore[arg-type]
        expires_at=admission.lasts_until(place),
        poll_after_ms=_poll_after(state, ahead),
    )
    return told(seen)


@operation(
    "DELETE",
    "/api/queue/session",
    tag=TAG,
    words=Words("Leave the line", "대기열 나가기"),
    query=asked.WhichPlace,
    outcomes={204: Outcome(Words("The place is given up.", "대기열에서 나왔습니다."))},
    errors=(NotInLine(), WhichLine(concertIds=[1, 2])),
    who=FAN,
    limits=limits.FANS,
)
def leave(call: Call) -> Told:
    user_id, concert_id = call.fan.user_id, _place(call.fan, call.query.concert_id).concert_id
    with transaction():
        calling.lock(concert_id)  # first the lock, then the clock, as on the page
        has_left = admission.leave(user_id, concert_id, clock.now())
    if not has_left:
        raise NotInLine()
    return told(None, 204)


@operation(
    "GET",
    "/api/queue/{concertId}/status",
    tag=TAG,
    words=Words("The tick of a line, the same for everyone", "대기열 현황"),
    outcomes={
        200: Outcome(
            Words("Where the line stands; may be kept for a second.", "대기열 현황이며 1초 동안 캐시할 수 있습니다."),
            answered.Tick,
            headers=("ETag", "Cache-Control"),
        ),
        304: Outcome(Words("Nothing has changed since.", "변경된 내용이 없습니다.")),
    },
    errors=(NoSuchConcert(),),
    limits=limits.EVERYBODY,
)
def status(call: Call, concertId: int) -> Response:  # noqa: N803 - as the path spells it
    return line_pages.cacheable(tick.read(catalogue.concert(concertId, call.now), call.now))


def _who(call: Call) -> Caller:
    """By the token, or by address and password. Raises UserNotFound for either being wrong, alike."""
    if call.body.email is None:
        return call.fan
    user_id = signing_in.who(call.body.email.strip(), call.body.password)
    if user_id is None:
        raise UserNotFound()
    return Caller(user_id, "", None, is_over=False)


def _known(claim: Claim | None, now: datetime) -> Told | None:
    """What was told under this key before. Raises InFlight and KeyMismatch, as long as nothing has been done."""
    if claim is None:
        return None
    with transaction():
        idempotency.lock(claim)
        return idempotency.stored(claim, now)


def _entered(claim: Claim | None, user_id: int, concert_id: int, now: datetime) -> Told:
    """The fan's place, kept under the key without tokens: who asked in the same moment got the same one."""
    place, is_new = entering.enter(concert_id, user_id)

    def effect() -> Told:
        entered = answered.Entered(
            token="",
            refresh_token="",
            expires_in=0,
            session_id=place.id,
            wait_number=place.wait_number,
            remaining_count=admission.ahead(place, now) or 0,
        )
        return told(entered, 201 if is_new else 200)

    if claim is None:
        return effect()  # it only reads, and nothing is to be kept
    with transaction():
        return idempotency.once(claim, now, effect)


def _pair(caller: Caller, session_id: int, now: datetime) -> Pair:
    """Tokens bound to the place, for the sign-in of the token; or for a new one, of who came with a password."""
    if caller.sign_in_key:
        return issuing.issue(Claims(caller.user_id, caller.sign_in_key, session_id), callers.keys())
    with transaction():
        key = signing_in.start(caller.user_id, now)
        return tokens.issue(Claims(caller.user_id, key, session_id), callers.keys(), now)


def _place(caller: Caller, concert_id: int | None) -> QueueSession:
    """The fan's place in the line they name; else the token's, or their newest. Raises NotInLine or WhichLine."""
    bound = caller.session
    if bound is not None and concert_id in {None, bound.concert_id}:
        return bound
    mine = select(QueueSession).where(QueueSession.user_id == caller.user_id)
    if concert_id is not None:
        mine = mine.where(unindexed(QueueSession.concert_id) == concert_id)
    newest_first = mine.order_by(QueueSession.is_terminated, QueueSession.id.desc()).limit(MOST_LINES)
    places = db.session.scalars(newest_first).all()
    if not places:
        raise NotInLine()
    lines = sorted(place.concert_id for place in places if not place.is_terminated)
    if len(lines) > 1:
        raise WhichLine(concertIds=lines)
    return places[0]


def _poll_after(state: str, ahead: int) -> int:
    """Who is close looks often, who is far away rarely: the line moves by hundreds a minute, not by ten thousands."""
    if state != "waiting":
        return LONGEST_POLL_MS
    return next((ms for most, ms in POLL_MS.items() if ahead <= most), LONGEST_POLL_MS)
