"""Tokens for programs that are signed in: kept with those of everybody else who asks this process at this moment."""

from collections.abc import Callable, Sequence

from webapp import clock
from webapp.api import tokens
from webapp.api.errors import Unauthorized
from webapp.api.tokens import Claims, Keys, Pair
from webapp.batches import Batches
from webapp.db import at_once, release

Made = tuple[Claims, Pair]


def issue(claims: Claims, keys: Keys) -> Pair:
    """Tokens for this sign-in. Raises Unauthorized when it has just ended, and TooBusy.

    To be called outside of transactions: it commits by itself.
    """
    release()
    pair = tokens.make(claims, keys, clock.now())
    if not _batches.ask(None, (claims, pair)):
        raise Unauthorized()
    return pair


def _keep(_line: None, collect: Callable[[], Sequence[Made]]) -> list[bool]:
    with at_once():
        return tokens.keep(collect(), clock.now())


_batches: Batches[Made, bool] = Batches(_keep)
