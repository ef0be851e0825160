"""The ladder of cancellation fees, day by day."""

import json
from datetime import date, timedelta
from itertools import pairwise

import pytest

from webapp.checkout import fees
from webapp.concerts.models import REFUND_TERMS

TERMS = fees.read_terms(json.loads(REFUND_TERMS))
SHOW = date(2027, 3, 2)
LONG_AGO = date(2026, 12, 1)


def fee(days_before: int, booked_on: date = LONG_AGO, prices: tuple[int, ...] = (132_000,)) -> tuple[str, int]:
    band = fees.band_of(fees.bands(TERMS, prices, booked_on, SHOW), SHOW - timedelta(days=days_before))
    return band.rule, band.fee


@pytest.mark.parametrize(
    ("days_before", "rule", "amount"),
    [
        (60, "flat", 4_000),
        (10, "flat", 4_000),
        (9, "percent", 13_200),
        (7, "percent", 13_200),
        (6, "percent", 26_400),
        (3, "percent", 26_400),
        (2, "percent", 39_600),
        (1, "percent", 39_600),
        (0, "never", 132_000),
        (-1, "never", 132_000),
    ],
)
def test_the_ladder_step_by_step(days_before: int, rule: str, amount: int) -> None:
    assert fee(days_before) == (rule, amount)


def test_free_through_the_seventh_day_after_booking() -> None:
    booked_on = SHOW - timedelta(days=40)
    assert [fee(days, booked_on)[0] for days in (40, 33, 32)] == ["free", "free", "flat"]


def test_the_free_week_is_void_from_ten_days_before_the_show() -> None:
    booked_on = SHOW - timedelta(days=12)
    assert [fee(days, booked_on)[0] for days in (12, 11, 10, 9)] == ["free", "free", "flat", "percent"]


def test_booked_in_the_last_ten_days_nothing_is_free() -> None:
    assert fee(5, SHOW - timedelta(days=5)) == ("percent", 26_400)
    assert [band.rule for band in fees.bands(TERMS, [100], SHOW - timedelta(days=1), SHOW)] == ["percent", "never"]
    assert [band.rule for band in fees.bands(TERMS, [100], SHOW, SHOW)] == ["never"]


def test_a_fee_is_counted_for_each_ticket_and_rounded_down() -> None:
    assert fee(30, prices=(30_005, 132_000)) == ("flat", 3_000 + 4_000)
    assert fee(8, prices=(99_999, 99_999)) == ("percent", 9_999 * 2)


def test_the_table_has_every_day_once() -> None:
    for ahead in range(60):
        laid = fees.bands(TERMS, [132_000], SHOW - timedelta(days=ahead), SHOW)
        assert laid[0].first is None
        assert laid[-1].last is None
        for one, after in pairwise(laid):
            assert one.last is not None
            assert after.first == one.last + timedelta(days=1)


def test_a_refund_is_split_as_it_was_paid_to_the_won() -> None:
    for card, points in ((100_000, 0), (0, 100_000), (66_667, 33_333), (1, 99_999), (99_999, 1)):
        for back in (0, 1, 2, 3, 49_999, 69_999, 99_999, 100_000):
            to_card, to_points = fees.split(back, card, points)
            assert to_card + to_points == back
            assert 0 <= to_card <= card
            assert 0 <= to_points <= points
            assert abs(to_card * (card + points) - back * card) < card + points  # less than a won off


def test_more_than_was_paid_is_never_split() -> None:
    for back in (-1, 101):
        with pytest.raises(ValueError, match="never more"):
            fees.split(back, 60, 40)


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": [[3, 10], [7, 20]]},
        {"steps": [[10, 10]]},
        {"steps": [[7, 101]]},
        {"flat_fee": -1},
        {"free_days": -1},
        {"steps": [[7]]},
    ],
)
def test_what_is_no_ladder_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        fees.read_terms({**json.loads(REFUND_TERMS), **wrong})
