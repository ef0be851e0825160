"""What is written down while the evening runs: each fan's story, every answer's time, everything that went wrong."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

# How a fan's evening ends.
BOUGHT, LEFT, DITHERED, LOOKED, NO_SHOW, NO_SEATS, NOT_ON_SALE, OVER, FAILED = (
    "bought",
    "lost patience",
    "let the hold lapse",
    "looked and left",
    "did not show up",
    "found no seats",
    "found nothing on sale",
    "was still there at the end",
    "failed",
)


@dataclass(frozen=True)
class Estimate:
    """What a page said at a time (Unix seconds): a wait of so many minutes, with so many ahead."""

    at: float
    low_minutes: int
    high_minutes: int
    ahead: int


@dataclass
class Diary:
    """One fan's evening. Times are Unix seconds; None for what never happened."""

    user_id: int
    came_at: float | None = None
    joined_at: float | None = None
    number: int | None = None
    first: Estimate | None = None
    midway: Estimate | None = None
    known_at: float | None = None
    bought_at: float | None = None
    seats: int = 0
    collisions: int = 0
    declined: int = 0
    ended: str | None = None
    doing: str = "to come"


@dataclass
class Journal:
    """The whole crowd's: diaries in the order of the cast, milliseconds by page, errors by kind."""

    diaries: list[Diary] = field(default_factory=list)
    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    ticks: int = 0

    def doing(self) -> Counter[str]:
        """How many fans are doing what right now; whose evening is over, how it ended."""
        return Counter(diary.ended or diary.doing for diary in self.diaries)
