"""What answers hold, field by field."""

import datetime as dt
from datetime import datetime
from typing import Any, Literal

from webapp.api.fields import Answered, told


class SignedUp(Answered):
    user_id: int = told("Your id", "사용자 ID", 12)


class Tokens(Answered):
    access_token: str = told("For the Authorization header, for minutes", "인증 헤더에 넣는 단기 토큰", "eyJ...")
    refresh_token: str = told("Gives a new pair, once", "새 토큰 쌍을 한 번 발급받는 토큰", "Jx8...")
    expires_in: int = told("Seconds the access token lives", "액세스 토큰 유효 시간(초)", 600)


class Entered(Answered):
    token: str = told("An access token bound to your place in line", "대기열 자리에 묶인 액세스 토큰", "eyJ...")
    refresh_token: str = told("Gives a new pair, once", "새 토큰 쌍을 한 번 발급받는 토큰", "Jx8...")
    expires_in: int = told("Seconds the token lives", "토큰 유효 시간(초)", 600)
    session_id: int = told("Your session in the line", "대기열 세션 ID", 1)
    wait_number: int = told("The number you drew", "대기 번호", 1285)
    remaining_count: int = told("How many people are ahead of you", "내 앞에 남은 인원", 1284)


class Position(Answered):
    remaining_count: int = told("How many people are ahead of you", "내 앞에 남은 인원", 12)
    wait_number: int = told("The number you drew", "대기 번호", 1285)
    serving_number: int = told("The number called last", "마지막으로 호출된 번호", 1272)
    state: Literal["waiting", "called", "ended"] = told("Where you stand", "대기 상태", "waiting")
    expires_at: datetime | None = told(
        "When your admission ends, once called; sooner as long as you have not looked at dates or seats",
        "입장 마감 시각(호출된 뒤). 날짜나 좌석을 조회하기 전까지는 더 이릅니다.",
        "2026-12-01T12:10:00Z",
    )
    poll_after_ms: int = told("Ask again after so many milliseconds", "다음 조회까지 기다릴 시간(ms)", 3000)


class Tick(Answered):
    """The same for everyone in line: whoever holds number n has at most n - serving - 1 people ahead."""

    concert: int = told("The concert", "공연 ID", 1)
    sequence: int = told("Rises with every change", "변경마다 증가하는 순번", 4711)
    serving: int = told("The number called last", "마지막으로 호출된 번호", 1272)
    waiting: int = told("How many are waiting", "대기 인원", 8021)
    rate: int | None = told("Admissions per minute, where a limit is set", "분당 입장 제한", None)
    state: str = told("open, paused or closed", "open, paused, closed 중 하나", "open")
    message: str = told("The operator's words to everyone waiting", "운영자 안내 문구", "")
    now: datetime = told("Server time", "서버 시각", "2026-12-01T12:00:00Z")


class Schedule(Answered):
    id: int = told("The performance", "회차 ID", 1)
    date: dt.date = told("Its day, where the house is", "공연 날짜", "2026-12-24")
    starts_at: datetime = told("When it starts", "시작 시각", "2026-12-24T10:30:00Z")
    seats_total: int = told("Seats in the house", "전체 좌석 수", 1185)
    seats_left: int = told("Seats free now", "남은 좌석 수", 310)


class Concert(Answered):
    id: int = told("The concert", "공연 ID", 1)
    slug: str = told("Its name in addresses", "주소에 쓰는 이름", "low-tide")
    title: str = told("Its title, in the language asked for", "요청한 언어의 제목", "Low Tide")
    sale_state: Literal["upcoming", "on_sale", "sold_out", "closed"] = told(
        "Where the sale stands", "판매 상태", "on_sale"
    )
    schedules: list[Schedule] = told("Its performances still to come", "예정된 회차", [])


class Concerts(Answered):
    concerts: list[Concert] = told("Concerts, soonest first", "가까운 순서의 공연 목록", [])


class Dates(Answered):
    dates: list[dt.date] = told("Days with a free seat", "예약 가능한 날짜", ["2026-12-24", "2026-12-25"])


