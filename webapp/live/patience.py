"""How much one socket may ask, and how many sockets one fan may have in a process. Kept in memory, asked first."""

from collections import Counter
from dataclasses import dataclass, field

QUESTIONS_AT_ONCE = 10  # a page asks one or two when it opens, and again after a gap
QUESTIONS_PER_SECOND = 1.0
SOCKETS_PER_FAN = 20  # tabs and devices of one person, with room to spare


@dataclass
class Patience:
    """Questions each socket has left, and sockets each fan has open. Times in monotonic seconds."""

    left: dict[str, tuple[float, float]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    sockets: Counter[str] = field(default_factory=Counter)

    def opens(self, sid: str, fan: str, now: float) -> bool:
        """Whether this fan may open one more socket; if so, it is counted until `closes`."""
        if self.sockets[fan] >= SOCKETS_PER_FAN:
            return False
        self.sockets[fan] += 1
        self.owners[sid] = fan
        self.left[sid] = (QUESTIONS_AT_ONCE, now)
        return True

    def asks(self, sid: str, now: float) -> bool:
        """Whether this socket may ask one more question now."""
        left, since = self.left.get(sid, (QUESTIONS_AT_ONCE, now))
        left = min(QUESTIONS_AT_ONCE, left + (now - since) * QUESTIONS_PER_SECOND)
        self.left[sid] = (max(0.0, left - 1), now)
        return left >= 1

    def closes(self, sid: str) -> None:
        """Forget a socket."""
        self.left.pop(sid, None)
        if fan := self.owners.pop(sid, None):
            self.sockets[fan] -= 1
            if self.sockets[fan] <= 0:
                del self.sockets[fan]
