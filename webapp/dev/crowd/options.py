"""What a crowd is told: how many, how they come, how patient they are, what they want."""

from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_FANS = 20_000  # each has a socket of its own, and one process opens so many files
SHARES = ("buy", "points", "decline", "dither", "no_show", "best", "sign_in_form")


class BadOption(ValueError):
    """An option that makes no crowd; its text says which and why."""


@dataclass(frozen=True)
class Options:
    """Shares go from 0 to 1. Times are means or medians: every fan has their own."""

    concert: str
    url: str
    fans: int
    over_seconds: float
    buy: float
    patience_minutes: float
    think_seconds: float
    points: float
    decline: float
    dither: float
    no_show: float
    best: float
    sign_in_form: float
    longest_minutes: float
    seed: int

    def check(self) -> None:
        """Raises BadOption with the first thing that is wrong."""
        if not 1 <= self.fans <= MOST_FANS:
            raise BadOption(f"--fans goes from 1 to {MOST_FANS:,}.")
        for name in SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise BadOption(f"--{name.replace('_', '-')} is a share, from 0 to 1.")
        if self.over_seconds < 0 or self.think_seconds < 0:
            raise BadOption("--over and --think cannot be less than 0 seconds.")
        if self.patience_minutes <= 0 or self.longest_minutes <= 0:
            raise BadOption("--patience and --stop-after are more than 0 minutes.")
        if urlsplit(self.url).scheme not in {"http", "https"} or not urlsplit(self.url).hostname:
            raise BadOption("--url is the address of a running server, such as http://127.0.0.1:8000.")