class Seat(Answered):
    id: int = told("The seat", "좌석 ID", 1)
    number: int = told("Its number in the house", "좌석 번호", 1)
    price: int = told("What it costs, in won", "가격(원)", 110_000)
    section: str = told("Its section, in the language asked for", "요청한 언어의 구역", "Floor A")
    row: str = told("Its row", "열", "B")
    grade: str = told("Its grade", "등급", "VIP")
    schedule_id: int = told("The performance", "회차 ID", 1)


class Seats(Answered):
    seats: list[Seat] = told("Free seats by number", "번호순의 예약 가능한 좌석", [])


class Held(Answered):
    reservation_id: int = told("The first reservation", "첫 번째 예약 ID", 1)
    reservation_ids: list[int] = told("One for each seat", "좌석마다 하나씩의 예약 ID", [1, 2])
    order_id: str = told("The order they make up", "주문 ID", "hV3kQ9tXw2Lr5mNz")
    amount: int = told("What they cost together, in won", "합계 금액(원)", 220_000)
    session_id: int = told("The session they were taken in", "대기열 세션 ID", 1)
    expires_at: datetime = told("When the seats go back on sale", "선점 만료 시각", "2026-12-01T12:05:00Z")


class Ticket(Answered):
    reservation_id: int = told("The reservation it is for", "예약 ID", 1)
    code: str = told("What the door reads", "입장 코드", "K7QW2MZT4CXR8N3PJ5VB6HDA")


class Paid(Answered):
    payment_id: int = told("The payment", "결제 ID", 1)
    status: Literal["PAID"] = told("What became of it", "결제 상태", "PAID")
    tickets: list[Ticket] = told("One for each seat", "좌석마다 하나씩의 티켓", [])


class Points(Answered):
    user_id: int = told("Your id", "사용자 ID", 12)
    point: int = told("Your points, in won", "포인트 잔액", 50_000)
    balance: int = told("The same", "포인트 잔액(point와 같음)", 50_000)


class TopUpStarted(Answered):
    payment_url: str = told("Where to pay for them", "결제 페이지 주소", "https://pay.example/pay_1")


class History(Answered):
    id: int = told("The row", "기록 ID", 121)
    type: Literal["GRANT", "TOP_UP", "USE", "REFUND"] = told("What happened", "구분", "TOP_UP")
    amount: int = told("The change, in won", "변동 금액(원)", 50_000)
    balance_after: int = told("The points after it", "변동 후 잔액", 50_000)
    created_at: datetime = told("When", "시각", "2026-12-01T12:00:00Z")


class HistoryPage(Answered):
    histories: list[History] = told("Rows, newest first", "최신순 기록", [])
    next_before: int | None = told("`before` for the next page, if there is one", "다음 페이지의 before 값", None)


class Status(Answered):
    status: str = told("ok, stored or known", "ok, stored, known 중 하나", "ok")


class Ready(Answered):
    status: Literal["ok", "missing"] = told("ok, or missing", "ok 또는 missing", "ok")
    missing: list[str] = told("What does not answer", "응답하지 않는 구성 요소", [])


class OpenApi(Answered):
    openapi: Literal["3.1.0"] = told("The version of the specification", "명세 버전", "3.1.0")
    info: dict[str, Any] = told("What this is", "소개", {})
    paths: dict[str, Any] = told("Every operation", "모든 기능", {})


class Problem(Answered):
    """RFC 9457. What else it holds depends on its code."""

    type: str = told("Always about:blank", "항상 about:blank", "about:blank")
    title: str = told("A few words for people, in their language", "사람을 위한 짧은 이름", "Not your turn yet")
    status: int = told("The HTTP status", "HTTP 상태", 403)
    code: str = told("What programs go by; it stays", "프로그램이 판단에 쓰는 고정 코드", "not-your-turn")
    detail: str = told("A sentence for people, in their language", "사람을 위한 설명", "It is not your turn yet.")


def json(model: Answered) -> dict[str, Any]:
    """An answer as JSON's own types; times in UTC."""
    return model.model_dump(mode="json", by_alias=True)
