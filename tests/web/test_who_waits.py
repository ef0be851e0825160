"""Nobody waits for others with a connection in hand: who asks is looked up together with whoever asks beside them."""

from typing import Any

import pytest

from tests.builders import NOW, admit, do, fan, hold, house, soon
from tests.web.conftest import Visitor
from webapp import batches, db
from webapp.waiting_room import lobby

PATHS = [
    "/",
    "/concerts/show",
    "/concerts/show/line",
    "/concerts/show/line/position",
    "/concerts/show/line/departure",
    "/concerts/show/schedules",
    "/schedules/1",
    "/schedules/1/seats.json",
    "/schedules/999",
    "/concerts/soon",
    "/concerts/soon/lobby",
    "/concerts/soon/draw",
    "/concerts/soon/draw.csv",
    "/concerts/nothing",
    "/concerts/nothing/draw",
    "/orders",
    "/orders/nothing",
    "/wallet",
    "/nothing",
]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each wait for others, whether it was with a connection in hand."""
    seen: list[bool] = []
    ask = batches.Batches.ask

    def asked(self: Any, line: Any, wish: Any) -> Any:
        seen.append(db._with_connection() is not None)
        return ask(self, line, wish)

    monkeypatch.setattr(batches.Batches, "ask", asked)
    return seen


@pytest.mark.parametrize("path", PATHS)
def test_nobody_waits_with_a_connection_in_hand(visit: Visitor, waits: list[bool], path: str) -> None:
    evening, upcoming, reader = house(), soon(slug="soon"), fan("reader")
    admit(reader, evening.concert_id)
    hold(reader, evening, 1)
    do(lobby.enter, reader, upcoming.id, NOW)
    client = visit(reader)
    waits.clear()
    client.get(path)
    assert waits
    assert not any(waits)
