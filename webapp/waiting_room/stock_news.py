"""News of what is still on sale, for everyone who waits: counted once for all, and told only when it changed."""

import json
import logging
from datetime import datetime

from redis.exceptions import RedisError

from webapp.concerts import stock
from webapp.jobs import redis
from webapp.live import messages

log = logging.getLogger(__name__)

EVERY_MS = 450  # a concert is counted about twice a second at most, however many processes have heard of a change
TOLD_SECONDS = 600


def tell(concert_id: int, now: datetime) -> bool:
    """Count what is left and tell it, if it is not what was told last. False if it was counted a moment ago: try again.

    Without Redis nobody would hear it, and nobody counts. A page that missed it has it from its next answer.
    """
    try:
        if not redis().set(f"frontrow:stock-counted:{concert_id}", 1, nx=True, px=EVERY_MS):
            return False
        grades = stock.count(concert_id, now)
        told = json.dumps([[grade.name, grade.stock, grade.price, grade.price_to] for grade in grades])
        before = redis().set(f"frontrow:stock-told:{concert_id}", told, get=True, ex=TOLD_SECONDS)
    except RedisError as error:
        log.warning("what is left of concert %s was not told: %s", concert_id, error)
        return True
    if before is None or before != told.encode():
        messages.stock_changed(stock.message(concert_id, now, grades))
    return True
