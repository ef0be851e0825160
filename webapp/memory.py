"""What a process remembers for a moment: answers that thousands of pages ask for at the same time. Knows no feature."""

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

Answer = TypeVar("Answer")

# For an answer that is on its way. Who waits may keep a connection that whoever asks has need of: so not for long.
PATIENCE_SECONDS = 1.0
OLDEST = 3  # times as old as it may be is the oldest answer that is given while a new one is on its way


class Recent(Generic[Answer]):
    """Answers that may be `seconds` old. For what is the same for everybody, and never for a decision about a seat."""

    everyone: ClassVar["WeakSet[Recent[Any]]"] = WeakSet()

    def __init__(self, seconds: float, most: int = 1_000) -> None:
        self.seconds, self.most = seconds, most
        # When to renew it, when not to give it any more, and the answer.
        self._known: dict[Hashable, tuple[float, float, Answer]] = {}
        self._asking: dict[Hashable, Lock] = {}
        self._drops: dict[Hashable, int] = {}
        Recent.everyone.add(self)

    def get(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer to `key`, asked for by calling `ask` once it is too old. Errors are not remembered.

        Whoever finds it too old renews it; whoever comes while that lasts takes the old one, so that the end
        of a moment is no stampede. What has been lying about since before the rush is given to nobody: then one asks,
        and the others wait for that, up to a second.
        """
        now = monotonic()
        known = self._known.get(key)
        if known is None or now >= known[1]:
            return self._first(key, ask)
        renew_at, gone_at, old = known
        if now < renew_at:
            return old
        self._known[key] = (now + self.seconds, gone_at, old)
        return self._ask(key, ask)

    def drop(self, key: Hashable) -> None:
        """Ask for this one afresh: it is known to have changed."""
        if len(self._drops) >= self.most:
            self._drops.clear()
        self._drops[key] = self._drops.get(key, 0) + 1
        self._known.pop(key, None)

    def _first(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        gate = self._asking.setdefault(key, Lock())
        has_turn = gate.acquire(timeout=PATIENCE_SECONDS)
        try:
            known = self._known.get(key)
            return known[2] if known and monotonic() < known[1] else self._ask(key, ask)
        finally:
            if has_turn:
                if self._asking.get(key) is gate:
                    del self._asking[key]
                gate.release()

    def _ask(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        drops = self._drops.get(key, 0)
        try:
            answer = ask()
        except BaseException:
            self._known.pop(key, None)
            raise
        self._keep(key, answer, is_dropped=self._drops.get(key, 0) != drops)
        return answer

    def _keep(self, key: Hashable, answer: Answer, *, is_dropped: bool) -> None:
        """One that was dropped on its way is for those who wait for it; whoever comes next renews it."""
        if len(self._known) >= self.most:
            self._known.clear()
        now = monotonic()
        self._known[key] = (now if is_dropped else now + self.seconds, now + OLDEST * self.seconds, answer)


def forget() -> None:
    """Ask for everything afresh: for tests, where years pass in a moment."""
    for recent in Recent.everyone:
        recent._known.clear()
