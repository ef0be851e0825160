"""What requests hold, field by field. Whether it can be done is the verbs' to say."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from webapp.accounts.forms import LONGEST_PASSWORD, SHORTEST_PASSWORD
from webapp.api.fields import LARGEST_NUMBER, Asked, Day, Id, QueryId, Text, absent, told, whole, whole_text
from webapp.checkout.payments import TOP_UP_HIGH, TOP_UP_LOW

LONGEST_EMAIL = 254
MOST_LISTED = 100  # seats that one request may name; how many may be held is the seat limit's to say
MOST_ROWS = 100


Amount = Annotated[int, Field(ge=0, le=LARGEST_NUMBER), BeforeValidator(whole)]
TopUpAmount = Annotated[int, Field(ge=TOP_UP_LOW, le=TOP_UP_HIGH), BeforeValidator(whole)]
Rows = Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(whole_text)]


class SignUp(Asked):
    email: Text = told("The address to sign in with", "로그인에 쓸 이메일", "fan@example.com", max_length=LONGEST_EMAIL)
    password: Text = told(
        "A password", "비밀번호", "an evening in the stalls", min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD
    )
    name: Text = told("The name on the tickets", "티켓에 표시할 이름", "Fan", min_length=1, max_length=80)


class SignIn(Asked):
    email: Text = told("Your address", "이메일", "fan@example.com", max_length=LONGEST_EMAIL)
    password: Text = told("Your password", "비밀번호", "an evening in the stalls", max_length=LONGEST_PASSWORD)


class Refresh(Asked):
    refresh_token: Text = told("The newest refresh token", "가장 최근에 받은 리프레시 토큰", "Jx8...", max_length=200)


class EnterQueue(Asked):
    """Email and password, or neither and a bearer token."""

    model_config = ConfigDict(
        json_schema_extra={"dependentRequired": {"email": ["password"], "password": ["email"]}},
    )
    email: Text = told("Your address", "이메일", "fan@example.com", default_factory=absent, max_length=LONGEST_EMAIL)
    password: Text = told(
        "Your password", "비밀번호", "an evening in the stalls", default_factory=absent, max_length=LONGEST_PASSWORD
    )
    concert_id: Id = told(
        "The concert; not needed while one is on sale",
        "공연 ID, 판매 중인 공연이 하나면 생략 가능",
        1,
        default_factory=absent,
    )

    @model_validator(mode="after")
    def _both_or_neither(self) -> "EnterQueue":
        if (self.email is None) is not (self.password is None):
            raise PydanticCustomError("email-with-password", "Email and password come together.")
        return self


class WhichConcert(Asked):
    concert_id: QueryId = told(
        "The concert; not needed while one is on sale",
        "공연 ID, 판매 중인 공연이 하나면 생략 가능",
        1,
        default_factory=absent,
    )


class WhichPlace(Asked):
    concert_id: QueryId = told(
        "The concert whose line is meant; not needed with a token from the line, or in one line only",
        "대기열의 공연 ID, 대기열 토큰이거나 대기열이 하나면 생략 가능",
        1,
        default_factory=absent,
    )


class WhichSeats(WhichConcert):
    date: Day = told("A day", "날짜", "2026-12-24")


class SeatByNumber(Asked):
    date: Day = told("The day of the performance", "공연 날짜", "2026-12-24")
    seat_number: Id = told("The seat's number in the house", "좌석 번호", 15)
    concert_id: Id = told(
        "The concert; not needed while one is on sale",
        "공연 ID, 판매 중인 공연이 하나면 생략 가능",
        1,
        default_factory=absent,
    )


class SeatsById(Asked):
    schedule_id: Id = told("The performance", "회차 ID", 1)
    seat_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_LISTED)] = told(
        "Seat ids", "좌석 ID 목록", [7, 8]
    )


def _kind(value: Any) -> str:
    return "seats" if isinstance(value, dict) and {"scheduleId", "seatIds"} & value.keys() else "number"


HoldSeats: TypeAdapter[SeatByNumber | SeatsById] = TypeAdapter(
    Annotated[
        Annotated[SeatByNumber, Tag("number")] | Annotated[SeatsById, Tag("seats")],
        Discriminator(_kind),
    ]
)


class Pay(Asked):
    reservation_id: Id = told("Any reservation of the order", "주문에 속한 예약 ID", 1)
    session_id: Id = told("Your session in that concert's line", "해당 공연 대기열의 세션 ID", 1)
    amount: Amount = told("The total you saw, in won", "확인한 총액(원)", 50_000)
    paid_at: Amount = told(
        "When you pay, in seconds since 1970; our clock decides",
        "결제 시각(유닉스 초), 판정은 서버 시각 기준",
        1_714_857_600,
    )


class TopUp(Asked):
    user_id: Id = told("Your id", "사용자 ID", 12)
    amount: TopUpAmount = told("How many points", "충전 금액(원)", 50_000)


class Histories(Asked):
    before: QueryId = told("Rows older than this one", "이 기록보다 오래된 기록부터", 120, default_factory=absent)
    limit: Rows = told("How many rows", "기록 개수", 30, default=30)
