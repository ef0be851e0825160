"""What is said to live pages: rooms and publishing. Any process may publish; web processes deliver.

A message is a hint that something changed. Losing one costs a little time, never a place or a seat.
"""

import json
import logging
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError

from webapp.jobs import redis
from webapp.live import numbering

log = logging.getLogger(__name__)

CHANNEL = "frontrow:live"

FREE, HELD, SOLD = 0, 1, 2


def line_room(concert_id: int) -> str:
    return f"line:{concert_id}"


def seats_room(schedule_id: int) -> str:
    return f"seats:{schedule_id}"


def fan_room(user_id: int) -> str:
    return f"fan:{user_id}"


def house_room(concert_id: int) -> str:
    return f"house:{concert_id}"


def line_moved(tick: dict[str, Any]) -> None:
    """Tell everyone waiting for a concert where the line stands. `tick` is the whole message."""
    _publish({"event": "line_moved", "concert": tick["concert"], "body": tick})


def seats_changed(concert_id: int, schedule_id: int, numbers: list[int], state: int) -> None:
    """Tell every open seat map of a schedule that these seats are now free, held or sold; the message is numbered."""
    changes = [[number, state] for number in numbers]
    message = {"event": "seats_changed", "concert": concert_id, "schedule": schedule_id, "changes": changes}
    _publish(message, lambda raw: numbering.publish(CHANNEL, schedule_id, raw))


def house_changed(concert_id: int, schedule_id: int) -> None:
    """Tell every open seat map of a schedule that its seats or prices are others now: seat 0 is the whole house."""
    seats_changed(concert_id, schedule_id, [0], FREE)


def stock_changed(stock: dict[str, Any]) -> None:
    """Tell everyone waiting for a concert what is left of each grade, coarsely. `stock` is the whole message."""
    _publish({"event": "stock_changed", "concert": stock["concert"], "body": stock})


def order_changed(user_id: int, public_id: str) -> None:
    _publish({"event": "order_changed", "user": user_id, "body": {"order": public_id}})


def wallet_changed(user_id: int) -> None:
    _publish({"event": "wallet_changed", "user": user_id, "body": {}})


def place_ended(user_id: int, concert_id: int, wait_number: int) -> None:
    """Tell a fan's other pages that their place in this line has ended before it was their turn, or by their wish."""
    _publish({"event": "place_ended", "user": user_id, "body": {"concert": concert_id, "number": wait_number}})


def signed_out(user_id: int) -> None:
    """Have every web process look whether this fan's open sockets are still signed in."""
    _publish({"event": "signed_out", "user": user_id})


def _publish(message: dict[str, Any], send: Callable[[str], object] | None = None) -> None:
    raw = json.dumps(message, separators=(",", ":"))
    try:
        if send is None:
            redis().publish(CHANNEL, raw)
        else:
            send(raw)
    except RedisError as error:
        log.warning("%s was not published: %s", message["event"], error)
