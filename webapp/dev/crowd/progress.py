"""The crowd at work, in one line: renewed in a terminal, a line now and then where nobody watches."""

import asyncio
import sys
import time
from typing import TextIO

from webapp.dev.crowd.diary import Journal

EVERY_SECONDS = 0.5
SELDOM_SECONDS = 10.0
ORDER = ("to come", "arriving", "in the lobby", "waiting", "choosing", "paying")


async def show(journal: Journal, began: float, out: TextIO = sys.stdout) -> None:
    """Keep showing until cancelled. `began` in monotonic seconds."""
    is_live = out.isatty()
    while True:
        await asyncio.sleep(EVERY_SECONDS if is_live else SELDOM_SECONDS)
        print(
            f"\r\033[K{line(journal, began)}" if is_live else line(journal, began),
            end="" if is_live else "\n",
            file=out,
        )
        out.flush()


def line(journal: Journal, began: float) -> str:
    """Where everyone is: first those under way, then those whose evening is over."""
    minutes, seconds = divmod(int(time.monotonic() - began), 60)
    doing = journal.doing()
    names = [name for name in ORDER if doing[name]] + sorted(name for name in doing if name not in ORDER)
    errors = [f"{sum(journal.errors.values()):,} errors"] if journal.errors else []
    return f"{minutes:02}:{seconds:02}  " + " · ".join([f"{doing[name]:,} {name}" for name in names] + errors)
