"""A clock that stands at NOW until a test moves it."""

from datetime import datetime

import pytest

from tests import builders
from webapp import clock


class Timepiece:
    def __init__(self) -> None:
        self.shows = builders.NOW

    def now(self) -> datetime:
        return self.shows

    def pass_(self, **time: float) -> None:
        """Let so many minutes or seconds pass; counted from NOW."""
        self.shows = builders.at(**time)


@pytest.fixture
def timepiece(monkeypatch: pytest.MonkeyPatch) -> Timepiece:
    """Everything that asks for the time asks this one."""
    timepiece = Timepiece()
    monkeypatch.setattr(clock, "now", timepiece.now)
    return timepiece
