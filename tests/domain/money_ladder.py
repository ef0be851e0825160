"""The ladder of fees that a concert has at first, said once more for the model: which share of the price is kept."""

from datetime import datetime
from zoneinfo import ZoneInfo

KOREA = ZoneInfo("Asia/Seoul")
FREE_DAYS, FREE_UNTIL = 7, 10  # days after buying, and days before the performance from which on nothing is free
SHARES = ((7, 10), (3, 20), (1, 30))  # from so many days before the performance on, so many per cent


def share_kept(paid_at: datetime, now: datetime, starts_at: datetime) -> int | None:
    """In per cent, by the days of Korea's calendar; None once nothing can be cancelled.

    For prices at which a tenth is less than the flat fee, which is then never taken.
    """
    bought, today, plays = [moment.astimezone(KOREA).date() for moment in (paid_at, now, starts_at)]
    left = (plays - today).days
    if (today - bought).days <= FREE_DAYS and left > FREE_UNTIL:
        return 0
    return next((share for least, share in SHARES if left >= least), None)
