"""Who left the line before being called, counted by bands of wait numbers.

From these counts a page tells how many are really ahead of its number, too many by those at most who left out of its
own band. They lie on the counter's row and change under its lock with `skipped_count`, which is their sum, so that a
tick costs the same whether ten have left or a hundred thousand.
"""

from collections.abc import Sequence

from sqlalchemy import func, select

from webapp.db import db
from webapp.waiting_room.models import Counter, QueueSession

MOST_BANDS = 64
# Numbers in a band of a short line, which is exact; a longer one doubles that until its bands are few enough.
FINEST = 1


def left(counter: Counter, wait_number: int) -> None:
    """Count one more who left while waiting, with this number. Needs the counter's lock."""
    if not counter.departures:
        _begin(counter)
    _widen(counter)
    counts = list(counter.departures)
    band = (wait_number - 1 - counter.bands_from) // counter.band_width
    counts += [0] * (band + 1 - len(counts))
    counts[band] += 1
    counter.departures = counts
    counter.skipped_count += 1


def settle(counter: Counter) -> None:
    """Take out whom the line has passed, and keep the bands as fine as the line allows. Needs the counter's lock.

    It is arithmetic: the departures between two serving numbers are the first ones, and `skipped_count` tells how many
    are still ahead. They are counted anew only when the rest of the line has become so short that finer bands pay.
    """
    if not counter.skipped_count:
        counter.departures = []
        return
    _advance(counter)
    _widen(counter)
    is_coarse = counter.band_width > FINEST and _span(counter) * 4 <= counter.band_width * MOST_BANDS
    if is_coarse or sum(counter.departures) != counter.skipped_count:
        _count_anew(counter)


def of(counter: Counter) -> list[int]:
    """The bands as a tick carries them: the number before the first, the width of each, the counts; or nothing."""
    return [counter.bands_from, counter.band_width, *counter.departures] if counter.departures else []


def ahead(serving: int, departures: Sequence[int], wait_number: int) -> int:
    """How many are ahead of a number, as a page works it out from a tick: exact but for its own band, never too few."""
    start, width, *counts = departures or (0, FINEST)
    gone = sum(count for band, count in enumerate(counts, start=1) if start + band * width < wait_number)
    return max(0, wait_number - serving - 1 - gone)


def _span(counter: Counter) -> int:
    return counter.created_count - counter.serving_number


def _begin(counter: Counter) -> None:
    width = FINEST
    while width * MOST_BANDS < _span(counter) * 2:
        width *= 2
    counter.band_width = width
    counter.bands_from = counter.serving_number // width * width
    counter.departures = []


def _advance(counter: Counter) -> None:
    behind = max(0, (counter.serving_number - counter.bands_from) // counter.band_width)
    counts = counter.departures[behind:]
    counter.bands_from += behind * counter.band_width
    passed = sum(counts) - counter.skipped_count
    if counts and 0 < passed <= counts[0]:
        counts = [counts[0] - passed, *counts[1:]]
    counter.departures = counts


def _widen(counter: Counter) -> None:
    """Join bands in pairs until the last number drawn lies in one of them."""
    while counter.created_count > counter.bands_from + MOST_BANDS * counter.band_width:
        counts, width = list(counter.departures), counter.band_width * 2
        if counter.bands_from % width:
            counts.insert(0, 0)
            counter.bands_from -= counter.band_width
        counts += [0] * (len(counts) % 2)
        counter.departures = [one + other for one, other in zip(counts[::2], counts[1::2], strict=True)]
        counter.band_width = width


def _count_anew(counter: Counter) -> None:
    _begin(counter)
    band = (QueueSession.wait_number - 1 - counter.bands_from) / counter.band_width
    found = db.session.execute(
        select(func.floor(band), func.count())
        .where(
            QueueSession.concert_id == counter.concert_id,
            QueueSession.wait_number > counter.serving_number,
            QueueSession.called_at.is_(None),
            QueueSession.is_terminated,
        )
        .group_by(func.floor(band))
    )
    counts = [0] * MOST_BANDS
    for number, count in found:
        counts[int(number)] = count
    while counts and not counts[-1]:
        counts.pop()
    counter.departures = counts
