"""What a process remembers for a moment: asked once, renewed by one, never kept when it failed."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock, Semaphore

import pytest

from tests.running import wait_until
from webapp import memory
from webapp.memory import Recent

PATIENCE = 30.0


class Moment:
    """A monotonic clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    """Nobody waits for an answer: whoever asks while one is on its way is the test itself."""
    moment = Moment()
    monkeypatch.setattr(memory, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(memory, "monotonic", moment)
    return moment


def test_many_who_ask_within_a_moment_ask_once(moment: Moment) -> None:
    asked: list[float] = []
    recent: Recent[int] = Recent(1.0)

    def ask() -> int:
        asked.append(moment.now)
        return len(asked)

    assert [recent.get("stock", ask) for _ in range(5)] == [1] * 5
    moment.now += 0.99
    assert recent.get("stock", ask) == 1
    moment.now += 0.01
    assert recent.get("stock", ask) == 2
    assert recent.get("another", ask) == 3


def test_while_one_renews_the_others_take_the_old_answer(moment: Moment) -> None:
    recent: Recent[str] = Recent(1.0)
    recent.get("stock", lambda: "old")
    moment.now += 1
    met: list[str] = []

    def renew() -> str:
        met.append(recent.get("stock", lambda: "asked twice"))
        return "new"

    assert recent.get("stock", renew) == "new"
    assert met == ["old"]


def test_what_is_from_before_a_quiet_hour_is_given_to_nobody(moment: Moment) -> None:
    recent: Recent[str] = Recent(1.0)
    recent.get("stock", lambda: "an hour old")
    moment.now += 3600
    met: list[str] = []

    def renew() -> str:
        met.append(recent.get("stock", lambda: "asked too"))
        return "new"

    assert recent.get("stock", renew) == "new"
    assert met == ["asked too"]


def test_while_a_renewal_hangs_the_old_answer_is_given_for_three_moments_at_most(moment: Moment) -> None:
    recent: Recent[str] = Recent(1.0)
    recent.get("stock", lambda: "old")
    moment.now += 2.9
    met: list[str] = []

    def renew() -> str:
        met.append(recent.get("stock", lambda: "asked too"))
        moment.now += 0.2
        met.append(recent.get("stock", lambda: "asked too"))
        return "new"

    assert recent.get("stock", renew) == "new"
    assert met == ["old", "asked too"]


def test_an_error_is_not_an_answer() -> None:
    recent: Recent[int] = Recent(1.0)
    with pytest.raises(ZeroDivisionError):
        recent.get("stock", lambda: 1 // 0)
    assert recent.get("stock", lambda: 7) == 7


def test_it_does_not_grow_for_ever() -> None:
    recent: Recent[int] = Recent(60.0, most=10)
    for key in range(1_000):
        recent.get(key, lambda: 1)
    assert len(recent._known) <= 10


class Crowd:
    """Pages that ask at the same time, each in a thread; an answer is on its way until it `may_come`."""

    def __init__(self, recent: Recent[str]) -> None:
        self.recent, self.threads = recent, ThreadPoolExecutor(20)
        self.asked: list[str] = []
        self.is_asked, self.may_come = Semaphore(0), Event()

    def ask(self) -> str:
        self.asked.append(f"answer {len(self.asked) + 1}")
        answer = self.asked[-1]
        self.is_asked.release()
        assert self.may_come.wait(PATIENCE)
        return answer

    def get(self, times: int = 1) -> list[Future[str]]:
        return [self.threads.submit(self.recent.get, "stock", self.ask) for _ in range(times)]

    def first(self) -> Future[str]:
        (first,) = self.get()
        assert self.is_asked.acquire(timeout=PATIENCE)
        return first


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    crowd = Crowd(Recent(60.0))
    yield crowd
    crowd.may_come.set()
    crowd.threads.shutdown()


def test_whoever_comes_before_there_is_an_answer_waits_for_the_one_that_is_on_its_way(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "PATIENCE_SECONDS", PATIENCE)
    waiting: list[float] = []

    class Gate:
        def __init__(self) -> None:
            self.lock = Lock()

        def acquire(self, timeout: float) -> bool:
            waiting.append(timeout)
            return self.lock.acquire(timeout=timeout)

        def release(self) -> None:
            self.lock.release()

    monkeypatch.setattr(memory, "Lock", Gate)
    pages = [crowd.first(), *crowd.get(10)]
    wait_until(lambda: len(waiting) == 11, PATIENCE, "all have come to the gate")
    crowd.may_come.set()
    assert [page.result(PATIENCE) for page in pages] == ["answer 1"] * 11
    assert crowd.asked == ["answer 1"]
    assert crowd.recent._asking == {}


def test_an_answer_that_does_not_come_is_not_waited_for_long(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "PATIENCE_SECONDS", 0.01)
    pages = [crowd.first(), crowd.first()]
    crowd.may_come.set()
    assert [page.result(PATIENCE) for page in pages] == ["answer 1", "answer 2"]
    assert crowd.recent._asking == {}


def test_when_the_first_fails_the_next_asks(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "PATIENCE_SECONDS", PATIENCE)
    fails, may_fail = Event(), Event()

    def failing() -> str:
        fails.set()
        assert may_fail.wait(PATIENCE)
        raise ConnectionError

    first = crowd.threads.submit(crowd.recent.get, "stock", failing)
    assert fails.wait(PATIENCE)
    pages = crowd.get(3)
    crowd.may_come.set()
    may_fail.set()
    assert isinstance(first.exception(PATIENCE), ConnectionError)
    assert [page.result(PATIENCE) for page in pages] == ["answer 1"] * 3


def test_an_answer_asked_for_before_the_change_is_not_kept_after_it(crowd: Crowd) -> None:
    before = crowd.first()
    crowd.recent.drop("stock")
    crowd.may_come.set()
    assert before.result(PATIENCE) == "answer 1"
    assert [crowd.recent.get("stock", crowd.ask) for _ in range(3)] == ["answer 2"] * 3
