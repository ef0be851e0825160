"""The arena with a fan for every two of its seats, all of them admitted: what they ask, as HTTP and as SQL."""

import random
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, select, text

from bench import crowd, load
from bench.crowd import Fan
from bench.statements import Script
from webapp import clock
from webapp.concerts.models import Concert, Schedule, Seat
from webapp.db import autocommitting, db

SLUG = "nova-parade-everyone-louder"
SEATS_EACH = 2
MOST_REQUESTS = 3_000  # more than any web process here holds in one round
# Far from every other number, so that the order of the caught hold is recognized wherever it is mentioned.
CAUGHT_ORDER = 900_000_000


@dataclass(frozen=True)
class House:
    """The fans' ids run from `first_fan`, the seats' ids from `first_seat`; fan n wants seats 2n + 1 and 2n + 2."""

    app: Flask
    schedule_id: int
    first_fan: int
    first_seat: int
    size: int

    @classmethod
    def fill(cls, app: Flask) -> "House":
        schedule_id = db.session.scalars(
            select(Schedule.id).join(Concert).where(Concert.slug == SLUG).order_by(Schedule.id).limit(1)
        ).one()
        first_seat, count = db.session.execute(
            select(func.min(Seat.id), func.count()).where(Seat.schedule_id == schedule_id)
        ).one()
        size = count // SEATS_EACH
        fans = crowd.fill(SLUG, size, admitted=size)
        return cls(app, schedule_id, fans[0], first_seat, size)

    def requests(self) -> list[str]:
        """A hold by each of many fans, from all over the house."""
        fans = random.Random(7).sample(range(self.size), min(self.size, MOST_REQUESTS))
        return [self._request(pair, crowd.signed_in(self.app, self.first_fan + pair)) for pair in fans]

    def script(self) -> str:
        """One hold as pgbench runs it: the statements the app sends, for a random fan and seats at each turn.

        It is told `clients`, their number, and `turn`, which starts at -1.
        """
        pair = self.size - 1  # its ids are high, so that they are like no other number in the statements
        db.session.execute(text("SELECT setval('orders_id_seq', :id)"), {"id": CAUGHT_ORDER - 1})
        db.session.commit()
        script = Script(self.variables(pair), {"public_id": "'bench-' || :fan"}, clock.now())
        with script.catching(db.engine, autocommitting(db.engine)):
            self._hold(pair, crowd.signed_in(self.app, self.first_fan + pair))
        assert any("INSERT INTO reservations" in line for line in script.lines), script.lines
        return "\n".join([*self.choice(), *script.lines])

    def variables(self, pair: int) -> dict[object, str]:
        """What stands in the script for each value of this pair's hold."""
        fan, seat, number = self.first_fan + pair, self.first_seat + SEATS_EACH * pair, SEATS_EACH * pair + 1
        variables: dict[object, str] = {CAUGHT_ORDER: ":order_id", fan: ":fan"}
        for place in range(SEATS_EACH):
            variables |= {seat + place: f"(:seat + {place})", number + place: f"(:number + {place})"}
        return variables | {f"{crowd.KEY_PREFIX}{fan}": f"'{crowd.KEY_PREFIX}' || :fan"}

    def choice(self) -> list[str]:
        """Which fan it is now: every client has turns of its own, and all turns together are the house, shuffled."""
        return [
            "\\set turn :turn + 1",
            f"\\set pair permute(:turn * :clients + :client_id, {self.size})",
            f"\\set fan {self.first_fan} + :pair",
            f"\\set number {SEATS_EACH} * :pair + 1",
            f"\\set seat {self.first_seat} + {SEATS_EACH} * :pair",
        ]

    def _hold(self, pair: int, fan: Fan) -> None:
        name, _, value = fan.cookie.partition("=")
        client = self.app.test_client()
        client.set_cookie(name, value, domain="localhost")
        address, form = f"/schedules/{self.schedule_id}/holds", self.form(pair, fan)
        with self.app.app_context():
            answer = client.post(address, data=form, headers={"User-Agent": crowd.BROWSER})
        assert answer.status_code == 303, answer.text

    def _request(self, pair: int, fan: Fan) -> str:
        headers = {"User-Agent": crowd.BROWSER, "Cookie": fan.cookie, "Accept-Language": "en"}
        return load.request(
            "POST", f"/schedules/{self.schedule_id}/holds", headers, urlencode(self.form(pair, fan), True)
        )

    def form(self, pair: int, fan: Fan) -> dict[str, str | list[str]]:
        numbers = [str(SEATS_EACH * pair + place) for place in range(1, SEATS_EACH + 1)]
        return {"csrf_token": fan.csrf_token, "seat": numbers}
