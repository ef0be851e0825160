"""@admission_required: what stands before everything only an admitted fan may see or do."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g
from flask_login import current_user, login_required

from webapp import clock
from webapp.concerts import listing
from webapp.waiting_room import admission


def admission_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let admitted fans through, with `g.concert`, `g.schedule` (where there is one) and `g.admission` set.

    The view's address names a `schedule_id` or a concert's `slug`. Others get NotYourTurn, 403.
    """

    @wraps(view)
    @login_required
    def guarded(**address: Any) -> Any:
        user_id, now = current_user.id, clock.now()
        if "schedule_id" in address:
            g.schedule, g.admission = admission.require_at(user_id, address["schedule_id"], now)
            g.concert = g.schedule.concert
        else:
            g.concert = listing.concert(address["slug"])
            g.admission = admission.require(user_id, g.concert.id, g.concert.slug, now)
        return view(**address)

    return guarded
