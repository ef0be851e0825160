"""Plans from files: what is understood, what is refused, with its place, and what never gets that far."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.concerts.plan_files import limits, reading, warnings
from webapp.concerts.plan_files.problems import BadPlanFile
from webapp.concerts.plans import seats_of
from webapp.languages import speaking


@pytest.fixture(autouse=True)
def _sentences(app: Flask) -> Any:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def problems(data: bytes | str) -> list[str]:
    with pytest.raises(BadPlanFile) as refused:
        reading.read(data.encode() if isinstance(data, str) else data)
    return [str(one) for one in refused.value.problems]


def pretix() -> dict[str, Any]:
    """A small house as pretix writes one: two rows, the second cut by an aisle into two of one name."""

    def row(name: str, y: int, numbers: range, category: str) -> dict[str, Any]:
        seats = [
            {
                "seat_guid": f"{name}-{number}",
                "seat_number": str(number),
                "position": {"x": 25 * number, "y": 0},
                "category": category,
                "radius": 10,
            }
            for number in numbers
        ]
        return {"row_number": name, "row_number_position": "both", "position": {"x": 0, "y": y}, "seats": seats}

    areas = [
        {"shape": "rectangle", "rectangle": {"width": 200, "height": 40}, "position": {"x": 0, "y": -90},
         "text": {"text": "STAGE", "position": {"x": 100, "y": 20}}}
    ]  # fmt: skip
    rows = [row("1", 0, range(1, 5), "VIP"), row("2", 30, range(1, 4), "R"), row("2", 30, range(6, 9), "R")]
    return {
        "name": "Kleines Haus",
        "size": {"width": 400, "height": 300},
        "categories": [{"name": "VIP", "color": "#b33"}, {"name": "R", "color": "#33b"}],
        "zones": [{"name": "Parkett", "position": {"x": 50, "y": 100}, "rows": rows, "areas": areas}],
    }


def test_rows_written_by_hand_become_a_house() -> None:
    found = reading.read(
        b"name Blue Hall\nfloor 1F\nsection A\ngrade VIP 165,000\nA-B 1-4 aisle 2\n"
        b"section B # beside it\ngrade R\n1-3 10-1 missing 5 6\nfloor 2F\nsection A\nC 1-2\n"
    )
    assert [section["name"] for section in found.plan["sections"]] == ["1F A", "1F B", "2F A"]
    seats = list(seats_of(found.plan))
    assert len(seats) == 8 + 24 + 2
    assert found.prices == {"VIP": 165_000}
    assert [seat.place for seat in seats if seat.row == "1"] == ["10", "9", "8", "7", "4", "3", "2", "1"]
    first, second, third = (seat.x for seat in seats[:3])
    assert (second - first, third - second) == (10, 26)
    back, front = seats[-1], seats[0]
    assert back.y > front.y


def named(found: reading.Reading) -> list[tuple[str, str | None]]:
    return [(section["name"], section.get("name_ko")) for section in found.plan["sections"]]


def test_a_section_has_its_korean_name_behind_a_bar() -> None:
    rows = "grade R\nA 1-2"
    found = reading.read(
        f"section Stalls | 1층\n{rows}\nfloor 2F | 2층\nsection A\n{rows}\nsection B|나\n{rows}\n"
        f"floor Top\nsection C | 다\n{rows}\nsection D\n{rows}\nsection 옥상 | 옥상\n{rows}\n"
        f"floor Sky | 하늘\n{rows}".encode()
    )
    assert named(found) == [
        ("Stalls", "1층"),
        ("2F A", "2층 A"),
        ("2F B", "2층 나"),
        ("Top C", "Top 다"),
        ("Top D", None),
        ("Top 옥상", None),
        ("Sky", "하늘"),
    ]
    assert {(seat.section, seat.section_ko) for seat in seats_of(found.plan)} >= {("Stalls", "1층"), ("Top D", "")}


def test_zones_of_pretix_have_theirs_behind_a_bar_too() -> None:
    house = pretix()
    house["zones"][0]["name"] = "Parkett | 1층"
    twin = deepcopy(house["zones"][0])
    twin["name"], twin["position"]["y"] = "Rang | 1층", 400
    for row in twin["rows"]:
        for seat in row["seats"]:
            seat["seat_guid"] += "-twin"
    house["zones"].append(twin)
    assert named(reading.read(json.dumps(house).encode())) == [("Parkett", "1층"), ("Rang (2)", "1층 (2)")]


def test_the_example_of_the_docs_can_be_imported() -> None:
    text = Path("docs/examples/blue-hall.txt").read_bytes()
    found = reading.read(text)
    assert found.source == text.decode()
    assert set(found.prices) == {"VIP", "R", "S"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The file is empty."),
        ("# nothing", "There is no row in this plan."),
        ("section A", "line 1, column 1: Section A has no rows."),
        ("section", "line 1, column 1: After “section” comes a name."),
        ("A 1-4", "line 1, column 1: Say the grade before the rows"),
        ("grade R\nA", "line 2, column 1: A row is its name and its seats"),
        ("grade R\nA 1 4", "line 2, column 3: A row is its name and its seats"),
        ("grade R\nA 1-1000000000", "line 2, column 3: A row has at most 500 seats"),
        ("grade R\nA 100000-100001", "line 2, column 3: A row has at most 500 seats, numbered up to 99,999."),
        ("grade R\n1-1000000000 1-2", "line 2, column 1: Rows go upwards, at most 500 in one line."),
        ("grade R\nC-A 1-2", "line 2, column 1: Rows go upwards: write “A-C”."),
        ("grade R\nA 1-4 aisle 9", "line 2, column 13: The row has no seat 9."),
        ("grade R\nA 1-4 missing 1-999999999", "line 2, column 15: The row has no seat"),
        ("grade R\nA 1-4 isle 2", "line 2, column 7: “isle” is neither"),
        ("grade R\nA 1-2 missing 1,2", "line 2, column 1: No seat of this row is left."),
        ("grade R\nA 1-2\nA 3-4", "line 3, column 1: Section Floor has a row A already."),
        ("section A\ngrade R\nA 1-2\nsection A\nB 1-2", "line 4, column 9: There is a section A already."),
        ("section A | \ngrade R\nA 1-2", "line 1, column 9: Write the name, one “|”, and the Korean name behind it."),
        ("section A | 가 | 나\ngrade R\nA 1-2", "line 1, column 9: Write the name, one “|”"),
        ("floor | 가\ngrade R\nA 1-2", "line 1, column 7: Write the name, one “|”"),
        ("section A | 가\ngrade R\nA 1-2\nsection B | 가\nB 1-2", "line 4, column 9: There is a section 가 already."),
        ("section A | " + "가" * 61, "line 1, column 9: “가가가가가가가가가가가가가가가가가가가가…” is too long"),
        ("grade 9000", "line 1, column 7: A grade needs a name"),
        ("grade R 0", "line 1, column 9: A price goes from 1 to 10,000,000 won."),
        ("grade R 99999999999999999999", "line 1, column 9: A price goes from 1"),
        ("grade R 1\nA 1-2\ngrade R 2\nB 1-2", "line 3, column 9: Grade R costs 1 won further up."),
        ("grade " + "R" * 21, "line 1, column 7: “RRRRRRRRRRRRRRRRRRRR…” is too long"),
        ("grade R\n" + "\n".join(f"{n} 1-500" for n in range(130)), "A house has at most 60,000 seats."),
        ("\n".join(f"grade G{n}\n{n} 1-2" for n in range(14)), "A house has at most 12 grades."),
        ("\n".join(f"section S{n}" for n in range(600)), "A house has at most 500 sections."),
        ("#" * 300_000, "A plan written by hand has at most 256 kB"),
    ],
)
def test_a_mistake_is_said_with_its_line_and_column(text: str, problem: str) -> None:
    assert any(problem in one for one in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"PK\x03\x04anything", "This is a compressed file or a spreadsheet."),
        (b"\x1f\x8b\x08" + b"0" * 100, "This is a compressed file or a spreadsheet."),
        ("grade R\nA 1-2".encode("utf-16"), "This is not UTF-8 text."),
        (b"grade R\nA\0 1-2", "This is not UTF-8 text."),
        (b"grade R\n\xff 1-2", "line 2: This is not UTF-8 text."),
        (b"x" * (limits.MOST_BYTES + 1), "The file is larger than 16 MB."),
        (b'{"zones": [', "line 1, column 12: This is not JSON"),
        (b'{"zones": [], "zones": []}', "An object has “zones” twice."),
        (b'{"zones": NaN}', "NaN is not a number that a place can have."),
        (b'{"zones": -Infinity}', "-Infinity is not a number that a place can have."),
        (b'{"zones": ' + b"[" * 200_000, "The file is nested too deeply"),
        (b'{"zones": ' + b"9" * 10_000 + b"}", "A number in the file has far too many digits."),
        (b"[]", "This is not a seating plan"),
        (b'{"name": "House"}', "This is not a seating plan"),
        (b'{"name": "House", "categories": [], "zones": []}', "zones: There is no seat in this plan."),
    ],
)
def test_what_is_no_plan_at_all_is_refused_with_one_sentence(data: bytes, problem: str) -> None:
    said = problems(data)
    assert len(said) == 1
    assert problem in said[0]


def test_a_plan_of_pretix_becomes_a_house_of_ours() -> None:
    found = reading.read(json.dumps(pretix()).encode())
    seats = list(seats_of(found.plan))
    assert found.plan["name"] == "Kleines Haus"
    assert found.plan["stage"]["label"] == "STAGE"
    assert found.plan["stage"]["y"] < seats[0].y
    assert [(seat.row, seat.place, seat.grade) for seat in seats][:5] == [
        *[("1", str(n), "VIP") for n in range(1, 5)],
        ("2", "1", "R"),
    ]
    assert [seat.place for seat in seats if seat.row == "2"] == ["1", "2", "3", "6", "7", "8"]
    assert seats[1].x - seats[0].x == 10
    assert found.warnings == []
    assert found.source is None


def test_a_row_of_two_grades_is_one_row() -> None:
    house = pretix()
    house["zones"][0]["rows"][0]["seats"][1]["category"] = "R"
    found = reading.read(json.dumps(house).encode())
    assert [row["grade"] for row in found.plan["sections"][0]["rows"][:3]] == ["VIP", "R", "VIP"]
    assert {row["name"] for row in found.plan["sections"][0]["rows"][:3]} == {"1"}


def test_a_house_without_a_stage_or_with_two_zones_of_one_name_is_warned_of() -> None:
    house = pretix()
    house["zones"][0]["areas"][0]["text"] = {"text": "Bar", "position": {"x": 0, "y": 0}}
    twin = deepcopy(house["zones"][0])
    twin["position"]["y"] = 400
    for row in twin["rows"]:
        for seat in row["seats"]:
            seat["seat_guid"] += "-twin"
    house["zones"].append(twin)
    found = reading.read(json.dumps(house).encode())
    assert [section["name"] for section in found.plan["sections"]] == ["Parkett", "Parkett (2)"]
    assert [one["code"] for one in found.warnings] == ["zone-again", "no-stage"]
    with speaking("ko"):
        assert "Parkett (2)" in warnings.said(found.warnings[0])
    assert warnings.said("There was no stage.") == "There was no stage."  # as it was stored once


SEAT = "zones[0].rows[0].seats[1]"


def _seat(house: dict[str, Any]) -> dict[str, Any]:
    return house["zones"][0]["rows"][0]["seats"][1]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda it: it.update(zones={}), "zones: A list belongs here."),
        (lambda it: it.update(zones=[3]), "zones[0]: An object belongs here."),
        (lambda it: it.update(categories=[]), "There is no category “VIP” at the top of the file."),
        (lambda it: it["categories"].append({"name": "R"}), "categories[2].name: There is a category R already."),
        (lambda it: it["zones"][0].pop("position"), "zones[0].position: A position with x and y belongs here."),
        (lambda it: _seat(it).pop("seat_guid"), f"{SEAT}.seat_guid: A text belongs here."),
        (lambda it: _seat(it).update(seat_guid="1-1"), f"{SEAT}.seat_guid: Another seat has this seat_guid."),
        (lambda it: _seat(it).update(seat_number="1"), f"{SEAT}.seat_number: The row has a seat 1 already."),
        (lambda it: _seat(it).update(seat_number=2), f"{SEAT}.seat_number: A text belongs here."),
        (lambda it: _seat(it)["position"].update(x="far"), f"{SEAT}.position.x: A number belongs here."),
        (lambda it: _seat(it)["position"].update(x=True), f"{SEAT}.position.x: A number belongs here."),
        (lambda it: _seat(it)["position"].update(y=1e9), f"{SEAT}.position.y: A position is at most"),
        (lambda it: _seat(it)["position"].update(y=10**400), f"{SEAT}.position.y: A position is at most"),
        (lambda it: _seat(it)["position"].update(x=25), "Seats Parkett 1-1 and Parkett 1-2 stand on one spot."),
        (lambda it: _seat(it)["position"].update(x=900_000), "The seats are too far apart for one house."),
    ],
)
def test_a_mistake_in_json_is_said_with_its_path(spoil: Callable[[Any], Any], problem: str) -> None:
    house = pretix()
    assert reading.read(json.dumps(house).encode())
    spoil(house)
    assert any(problem in one for one in problems(json.dumps(house))), problems(json.dumps(house))


def test_all_mistakes_come_at_once_up_to_a_bound() -> None:
    assert len(problems("grade R\n" + "A\n" * 7)) == 7
    many = problems("grade R\n" + "A\n" * 10_000)
    assert len(many) == 21
    assert many[-1] == "There may be more. Mend these first."


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=300))
def test_whatever_is_sent_is_a_house_or_a_sentence(sent: str | bytes) -> None:
    data = sent.encode("utf-8", "surrogatepass") if isinstance(sent, str) else sent
    assert _outcome(data)


def _outcome(data: bytes) -> list[Any]:
    try:
        return list(seats_of(reading.read(data).plan))
    except BadPlanFile as refused:
        return [one.sentence for one in refused.problems if one.sentence]


ROW = st.tuples(st.integers(1, 60), st.integers(1, 60))


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=8))
def test_every_row_that_is_written_is_there(rows: list[tuple[int, int]]) -> None:
    text = "grade R\n" + "".join(f"{number} {first}-{last}\n" for number, (first, last) in enumerate(rows))
    seats = list(seats_of(reading.read(text.encode()).plan))
    wanted = [
        (str(number), str(place))
        for number, (first, last) in enumerate(rows)
        for place in range(first, last + (1 if last >= first else -1), 1 if last >= first else -1)
    ]
    assert [(seat.row, seat.place) for seat in seats] == wanted
