"""Where things lie in a chart: round scales, times of the concert's zone, lines that do not hide what nobody knows."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import NOW
from webapp import csv_text
from webapp.admin import charts, plots
from webapp.admin.figures import Course, Holds, became_sales
from webapp.admin.plots import Scale, Span
from webapp.waiting_room.sampling import Stretch

HALF = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (1, 1), (2, 2), (3, 4), (7, 8), (10, 10), (11, 20), (99, 100), (1284, 2000), (50000, 60000)],
)
def test_a_scale_has_a_round_top_that_holds_everything_and_whole_ticks(most: int, top: int) -> None:
    scale = Scale.over([most])
    assert scale.top == top
    assert scale.y(0) == 100
    assert scale.y(most) >= plots.HEADROOM
    assert all(tick.value == int(tick.value) for tick in scale.ticks)  # type: ignore[arg-type]


@pytest.mark.parametrize(("zone", "first"), [("Asia/Seoul", "21:00"), ("Asia/Kathmandu", "17:45"), ("UTC", "12:00")])
def test_time_is_marked_at_whole_quarters_of_the_concerts_own_zone(zone: str, first: str) -> None:
    from zoneinfo import ZoneInfo

    span = Span(NOW - timedelta(minutes=5), NOW + timedelta(minutes=55), timedelta(minutes=15))
    ticks = [tick.value.astimezone(ZoneInfo(zone)).strftime("%H:%M") for tick in span.ticks(zone)]  # type: ignore[union-attr]
    assert ticks[0] == first
    assert len(ticks) == 4


def course(*line: Stretch, until: datetime = NOW) -> Course:
    return Course(NOW - timedelta(hours=1), until, HALF, timedelta(minutes=5), list(line), [], [])


def moved(minutes: float, waiting: int = 5) -> Stretch:
    return Stretch(NOW - timedelta(minutes=minutes), waiting, 1 if waiting else 0, 0)


def test_a_line_is_cut_where_nobody_sampled_it_and_is_flat_while_it_rested() -> None:
    cut = charts._pieces(course(moved(30), moved(29.5), moved(10), moved(9.5)))
    assert [len(piece) for piece in cut] == [2, 2]
    (rested,) = charts._pieces(course(moved(30), moved(29.5, 0), moved(10), moved(9.5, 0)))
    assert [one.waiting for one in rested] == [5, 0, 0, 5, 0, 0]
    assert rested[-1].at == NOW


def test_a_clock_that_stands_still_is_said_and_a_line_at_rest_is_not() -> None:
    assert charts._is_silent(course(moved(10)))
    assert not charts._is_silent(course(moved(10, 0)))
    assert not charts._is_silent(course(moved(0.5)))


def test_of_the_holds_only_those_that_are_over_are_judged() -> None:
    assert became_sales([]) is None
    assert became_sales([Holds(NOW, 0, 7, 0)]) is None
    assert became_sales([Holds(NOW, 3, 7, 1), Holds(NOW, 0, 0, 0)]) == 75


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(0, 0, 0), (0, 9, 0), (1, 50_000, 1), (49_999, 50_000, 99), (9, 9, 100)]
)
def test_the_last_seat_and_the_first_one_count(part: int, whole: int, said: int) -> None:
    assert charts._percent(part, whole) == said


def test_a_file_opens_in_excel_as_it_was_written() -> None:
    rows = [
        ("=1+1", 5, None, NOW),
        ("  @sum", -5, 'says "no", twice', NOW),
        ("＝1", 0, "two\nlines", datetime(2026, 7, 1, tzinfo=UTC)),
    ]
    text = b"".join(csv_text.encoded(("a", "b", "c", "d"), rows, "Asia/Seoul")).decode()
    assert text == (
        "\ufeffa,b,c,d\r\n"
        "'=1+1,5,,2026-12-01T21:00:00+09:00\r\n"
        '\'  @sum,-5,"says ""no"", twice",2026-12-01T21:00:00+09:00\r\n'
        '\'＝1,0,"two\nlines",2026-07-01T09:00:00+09:00\r\n'
    )


@pytest.mark.parametrize("text", ["=A1", "+1", "-1", "@A1", "\tx", "\rx", "\u3000=1", "＠a"])
def test_what_a_fan_typed_is_never_a_formula(text: str) -> None:
    (_header, row) = b"".join(csv_text.encoded(("a",), [(text,)], "UTC")).decode().split("\r\n", 1)
    assert row.lstrip('"').startswith("'")
