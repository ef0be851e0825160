"""Which seats together are the best: near the middle of the stage, in one row, no aisle, leaving nobody alone."""

from collections.abc import Sequence
from random import Random
from time import process_time

import pytest

from tests.domain.test_plans import house, plan
from webapp.concerts.plans import Plan, seats_of, validate
from webapp.concerts.together import Block, best, blocks_of, has_room
from webapp.dev import halls
from webapp.dev.stadium import stadium


def best_together(document: Plan, free: set[int], count: int, grade: str | None) -> list[int]:
    """The best seats of a house of which these are free."""
    blocks = [block for block in blocks_of(document) if grade in (None, block.grade)]
    return best(blocks, lambda _some: free, count)


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


def test_what_is_found_by_looking_at_little_is_the_best_of_all() -> None:
    """A house in every stage of being sold, against a search of the whole of it."""
    hall, chance = halls.concert_hall(), Random(5)
    everything, blocks = [seat.number for seat in seats_of(hall)], blocks_of(hall)
    for share in (1.0, 0.6, 0.3, 0.1, 0.03):
        free = {number for number in everything if chance.random() < share}
        for count in (1, 2, 3, 4):
            # One look at all blocks at once leaves nothing out.
            in_one = [block._replace(bound=0.0) for block in blocks]
            assert best(blocks, lambda _some, free=free: free, count) == best(  # type: ignore[misc]
                in_one,
                lambda _some, free=free: free,
                count,  # type: ignore[misc]
            )


def test_in_a_free_stadium_a_few_rows_are_looked_at_and_not_the_house() -> None:
    looked = list[Block]()
    blocks = blocks_of(stadium())

    def look(some: Sequence[Block]) -> set[int]:
        looked.extend(some)
        return {number for block in some for number in range(block.first, block.last + 1)}

    started = process_time()
    assert len(best(blocks, look, 4)) == 4
    assert process_time() - started < 0.1
    assert len(looked) < len(blocks) / 10


def test_a_block_has_room_for_as_many_as_are_free_side_by_side_in_it() -> None:
    (block,) = blocks_of(plan(("R", [80, 90, 100, 110, 120])))
    assert [has_room(block, "00100", count) for count in (1, 2, 3)] == [True, True, False]
    assert not has_room(block, "22112", 1)
