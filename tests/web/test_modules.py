"""The scripts that a page asks for at once: none of what it imports is left out, and none is asked for in vain."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.builders import NOW, admit, do, fan, house
from tests.web.conftest import Visitor
from webapp.waiting_room import joining

STATIC = Path(__file__).parents[2] / "static"
ASKED = re.compile(r'<link rel="modulepreload" href="([^"]+)">')
IMPORTED = re.compile(r'from "(frontrow/[^"]+)"')


@pytest.fixture
def client(visit: Visitor) -> FlaskClient:
    """An admitted fan's browser, at a house that admits nobody else."""
    evening, somebody = house(capacity=1), fan("holder")
    admit(somebody, evening.concert_id)
    return visit(somebody)


def asked_for(page: str) -> dict[str, str]:
    """The modules by their names in the import map, with their addresses."""
    (listed,) = re.findall(r'<script type="importmap"[^>]*>(.*?)</script>', page)
    named = dict(re.findall(r'"(frontrow/[^"]+)": ?"([^"]+)"', listed))
    addresses = ASKED.findall(page)
    assert len(addresses) == len(set(addresses))
    assert set(addresses) <= set(named.values()), "an address that nothing imports would be loaded twice"
    return {name: address for name, address in named.items() if address in addresses}


@pytest.mark.parametrize("path", ["/", "/schedules/1", "/schedules/1?view=list"])
def test_a_page_asks_at_once_for_all_that_it_imports(client: FlaskClient, path: str) -> None:
    asked = asked_for(client.get(path).text)
    assert "frontrow/app" in asked
    for address in asked.values():
        source = (STATIC.parent / address.partition("?")[0].lstrip("/")).read_text()
        assert set(IMPORTED.findall(source)) <= set(asked)


def test_the_map_and_the_line_ask_for_the_scripts_that_their_pages_name(client: FlaskClient, visit: Visitor) -> None:
    waiter = fan("waiter")
    do(joining.join, waiter, 1, NOW)
    pages = {path: client.get(path).text for path in ("/schedules/1", "/schedules/1?view=list")}
    pages["/concerts/show/line"] = visit(waiter).get("/concerts/show/line").text
    for path, main in zip(pages, ("seat-map", "seat-list", "waiting-room"), strict=True):
        assert f'data-controller="{main}"' in pages[path]
        assert f"frontrow/controllers/{main}" in asked_for(pages[path])


def test_the_map_asks_for_its_seats_before_its_scripts_run(client: FlaskClient) -> None:
    page = client.get("/schedules/1").text
    for name in ("plan", "seats"):
        (address,) = re.findall(rf'data-{name}-url="([^"]+)"', page)
        assert f'<link rel="preload" as="fetch" fetchpriority="high" crossorigin href="{address}">' in page
    assert 'as="fetch"' not in client.get("/schedules/1?view=list").text


def test_where_states_are_refused_the_answer_is_for_a_program(visit: Visitor, client: FlaskClient) -> None:
    refused = visit(fan("passer-by")).get("/schedules/1/seats.json")
    assert (refused.status_code, refused.json["code"]) == (403, "not-your-turn")
