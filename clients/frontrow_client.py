"""A small client for Frontrow's API: one file, needs `requests`. See docs/api-tour.md.

fan = Frontrow("https://tickets.example")
fan.sign_in("fan@example.com", "a password")
place = fan.enter(concert_id=1)
"""

import time
import uuid
from collections.abc import Callable
from typing import Any

import requests

TIMEOUT_SECONDS = 10
TRIES = 4  # for calls that may be repeated safely, when the network or the house stumbles
FIRST_PAUSE_SECONDS = 0.5
STUMBLES = {429, 503}


class Problem(Exception):
    """What the API refused: `code` is stable, `detail` is a sentence, `facts` holds the rest of the answer."""

    def __init__(self, answer: requests.Response) -> None:
        try:
            self.facts: dict[str, Any] = answer.json()
        except ValueError:
            self.facts = {}
        self.status = answer.status_code
        self.code: str = self.facts.get("code", "unknown")
        self.detail: str = self.facts.get("detail", answer.reason)
        super().__init__(f"{self.status} {self.code}: {self.detail}")


class Frontrow:
    """One fan's conversation with one Frontrow. Tokens are renewed by themselves; every creating call has a key."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.user_id: int | None = None
        self.session_id: int | None = None
        self._http = requests.Session()
        self._access = ""
        self._refresh = ""

    def sign_up(self, email: str, password: str, name: str) -> int:
        """Make an account, sign in, and return the user's id."""
        body = {"email": email, "password": password, "name": name}
        self.user_id = self._create("/api/users", body)["userId"]
        self.sign_in(email, password)
        return self.user_id

    def sign_in(self, email: str, password: str) -> None:
        """Get a pair of tokens."""
        self._keep(self.call("POST", "/api/auth/token", {"email": email, "password": password}))

    def sign_out(self) -> None:
        """End this sign-in and every token of it."""
        self.call("DELETE", "/api/auth/token")
        self._access = self._refresh = ""

    def concerts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", "/api/concerts")["concerts"]
        return found

    def enter(self, concert_id: int) -> dict[str, Any]:
        """A place in the concert's line: session, number, and how many are ahead."""
        place = self._create("/api/queue/enter", {"concertId": concert_id})
        self.session_id = place["sessionId"]
        return place

    def position(self, concert_id: int) -> dict[str, Any]:
        return self.call("GET", "/api/queue/position", query={"concertId": concert_id})

    def wait(
        self, concert_id: int, told: Callable[[dict[str, Any]], None] = lambda place: None, most_seconds: float = 7200
    ) -> dict[str, Any]:
        """Come back when it is this fan's turn, asking as often as the house wants; `told` hears each answer."""
        deadline = time.monotonic() + most_seconds
        while True:
            place = self.position(concert_id)
            told(place)
            if place["state"] != "waiting" or time.monotonic() > deadline:
                return place
            time.sleep(place["pollAfterMs"] / 1000)

    def dates(self, concert_id: int) -> list[str]:
        found: list[str] = self.call("GET", "/api/reservation/dates/available", query={"concertId": concert_id})[
            "dates"
        ]
        return found

    def seats(self, concert_id: int, date: str) -> list[dict[str, Any]]:
        query = {"concertId": concert_id, "date": date}
        found: list[dict[str, Any]] = self.call("GET", "/api/reservation/seats/available", query=query)["seats"]
        return found

    def hold(self, schedule_id: int, seat_ids: list[int]) -> dict[str, Any]:
        """Hold these seats for five minutes, all or none."""
        return self._create("/api/reservation/seat", {"scheduleId": schedule_id, "seatIds": seat_ids})

    def release(self, held: dict[str, Any]) -> None:
        self.call("DELETE", f"/api/reservation/{held['reservationId']}")

    def pay(self, held: dict[str, Any]) -> dict[str, Any]:
        """Pay what `hold` answered, from points: the payment, with the tickets' codes."""
        bill = {name: held[name] for name in ("reservationId", "sessionId", "amount")}
        return self._create("/api/reservation/payment", {**bill, "paidAt": int(time.time())})

    def points(self) -> int:
        balance: int = self.call("GET", f"/api/user/{self.user_id}/point")["balance"]
        return balance

    def top_up(self, amount: int) -> int:
        """Buy points for this many won; the balance afterwards."""
        body = {"userId": self.user_id, "amount": amount}
        balance: int = self._create(f"/api/user/{self.user_id}/point", body, "PATCH")["balance"]
        return balance

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, Any] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """One call. Raises Problem. What may be repeated safely is repeated when nobody answers."""
        may_repeat = method == "GET" or key is not None
        for left in reversed(range(TRIES if may_repeat else 1)):
            try:
                answer = self._send(method, path, body, query, key)
                if answer.status_code not in STUMBLES or not left:
                    break
            except requests.ConnectionError:
                if not left:
                    raise
            time.sleep(FIRST_PAUSE_SECONDS * 2 ** (TRIES - 1 - left))
        if not answer.ok:
            raise Problem(answer)
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def _send(self, method: str, path: str, body: Any, query: Any, key: str | None) -> requests.Response:
        answer = self._once(method, path, body, query, key)
        if answer.status_code == 401 and self._refresh and not path.startswith("/api/auth/"):
            self._keep(self.call("POST", "/api/auth/refresh", {"refreshToken": self._refresh}))
            answer = self._once(method, path, body, query, key)
        return answer

    def _once(self, method: str, path: str, body: Any, query: Any, key: str | None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._access}"} if self._access else {}
        if key:
            headers["Idempotency-Key"] = key
        return self._http.request(
            method, self.address + path, json=body, params=query, headers=headers, timeout=TIMEOUT_SECONDS
        )

    def _create(self, path: str, body: dict[str, Any], method: str = "POST") -> dict[str, Any]:
        return self.call(method, path, body, key=str(uuid.uuid4()))

    def _keep(self, pair: dict[str, Any]) -> None:
        self._access, self._refresh = pair["accessToken"], pair["refreshToken"]
