"""What a process remembers for a moment: answers that thousands of pages ask for at the same time. Knows no feature."""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

Answer = TypeVar("Answer")


class Recent(Generic[Answer]):
    """Answers that may be `seconds` old. For what is the same for everybody, and never for a decision about a seat."""

    everyone: ClassVar["WeakSet[Recent[Any]]"] = WeakSet()

    def __init__(self, seconds: float, most: int = 1_000) -> None:
        self.seconds, self.most = seconds, most
        self._known: dict[Hashable, tuple[float, Answer]] = {}
        Recent.everyone.add(self)

    def get(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer to `key`, asked for by calling `ask` once it is too old. Errors are not remembered.

        Whoever finds it too old renews it; whoever comes while that lasts takes the old one, so that the end
        of a moment is no stampede.
        """
        now = monotonic()
        known = self._known.get(key)
        if known and now < known[0]:
            return known[1]
        if known:
            self._known[key] = (now + self.seconds, known[1])
        try:
            answer = ask()
        except BaseException:
            self._known.pop(key, None)
            raise
        self._keep(key, (monotonic() + self.seconds, answer))
        return answer

    def drop(self, key: Hashable) -> None:
        """Ask for this one afresh: it is known to have changed."""
        self._known.pop(key, None)

    def _keep(self, key: Hashable, dated: tuple[float, Answer]) -> None:
        if len(self._known) >= self.most:
            self._known.clear()
        self._known[key] = dated


def forget() -> None:
    """Ask for everything afresh: for tests, where years pass in a moment."""
    for recent in Recent.everyone:
        recent._known.clear()
