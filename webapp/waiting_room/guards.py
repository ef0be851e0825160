"""What stands before a page of the line: who asks, where they stand, and whether they may see seats."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g
from flask_login import login_required

from webapp import clock
from webapp.accounts import signing_in
from webapp.accounts.signing_in import SignedIn
from webapp.concerts import recent
from webapp.errors import NotYourTurn
from webapp.waiting_room import admission, visiting


def who_asks(key: str) -> SignedIn | None:
    """Flask-Login's user loader. Behind the guards below it reads the fan's place in the same statement."""
    if "concert" not in g:
        return signing_in.load(key)
    user, g.place = visiting.visit(key, g.concert.id)
    return user


def place_known(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let signed-in fans through, with `g.concert`, `g.schedule` (where there is one) and `g.place` set.

    The view's address names a `schedule_id` or a concert's `slug`. `g.place` is None for a fan who never joined.
    """
    signed_in_view = login_required(view)

    @wraps(view)
    def guarded(**address: Any) -> Any:
        if "schedule_id" in address:
            g.schedule = recent.schedule(address["schedule_id"])
            g.concert = g.schedule.concert
        else:
            g.concert = recent.concert(address["slug"])
        return signed_in_view(**address)

    return guarded


def place_noted(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let everybody through, with `g.concert` and `g.place`, which is set once it has been asked who asks."""

    @wraps(view)
    def guarded(slug: str) -> Any:
        g.concert, g.place = recent.concert(slug), None
        return view(slug)

    return guarded


def admission_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let admitted fans through, as `place_known` does. Others get NotYourTurn, 403, with the people ahead."""

    @place_known
    @wraps(view)
    def guarded(**address: Any) -> Any:
        now = clock.now()
        if g.place is None or admission.state(g.place, now)[0] != "called":
            raise NotYourTurn(concert_slug=g.concert.slug, ahead=admission.ahead(g.place, now))
        return view(**address)

    return guarded
