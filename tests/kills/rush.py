"""A rush of fans, each at another step when a process dies."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from tests.kills.buyer import Buyer, Errand, Saver
from tests.kills.points import Point
from tests.kills.premises import Premises
from webapp import jobs

Fan = TypeVar("Fan", Buyer, Saver, Buyer | Saver)


def kill_in_a_rush(
    premises: Premises,
    victim: str,
    points: Mapping[str, Point],
    new: Callable[[str], Fan],
    act: Callable[[Fan], object],
) -> dict[str, Fan]:
    """Bring one fan to each point, kill, let the others run into it, and start again what was killed."""
    fans, errands = {point: new(point) for point in points}, []
    for point in points:
        premises.points.arm(point)
        # One job settles whatever comes while it is awake; where it stands still, another is woken after five seconds.
        jobs.begin_to_look(jobs.SETTLE_STORED)
        errands.append(Errand(act, fans[point]))
        premises.points.wait(point, errands[-1].is_under_way)
    premises.kill(victim)
    premises.points.release(point for point in points if points[point][0] != victim)
    premises.revive()
    for errand in errands:
        errand.over()
    return fans
