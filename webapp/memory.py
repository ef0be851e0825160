"""What a process remembers for a moment: answers that thousands of pages ask for at the same time. Knows no feature."""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

Answer = TypeVar("Answer")

OLDEST = 3  # times as old as it may be is the oldest answer that is given while a new one is on its way


class Recent(Generic[Answer]):
    """Answers that may be `seconds` old. For what is the same for everybody, and never for a decision about a seat."""

    everyone: ClassVar["WeakSet[Recent[Any]]"] = WeakSet()

    def __init__(self, seconds: float, most: int = 1_000) -> None:
        self.seconds, self.most = seconds, most
        # When to renew it, when not to give it any more, and the answer.
        self._known: dict[Hashable, tuple[float, float, Answer]] = {}
        Recent.everyone.add(self)

    def get(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer to `key`, asked for by calling `ask` once it is too old. Errors are not remembered.

        Whoever finds it too old renews it; whoever comes while that lasts takes the old one, so that the end
        of a moment is no stampede. What has been lying about since before the rush is given to nobody.
        """
        now = monotonic()
        known = self._known.get(key)
        if known and now < known[1]:
            renew_at, gone_at, old = known
            if now < renew_at:
                return old
            self._known[key] = (now + self.seconds, gone_at, old)
        try:
            answer = ask()
        except BaseException:
            self._known.pop(key, None)
            raise
        self._keep(key, answer)
        return answer

    def drop(self, key: Hashable) -> None:
        """Ask for this one afresh: it is known to have changed."""
        self._known.pop(key, None)

    def _keep(self, key: Hashable, answer: Answer) -> None:
        if len(self._known) >= self.most:
            self._known.clear()
        now = monotonic()
        self._known[key] = (now + self.seconds, now + OLDEST * self.seconds, answer)


def forget() -> None:
    """Ask for everything afresh: for tests, where years pass in a moment."""
    for recent in Recent.everyone:
        recent._known.clear()
