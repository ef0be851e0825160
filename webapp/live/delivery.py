"""From Redis to this process's sockets: what any process published, merged, at most twice a second."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from redis import Redis
from redis.exceptions import RedisError

from webapp import jobs
from webapp.live import leaving, messages, stock_watch
from webapp.live.guests import guests

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5  # product rule: at most two ticks a second for one line
SEATS_SECONDS = 0.2  # seat changes gather this long, so that a rush is a few messages and not a thousand
STRAGGLER_SECONDS = 5.0  # no message is on its way for longer than this
RECONNECT_SECONDS = 1.0
SETTLING_MS_A_SOCKET = 10  # a page that asks anew costs 5 to 6 ms of processor time, and pages are served meanwhile
MOST_SETTLING_MS = 60_000  # until its turn a page reads the status address, and loses nothing
# With nothing to send, this long at a time is waited for a message: shorter than the client's own time limit.
QUIET_SECONDS = 1.0

LookAgain = Callable[[int | None], None]


@dataclass
class Changes:
    """The changes of a schedule's seats that wait to be sent, `first` to `last` by number."""

    first: int
    last: int = 0
    states: dict[int, int] = field(default_factory=dict)

    def take(self, sequence: int, changes: list[tuple[int, int]]) -> None:
        if self.last and sequence != self.last + 1:
            # This process has missed one. So have the pages, and they shall notice.
            self.first = sequence
        self.last = sequence
        self.states.update(dict(changes))

    def body(self) -> dict[str, Any]:
        """What a page is told; it has missed nothing if it knew everything before `from`."""
        return {"from": self.first, "to": self.last, "changes": [list(one) for one in sorted(self.states.items())]}


class Delivery:
    """Merges messages per line and per schedule and broadcasts them to the sockets of this process."""

    def __init__(self, socketio: SocketIO, look_again: LookAgain = lambda _user: None) -> None:
        self.socketio, self.look_again = socketio, look_again
        self.lines: dict[int, dict[str, Any]] = {}
        self.sent_at: dict[tuple[str, int], float] = {}
        self.newest: dict[int, tuple[int, float]] = {}
        self.seats: dict[tuple[int, int], Changes] = {}

    def take(self, raw: bytes, now: float) -> None:
        """Merge one published message; personal ones go out at once. `now` in monotonic seconds."""
        message = json.loads(raw)
        event = message["event"]
        if event == "line_moved":
            self._take_line(message["concert"], message["body"], now)
        elif event == "seats_changed":
            sequence = message.get("sequence", 0)  # none from a process of before these numbers: as good as missed
            changes = self.seats.setdefault((message["concert"], message["schedule"]), Changes(sequence))
            changes.take(sequence, message["changes"])
            stock_watch.seats_moved(message["concert"], is_edit=any(one[0] == 0 for one in message["changes"]))
        elif event == "stock_changed":
            self.socketio.emit(event, message["body"], to=messages.line_room(message["concert"]))
        elif event == "signed_out":
            self.socketio.start_background_task(self.look_again, message["user"])
        else:
            self.socketio.emit(event, message["body"], to=messages.fan_room(message["user"]))
            if event == "place_ended":
                leaving.leave_line(
                    self.socketio, message["user"], message["body"]["concert"], message["body"]["number"]
                )

    def flush(self, now: float) -> None:
        """Broadcast what is due; `now` in monotonic seconds."""
        for concert_id in [one for one in self.lines if self._is_due(("line", one), now, TICK_SECONDS)]:
            tick = self.lines.pop(concert_id)
            self.socketio.emit("line_moved", tick, to=messages.line_room(concert_id))
            self.socketio.emit("house_changed", {"concert": concert_id}, to=messages.house_room(concert_id))
        for concert_id, schedule_id in [
            one for one in self.seats if self._is_due(("seats", one[1]), now, SEATS_SECONDS)
        ]:
            body = {"schedule": schedule_id, **self.seats.pop((concert_id, schedule_id)).body()}
            self.socketio.emit("seats_changed", body, to=messages.seats_room(schedule_id))
            self.socketio.emit("house_changed", {"concert": concert_id}, to=messages.house_room(concert_id))

    def quiet_seconds(self, now: float) -> float:
        """How long nothing will be due, if no message comes."""
        ticks = [self.sent_at.get(("line", one), 0.0) + TICK_SECONDS for one in self.lines]
        seats = [self.sent_at.get(("seats", one[1]), 0.0) + SEATS_SECONDS for one in self.seats]
        return max(0.0, min([QUIET_SECONDS, *(due - now for due in ticks + seats)]))

    def _take_line(self, concert_id: int, tick: dict[str, Any], now: float) -> None:
        # Two processes may publish in another order than they committed: the newer state stays. A lower number
        # that comes much later is no straggler but a database that was set back, and then it is the truth.
        newest, at = self.newest.get(concert_id, (-1, 0.0))
        if tick["sequence"] > newest or now - at > STRAGGLER_SECONDS:
            self.newest[concert_id] = (tick["sequence"], now)
            self.lines[concert_id] = tick

    def _is_due(self, key: tuple[str, int], now: float, every: float) -> bool:
        if now - self.sent_at.get(key, 0.0) < every:
            return False
        self.sent_at[key] = now
        return True


