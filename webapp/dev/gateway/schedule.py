"""Which callback goes out when: back-off, and fairness between receivers. No thread, clock, network."""

import heapq
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from webapp.dev.gateway.callbacks import Attempt, Callback

AT_ONCE_PER_RECEIVER = 8
LONGEST_RETRY_SECONDS = 15.0


@dataclass
class Lane:
    """One receiver: what is ready for it, how much is on its way, whether it is answering."""

    ready: deque[Callback] = field(default_factory=deque)
    sending: int = 0
    is_silent: bool = False

    @property
    def room(self) -> int:
        """How many more may be sent now. A receiver that does not answer gets one at a time."""
        return (1 if self.is_silent else AT_ONCE_PER_RECEIVER) - self.sending


class Schedule:
    """The callbacks not delivered yet. Times are seconds of one clock that the caller keeps."""

    def __init__(self, first_retry_seconds: float) -> None:
        self._first_retry_seconds = first_retry_seconds
        self._waiting: dict[int, tuple[float, Callback]] = {}
        self._by_time: list[tuple[float, int]] = []
        self._active: set[int] = set()
        self._tries: dict[int, int] = {}
        self._lanes: dict[str, Lane] = {}

    def add(self, callback: Callback, due_at: float) -> None:
        """Let a callback go out at due_at, or earlier than planned; nothing if it is on its way already."""
        planned_at, _ = self._waiting.get(callback.id, (float("inf"), callback))
        if callback.id in self._active or planned_at <= due_at:
            return
        self._waiting[callback.id] = (due_at, callback)
        heapq.heappush(self._by_time, (due_at, callback.id))

    def take(self, now: float) -> list[Callback]:
        """What may go out now, with room at its receiver. Each is answered for with finish()."""
        self._ripen(now)
        taken: list[Callback] = []
        for lane in self._lanes.values():
            while lane.ready and lane.room > 0:
                taken.append(lane.ready.popleft())
                lane.sending += 1
        return taken

    def finish(self, attempt: Attempt, now: float) -> None:
        """Take note of a try: a delivered callback is forgotten, another comes again after a longer pause."""
        callback = attempt.callback
        lane = self._lanes[_receiver(callback)]
        lane.sending -= 1
        lane.is_silent = attempt.status is None
        self._active.discard(callback.id)
        if attempt.is_delivered:
            self._tries.pop(callback.id, None)
        else:
            tries = self._tries.get(callback.id, 0)
            self._tries[callback.id] = tries + 1
            self.add(callback, now + min(self._first_retry_seconds * 2 ** min(tries, 16), LONGEST_RETRY_SECONDS))
        if not lane.ready and not lane.sending and not lane.is_silent:
            del self._lanes[_receiver(callback)]

    def knows(self, callback_id: int) -> bool:
        """Whether this callback is waiting, ready or on its way."""
        return callback_id in self._waiting or callback_id in self._active

    def seconds_to_next(self, now: float) -> float:
        """How long until the next callback is due; infinite if none is waiting."""
        return max(self._by_time[0][0] - now, 0.0) if self._by_time else float("inf")

    def _ripen(self, now: float) -> None:
        while self._by_time and self._by_time[0][0] <= now:
            due_at, callback_id = heapq.heappop(self._by_time)
            planned_at, callback = self._waiting.get(callback_id, (None, None))
            if callback is None or planned_at != due_at:
                continue  # it was moved forward and has gone out already
            del self._waiting[callback_id]
            self._active.add(callback_id)
            self._lanes.setdefault(_receiver(callback), Lane()).ready.append(callback)


def _receiver(callback: Callback) -> str:
    return urlsplit(callback.url).netloc
