"""What an evening comes to: order, delays, and how right the estimates were."""

import pytest

from webapp.dev.crowd import figures, plots, spoken
from webapp.dev.crowd.diary import Diary, Estimate, Journal
from webapp.dev.crowd.outcome import Place
from webapp.dev.crowd.plots import Series


def called(*order: int) -> list[Place]:
    """These numbers, called ten seconds after one another."""
    return [Place(number, number, 0.0, 10.0 * place) for place, number in enumerate(order)]


@pytest.mark.parametrize(
    ("order", "count"),
    [((1, 2, 3), 0), ((), 0), ((1, 3, 2), 1), ((3, 1, 2), 2), ((2, 5, 9), 0), ((4, 3, 2, 1), 3)],
)
def test_whoever_was_called_after_a_higher_number_is_counted(order: tuple[int, ...], count: int) -> None:
    assert figures.inversions(called(*order)) == count


def test_a_moment_is_enough_to_be_called_too_late() -> None:
    assert figures.inversions([Place(1, 1, 0.0, 5.000001), Place(2, 2, 0.0, 5.0)]) == 1


def test_those_called_together_are_in_order() -> None:
    assert figures.inversions([Place(number, number, 0.0, 5.0) for number in (3, 1, 2)]) == 0


def test_the_delay_runs_from_the_servers_call_to_the_fans_knowing() -> None:
    diaries = [Diary(1, number=1, known_at=10.25), Diary(2, number=2), Diary(3, number=3, known_at=9.0)]
    places = {1: Place(1, 1, 0.0, 10.0), 2: Place(2, 2, 0.0, 10.0), 3: Place(3, 9, 0.0, 8.0)}
    # The second never knew; the third's number is of an earlier place.
    assert figures.delays(diaries, places) == [250.0]
    assert figures.waits(diaries, places) == [(1, 10 / 60), (2, 10 / 60)]


def test_an_estimate_is_held_against_what_was_left_when_it_was_made() -> None:
    diaries = [Diary(1, number=1, first=Estimate(60.0, 2, 4, 9)), Diary(2, number=2)]
    places = {1: Place(1, 1, 0.0, 240.0), 2: Place(2, 2, 0.0, 240.0)}
    assert figures.answers(diaries, places, "first") == [(Estimate(60.0, 2, 4, 9), 3.0)]
    assert figures.answers(diaries, places, "midway") == []


def test_a_range_that_held_the_wait_missed_by_nothing() -> None:
    right, early, late = (Estimate(0.0, 2, 4, 9),) * 3
    found = figures.accuracy([(right, 3.0), (early, 6.0), (late, 1.0)])
    assert found is not None
    assert found.within == pytest.approx(1 / 3)
    assert found.missed_by == 1.5
    assert found.median_error == 2.0
    assert found.p90_error == 3.0


def test_one_minute_means_up_to_one() -> None:
    found = figures.accuracy([(Estimate(0.0, 1, 2, 3), 0.2)])
    assert found is not None
    assert found.within == 1.0


def test_nothing_measured_is_said_as_nothing() -> None:
    assert figures.spread([]) is None
    assert figures.accuracy([]) is None


def test_percentiles_are_values_that_were_measured() -> None:
    found = figures.spread(list(range(1, 101)))
    assert found == figures.Spread(100, 50, 95, 99, 100)


def test_a_plot_ends_on_round_numbers_and_shows_every_series() -> None:
    drawing = plots.plot("T", [Series("a", [(0, 0), (7, 90)]), Series("b & c", [(3, 4)], "dots", 1)], "x", "y")
    assert drawing.startswith("<svg")
    assert ">10<" in drawing
    assert ">100<" in drawing
    assert "b &amp; c" in drawing
    assert drawing.count("<circle") == 1
    assert "There is nothing to show." in plots.plot("T", [Series("a", [])], "x", "y")


def test_the_progress_line_says_where_everyone_is() -> None:
    from webapp.dev.crowd import progress

    journal = Journal([Diary(1), Diary(2, doing="waiting"), Diary(3, ended="bought")])
    journal.errors["socket: closed"] += 2
    line = progress.line(journal, began=0.0)
    assert line.endswith("1 to come · 1 waiting · 1 bought · 2 errors")


def test_the_terminal_names_every_broken_promise() -> None:
    found = {
        "fans": 1,
        "seconds": 60.0,
        "ended": {"bought": 1},
        "seats_bought": 2,
        "collisions": 0,
        "wait_minutes": None,
        "called_to_known_ms": None,
        "estimates": {"first": None, "midway": None},
        "order_inversions": 0,
        "http_ms": {},
        "errors": {"GET /: 500": 3},
        "audit": ["ledger-sums: it does not"],
    }
    said = list(spoken.lines(found))
    assert "BROKEN ledger-sums: it does not" in said
    assert "ERROR GET /: 500: 3" in said
    assert not any("clean" in line for line in said)