_state: dict[str, Any] = {}


def init_app(app: Flask, socketio: SocketIO, look_again: LookAgain, report: Callable[[], None]) -> None:
    """`look_again` closes the sockets of a fan, or of anybody, who has signed out; `report` says who is present."""
    _state.clear()
    _state.update(app=app, socketio=socketio, running=False, look_again=look_again, report=report)


def start() -> None:
    """Begin delivering in this process, once, with its first socket."""
    if not _state["running"]:
        _state["running"] = True
        delivery = Delivery(_state["socketio"], _state["look_again"])
        _state["socketio"].start_background_task(_run, _state["app"], delivery)
        _state["socketio"].start_background_task(_state["report"])
        _state["socketio"].start_background_task(stock_watch.keep_telling, _state["app"], _state["socketio"])


def _run(app: Flask, delivery: Delivery) -> None:
    url = app.extensions["settings"].redis_url
    while True:
        try:
            _listen(jobs.client(url), delivery)
        except RedisError as error:
            log.warning("live messages pause until Redis answers: %s", error)
        except Exception:
            log.exception("live messages pause: what happened is none of Redis' outcomes")
        # Their sockets are up and would look live: the pages go over to asking until told otherwise.
        delivery.socketio.emit("live_lost")
        delivery.socketio.sleep(RECONNECT_SECONDS)


def _listen(client: Redis, delivery: Delivery) -> None:
    subscription = client.pubsub()  # type: ignore[no-untyped-call]
    subscription.subscribe(messages.CHANNEL)
    while True:
        message = subscription.get_message(timeout=delivery.quiet_seconds(time.monotonic()))
        if message and message["type"] == "subscribe":
            # What was published before Redis said so is lost, and everything after it comes. A page that looked
            # before, while our wish to listen was still on its way, would miss what was published in between.
            delivery.socketio.emit("live_restored", {"within_ms": _settling_ms()})
            delivery.socketio.start_background_task(delivery.look_again, None)
        elif message and message["type"] == "message":
            _take(delivery, message["data"])
        delivery.flush(time.monotonic())


def _settling_ms() -> int:
    """How long the pages of this process may take to ask anew: each at a moment of its own."""
    return min(MOST_SETTLING_MS, len(guests) * SETTLING_MS_A_SOCKET)


def _take(delivery: Delivery, raw: bytes) -> None:
    try:
        delivery.take(raw, time.monotonic())
    except (KeyError, TypeError, ValueError):
        # An older or a foreign process said it. One message is lost; the delivery of this process is not.
        log.exception("a live message could not be read")
