"""Seat plans: what a document must be."""

from copy import deepcopy
from typing import Any

import pytest

from webapp.concerts.plans import Plan, PlanError, seats_of, validate

Rows = list[tuple[str, str, list[float]]]  # name, grade, the x of each seat


def house(rows: Rows) -> dict[str, Any]:
    """One section in front of a stage whose front edge has its middle at 100, 30; rows are 12 apart."""
    number, made = 0, []
    for depth, (name, grade, places) in enumerate(rows):
        seats = [[number + place, str(place), x, 60 + 12 * depth] for place, x in enumerate(places, start=1)]
        number += len(places)
        made.append({"name": name, "grade": grade, "seats": seats})
    outline = [[0, 50], [200, 50], [200, 190], [0, 190]]
    return {
        "name": "House",
        "width": 200,
        "height": 200,
        "stage": {"x": 60, "y": 10, "width": 80, "height": 20, "label": "Stage"},
        "sections": [{"name": "Floor", "outline": outline, "label": [100, 100], "rows": made}],
    }


def plan(*rows: tuple[str, list[float]]) -> Plan:
    return validate(house([(str(index), grade, places) for index, (grade, places) in enumerate(rows, start=1)]))


def test_seats_come_in_the_order_of_their_numbers() -> None:
    seats = list(seats_of(plan(("VIP", [95, 105]), ("R", [90, 100, 110]))))
    assert [seat.number for seat in seats] == [1, 2, 3, 4, 5]
    assert seats[3] == (4, "Floor", "2", "2", "R", 100, 72, "")


WRONG = [
    (lambda it: it.pop("name"), "The plan: name must be a text."),
    (lambda it: it.update(width=0), "The plan: width must be above zero."),
    (lambda it: it.update(height=float("nan")), "The plan: height must be a number, not nan."),
    (lambda it: it.update(stage=None), "The stage must be an object."),
    (lambda it: it["stage"].update(width=180), "The stage: 240, 30 lies outside the frame of 200 by 200."),
    (lambda it: it.update(sections=[]), "The plan: sections must be a list with something in it."),
    (lambda it: it["sections"].append(it["sections"][0]), "Section Floor appears twice."),
    (
        lambda it: it["sections"][0].update(outline=[[0, 0], [1, 1]]),
        "Section Floor: an outline needs three points",
    ),
    (
        lambda it: it["sections"][0].update(label=[300, 0]),
        "Section Floor, label: 300, 0 lies outside the frame",
    ),
    (lambda it: it["sections"][0]["rows"][1].update(name="1"), "Section Floor, row 1: place 1 appears twice."),
    (lambda it: it["sections"][0]["rows"][1].update(grade=""), "Section Floor, row 2: grade must be a text."),
    (lambda it: it["sections"][0]["rows"][1].update(seats=[]), "Section Floor, row 2: seats must be a list"),
]

WRONG_SEATS = [
    ([4, "2", 100], "Section Floor, row 2: a seat is [number, place, x, y]"),
    ([5, "2", 100, 72], "Section Floor, row 2: the next seat must have number 4, not 5."),
    (["4", "2", 100, 72], "the next seat must have number 4, not '4'."),
    ([4, 2, 100, 72], "Section Floor, row 2: seat number 4 needs a place, a text, not 2."),
    ([4, "1", 100, 72], "Section Floor, row 2: place 1 appears twice."),
    ([4, "2", 90, 72], "Section Floor, row 2, seat 2: another seat already stands there."),
    ([4, "2", 100, 201], "Section Floor, row 2, seat 2: 100, 201 lies outside the frame of 200 by 200."),
    ([4, "2", True, 72], "Section Floor, row 2, seat 2: x must be a number, not True."),
]


def two_rows() -> dict[str, Any]:
    return house([("1", "VIP", [90, 100]), ("2", "R", [90, 100])])


@pytest.mark.parametrize(("spoil", "sentence"), WRONG)
def test_a_broken_rule_is_named_with_its_place(spoil: Any, sentence: str) -> None:
    document = two_rows()
    assert validate(document)
    spoil(document)
    with pytest.raises(PlanError) as refused:
        validate(document)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(("seat", "sentence"), WRONG_SEATS)
def test_a_wrong_seat_is_named_with_its_row(seat: list[Any], sentence: str) -> None:
    document = two_rows()
    document["sections"][0]["rows"][1]["seats"][1] = seat
    with pytest.raises(PlanError) as refused:
        validate(document)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("document", [None, [], "plan", 7])
def test_what_is_no_object_is_no_plan(document: object) -> None:
    with pytest.raises(PlanError, match=r"The plan must be an object\."):
        validate(document)


def test_in_korean_too_each_section_is_called_something_else() -> None:
    document = two_rows()
    [floor] = document["sections"]
    front = {**floor, "name": "Front", "rows": [{"name": "1", "grade": "R", "seats": [[5, "1", 10, 10]]}]}
    document["sections"] = [floor | {"name_ko": "1층"}, front | {"name_ko": "앞"}]
    assert [seat.section_ko for seat in seats_of(validate(document))] == ["1층"] * 4 + ["앞"]
    for name, sentence in (("1층", "Section Front: another section is called 1층 in Korean."), ("", "must be a text")):
        document["sections"][1]["name_ko"] = name
        with pytest.raises(PlanError, match=sentence):
            validate(document)


def test_a_valid_plan_comes_back_untouched() -> None:
    document = two_rows()
    before = deepcopy(document)
    assert validate(document) is document
    assert document == before
