"""Plan files that are too much, refused before they cost anything; and rows by the names that houses give them."""

import json
import tracemalloc
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.test_plan_files import _outcome, _sentences, pretix, problems
from webapp.concerts.plan_files import limits, reading

__all__ = ["_sentences"]


def row_names(written: str) -> list[str]:
    found = reading.read(f"section A\ngrade R\n{written} 1-2".encode())
    return [row["name"] for row in found.plan["sections"][0]["rows"]]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("A-C", "A B C"),
        ("AA-AC", "AA AB AC"),
        ("가-라", "가 나 다 라"),
        ("하-하", "하"),
        ("2층가-2층나", "2층가 2층나"),
        ("ㄱ-ㄷ", "ㄱ ㄴ ㄷ"),
        ("9-11", "9 10 11"),
        ("Loge", "Loge"),
    ],
)
def test_rows_are_named_as_houses_name_them(written: str, names: str) -> None:
    assert row_names(written) == names.split()


@pytest.mark.parametrize("written", ["A-c", "Y-AB", "AA-BC", "가-갸", "A~C", "A–C", "-", "A-", "가-C"])
def test_a_range_of_rows_that_is_none_is_not_one_row(written: str) -> None:
    (problem,) = problems(f"section A\ngrade R\n{written} 1-2")
    assert problem.startswith("line 3, column 1: No rows go from and to like this.")


@pytest.mark.parametrize(("written", "right"), [("C-A", "A-C"), ("AC-AA", "AA-AC"), ("다-가", "가-다")])
def test_rows_downwards_are_refused_with_what_to_write(written: str, right: str) -> None:
    assert problems(f"section A\ngrade R\n{written} 1-2") == [f"line 3, column 1: Rows go upwards: write “{right}”."]


SECONDS = 5  # of a processor, for what takes milliseconds; looking every name up in all others took a minute and a half


def test_one_name_twice_among_thirty_thousand_is_found_at_once() -> None:
    keys = ",".join(f'"k{one}":0' for one in range(30_000))
    began = process_time()
    assert problems(f'{{{keys},"k29999":0}}') == ["An object has “k29999” twice."]
    assert process_time() - began < SECONDS


@pytest.mark.parametrize(
    ("spot", "key", "most", "problem"),
    [
        ((), "zones", limits.MOST_SECTIONS, "zones: A house has at most 500 sections."),
        ((), "categories", limits.MOST_GRADES, "categories: A house has at most 12 grades."),
        (
            ("zones", 0),
            "areas",
            limits.MOST_AREAS,
            "zones[0].areas: A house has at most 2,000 areas that are no seats.",
        ),
        (("zones", 0), "rows", limits.MOST_ROWS, "zones[0].rows: A house has at most 10,000 rows."),
        (("zones", 0, "rows", 0), "seats", 500, "zones[0].rows[0].seats: A row has at most 500 seats."),
    ],
)
def test_a_list_that_is_too_long_is_refused_before_its_objects_are_looked_at(
    spot: tuple[Any, ...], key: str, most: int, problem: str
) -> None:
    document = pretix()
    target: Any = document
    for step in spot:
        target = target[step]
    target[key] = [{}] * (most + 1)  # each of them lacks everything: that would be said if it were looked at
    assert problems(json.dumps(document)) == [problem]


def test_a_file_of_empty_objects_is_refused_before_it_is_unpacked() -> None:
    bomb = '{"zones":[' + ",".join(["{}"] * limits.MOST_PARTS) + "]}"
    tracemalloc.start()
    try:
        assert problems(bomb) == ["The file has more objects and lists in it than any house."]
        assert tracemalloc.get_traced_memory()[1] < 5 * len(bomb)
    finally:
        tracemalloc.stop()


HIDDEN_NAMES = ["\u200b", "\u2066 ", "\u00ad\u00ad"]


@pytest.mark.parametrize("hidden", HIDDEN_NAMES)
@pytest.mark.parametrize(
    ("spot", "place"),
    [
        (("zones", 0, "name"), "zones[0].name"),
        (("zones", 0, "rows", 0, "row_number"), "zones[0].rows[0].row_number"),
        (("zones", 0, "rows", 0, "seats", 1, "seat_number"), "zones[0].rows[0].seats[1].seat_number"),
        (("categories", 0, "name"), "categories[0].name"),
    ],
)
def test_a_name_that_nobody_can_read_is_named_with_its_place(hidden: str, spot: tuple[Any, ...], place: str) -> None:
    document = pretix()
    target: Any = document
    for step in spot[:-1]:
        target = target[step]
    target[spot[-1]] = hidden
    assert problems(json.dumps(document))[0] == f"{place}: There is nothing in this name that can be read."


def test_zones_that_differ_by_spaces_alone_are_told_apart() -> None:
    document = pretix()
    second = json.loads(json.dumps(document["zones"][0]).replace('"1-', '"3-').replace('"2-', '"4-'))
    document["zones"].append({**second, "name": " Parkett\u200b ", "position": {"x": 900, "y": 100}})
    found = reading.read(json.dumps(document).encode())
    assert [one["name"] for one in found.plan["sections"]] == ["Parkett", "Parkett (2)"]


NAMES = st.text("A \u200b\u00ad\t가", min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=2), st.lists(NAMES, min_size=4, max_size=4), NAMES)
def test_whatever_names_are_made_of_no_rule_is_broken_in_english(
    zones: list[str], seats: list[str], grade: str
) -> None:
    document = pretix()
    document["categories"][0]["name"] = grade
    for seat, name in zip(document["zones"][0]["rows"][0]["seats"], seats, strict=True):
        seat.update(seat_number=name, category=grade)
    other = {**document["zones"][0], "name": zones[1], "rows": []}
    document["zones"][0]["name"] = zones[0]
    document["zones"].append(other)
    said = _outcome(json.dumps(document).encode())
    assert not any("contradicts itself" in str(one) for one in said)


def test_a_stage_without_a_name_of_its_own_is_called_what_the_page_calls_it() -> None:
    assert reading.read(b"section A\ngrade R\nA 1-4").plan["stage"]["label"] == ""
    assert reading.read("stage 무대\nsection A\ngrade R\nA 1-4".encode()).plan["stage"]["label"] == "무대"
