"""Seat plans: what a document must be, and which seats together are the best."""

from copy import deepcopy
from time import process_time
from typing import Any

import pytest

from webapp.concerts.plans import Plan, PlanError, best_together, seats_of, validate
from webapp.dev import halls

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
    assert seats[3] == (4, "Floor", "2", "2", "R", 100, 72)


def test_the_best_seat_is_the_nearest_to_the_middle_of_the_stage() -> None:
    one_row = plan(("R", [60, 70, 80, 90, 100, 110, 120, 130, 140]))
    assert best_together(one_row, set(range(1, 10)), 1, None) == [5]
    assert best_together(one_row, set(range(1, 10)), 3, None) == [4, 5, 6]


def test_the_front_row_comes_before_the_row_behind() -> None:
    two_rows = plan(("R", [80, 90, 100, 110]), ("R", [80, 90, 100, 110]))
    assert best_together(two_rows, set(range(1, 9)), 4, None) == [1, 2, 3, 4]
    assert best_together(two_rows, set(range(2, 9)), 4, None) == [5, 6, 7, 8]


def test_a_group_never_spans_an_aisle() -> None:
    with_aisle = plan(("R", [70, 80, 90, 116, 126, 136]))
    assert best_together(with_aisle, set(range(1, 7)), 3, None) == [1, 2, 3]
    assert best_together(with_aisle, set(range(1, 7)), 4, None) == []


def test_a_gap_a_little_wider_than_usual_is_no_aisle() -> None:
    assert best_together(plan(("R", [80, 90, 105, 115])), {1, 2, 3, 4}, 4, None) == [1, 2, 3, 4]


def test_seats_along_a_row_that_runs_away_from_the_stage_are_next_to_each_other() -> None:
    document = house([("1", "R", [20, 20, 20, 20])])
    for index, seat in enumerate(document["sections"][0]["rows"][0]["seats"]):
        seat[3] = 60 + 10 * index
    assert best_together(validate(document), {1, 2, 3, 4}, 4, None) == [1, 2, 3, 4]


def test_a_group_never_spans_a_taken_seat() -> None:
    assert best_together(plan(("R", [80, 90, 100, 110, 120])), {1, 2, 4, 5}, 3, None) == []


def test_a_group_shifts_rather_than_leave_one_lonely_seat() -> None:
    five = plan(("R", [80, 90, 100, 110, 120]))
    assert best_together(five, {1, 2, 3, 4, 5}, 2, None) in ([1, 2], [4, 5])
    assert best_together(five, {1, 2, 3, 4, 5}, 3, None) in ([1, 2, 3], [3, 4, 5])


def test_a_group_goes_one_row_back_rather_than_leave_one_lonely_seat() -> None:
    two_rows = plan(("R", [90, 100, 110]), ("R", [90, 100]))
    assert best_together(two_rows, {1, 2, 3, 4, 5}, 2, None) == [4, 5]


def test_a_group_does_not_go_far_back_to_spare_one_lonely_seat() -> None:
    far = plan(("R", [90, 100, 110]), *[("S", [100.0])] * 5, ("R", [90, 100]))
    assert best_together(far, set(range(1, 11)), 2, "R") in ([1, 2], [2, 3])


def test_a_lonely_seat_is_the_first_to_go_to_somebody_alone() -> None:
    assert best_together(plan(("R", [80, 90, 100, 110, 120])), {2, 3, 5}, 1, None) == [5]


def test_only_the_wanted_grade_counts() -> None:
    graded = plan(("VIP", [90, 100]), ("R", [90, 100]))
    assert best_together(graded, {1, 2, 3, 4}, 2, None) == [1, 2]
    assert best_together(graded, {1, 2, 3, 4}, 2, "R") == [3, 4]
    assert best_together(graded, {1, 2, 3, 4}, 2, "S") == []


def test_nothing_free_means_no_seats() -> None:
    assert best_together(plan(("R", [90, 100])), set(), 1, None) == []


@pytest.mark.parametrize("count", [0, 5])
def test_seats_together_come_in_one_to_four(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 4"):
        best_together(plan(("R", [90, 100])), {1, 2}, count, None)


def test_an_arena_is_searched_within_a_blink() -> None:
    arena = halls.arena()
    free = {seat.number for seat in seats_of(arena)}
    assert len(free) > 10_000
    spent = []
    for _ in range(5):
        started = process_time()
        assert len(best_together(arena, free, 4, None)) == 4
        spent.append(process_time() - started)
    assert min(spent) < 0.03


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


def test_a_valid_plan_comes_back_untouched() -> None:
    document = two_rows()
    before = deepcopy(document)
    assert validate(document) is document
    assert document == before
