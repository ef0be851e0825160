"""What the tests of putting on a sale share: an operator's browser, a concert, a date, and a plan in rows."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.builders import operator
from tests.web.conftest import Visitor
from webapp.admin.models import OperatorAction
from webapp.db import db

ROWS = "section Floor\ngrade VIP 165,000\nA-B 1-10 aisle 5\ngrade R 132,000\nC 1-12 missing 6-7\n"
CONCERT = {
    "title_ko": "겨울 편지",
    "artist_en": "Saebyeok Train",
    "venue_en": "Mirinae Hall",
    "city_en": "Seoul",
    "description_en": "An evening.\r\nWith an interval.",
    "slug": "winter-letter",
    "time_zone": "Asia/Seoul",
    "sale_opens_at": "2026-12-10T20:00",
    "lobby_minutes": "30",
    "capacity": "50",
    "admissions_per_minute": "",
}
DATE = {"starts_at": "2027-01-30T19:30", "doors_at": "2027-01-30T18:30", "price-0": "165,000", "price-1": "132000"}


@pytest.fixture
def client(visit: Visitor) -> FlaskClient:
    return visit(operator())


def seen_of(page: str) -> str:
    return page.split('name="seen" value="', 1)[1].split('"', 1)[0]


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def actions() -> list[OperatorAction]:
    return list(db.session.scalars(select(OperatorAction).order_by(OperatorAction.id)))


def import_rows(client: FlaskClient, text: str = ROWS) -> int:
    answer = client.post("/admin/plans/import", data={"text": text, "name": "Blue Hall"})
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def saved_plan(client: FlaskClient, text: str = ROWS) -> int:
    plan = import_rows(client, text)
    assert client.post(f"/admin/plans/{plan}", data={"name": "Blue Hall"}).status_code == 303
    return plan


def edit(client: FlaskClient, path: str, **entered: str) -> Any:
    return client.post(path, data={"seen": seen_of(client.get(path).text), **entered})
