"""Joins written together: one write for many, an answer for each, and nobody left waiting for somebody who is gone."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock, Semaphore
from traceback import walk_tb
from typing import Any

import pytest

from tests.running import wait_until
from webapp import batches
from webapp.batches import Batches, Place
from webapp.errors import LineTooBusy, NotFound

LINE = 1
PATIENCE = 60.0


class Book:
    """A write that can be held open; it keeps what it was asked, and spoils batches that hold a bad wish."""

    def __init__(self) -> None:
        self.written: list[list[str]] = []
        self.locked, self.may_collect = Semaphore(0), Event()
        self.begun, self.may_go_on = Semaphore(0), Event()
        self.may_collect.set()
        self.may_go_on.set()
        self.trouble: Callable[[Sequence[str]], None] = lambda wishes: None

    def __call__(self, line: int, collect: Callable[[], Sequence[str]]) -> list[str | BaseException]:
        self.locked.release()
        assert self.may_collect.wait(PATIENCE)
        wishes = collect()
        self.written.append(list(wishes))
        self.begun.release()
        assert self.may_go_on.wait(PATIENCE)
        self.trouble(wishes)
        return [NotFound() if wish == "nobody" else f"place of {wish}" for wish in wishes]


class Crowd:
    """Fans who wish at the same time, each in a thread."""

    def __init__(self, book: Book) -> None:
        self.batches: Batches[str, str] = Batches(book, LineTooBusy)
        self.threads = ThreadPoolExecutor(50)
        self.book = book

    def wish(self, *names: str) -> list[Future[str]]:
        return [self.threads.submit(self.batches.ask, LINE, name) for name in names]

    def waiting(self) -> int:
        return len(self.batches._waiting.get(LINE, ()))

    def first_and_others(self, *others: str) -> list[Future[str]]:
        """One fan's write is held open until all the others wait behind it."""
        self.book.may_go_on.clear()
        asked = self.wish("first")
        assert self.book.begun.acquire(timeout=PATIENCE)
        for count, name in enumerate(others, start=1):
            asked += self.wish(name)
            wait_until(lambda count=count: self.waiting() == count)  # type: ignore[misc]
        return asked


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def crowd(book: Book) -> Any:
    crowd = Crowd(book)
    yield crowd
    book.may_go_on.set()
    crowd.threads.shutdown()


def outcome(asked: Future[str]) -> str:
    error = asked.exception(PATIENCE)
    return type(error).__name__ if error else asked.result()


def test_a_fan_who_comes_alone_is_written_at_once(crowd: Crowd, book: Book) -> None:
    assert [outcome(one) for one in crowd.wish("alone")] == ["place of alone"]
    assert book.written == [["alone"]]
    assert crowd.batches._waiting == {}


def test_whoever_comes_during_a_write_is_written_together_in_the_order_they_came(crowd: Crowd, book: Book) -> None:
    asked = crowd.first_and_others("b", "a", "c")
    book.may_go_on.set()
    assert [outcome(one) for one in asked] == ["place of first", "place of b", "place of a", "place of c"]
    assert book.written == [["first"], ["b", "a", "c"]]


def test_whoever_comes_while_the_first_waits_for_the_lock_is_taken_along(crowd: Crowd, book: Book) -> None:
    book.may_collect.clear()
    asked = crowd.wish("first")
    assert book.locked.acquire(timeout=PATIENCE)
    for count, name in enumerate(("second", "third"), start=2):
        asked += crowd.wish(name)
        wait_until(lambda count=count: crowd.waiting() == count)  # type: ignore[misc]
    book.may_collect.set()
    assert [outcome(one) for one in asked] == ["place of first", "place of second", "place of third"]
    assert book.written == [["first", "second", "third"]]


def test_a_lock_that_is_never_had_is_told_to_everybody(crowd: Crowd, book: Book) -> None:
    def locked_out(_line: int, _collect: object) -> list[str | BaseException]:
        raise ConnectionError("no lock")

    crowd.batches = Batches(locked_out, LineTooBusy)
    assert [outcome(one) for one in crowd.wish("a", "b", "c")] == ["ConnectionError"] * 3
    assert crowd.batches._waiting == {}


def test_an_error_that_is_one_fans_answer_is_nobody_elses(crowd: Crowd, book: Book) -> None:
    asked = crowd.first_and_others("one", "nobody", "other")
    book.may_go_on.set()
    assert [outcome(one) for one in asked] == ["place of first", "place of one", "NotFound", "place of other"]


def test_a_wish_that_spoils_its_batch_fails_alone(crowd: Crowd, book: Book) -> None:
    def spoilt(wishes: Sequence[str]) -> None:
        if "bad" in wishes:
            raise NotFound()

    book.trouble = spoilt
    asked = crowd.first_and_others("a", "b", "bad", "c", "d")
    book.may_go_on.set()
    places = [f"place of {name}" for name in ("first", "a", "b", "bad", "c", "d")]
    assert [outcome(one) for one in asked] == [place.replace("place of bad", "NotFound") for place in places]


def test_when_the_database_is_away_everybody_hears_it_at_once(crowd: Crowd, book: Book) -> None:
    def away(wishes: Sequence[str]) -> None:
        raise ConnectionError("no database")

    book.trouble = away
    asked = crowd.first_and_others("a", "b", "c")
    book.may_go_on.set()
    assert [outcome(one) for one in asked] == ["ConnectionError"] * 4
    assert len(book.written) == 2


def test_a_writer_that_is_ended_leaves_nobody_waiting_and_the_next_fan_writes(crowd: Crowd, book: Book) -> None:
    def ended(wishes: Sequence[str]) -> None:
        if "a" in wishes:
            raise SystemExit(1)

    book.trouble = ended
    asked = crowd.first_and_others("a", "b")
    book.may_go_on.set()
    assert [outcome(one) for one in asked] == ["place of first", "SystemExit", "LineTooBusy"]
    assert [outcome(one) for one in crowd.wish("later")] == ["place of later"]


def test_behind_a_full_queue_a_fan_is_told_at_once(crowd: Crowd, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_WAITING", 3)
    asked = crowd.first_and_others("a", "b", "c")
    with pytest.raises(LineTooBusy):
        crowd.batches.ask(LINE, "one too many")
    book.may_go_on.set()
    assert "LineTooBusy" not in {outcome(one) for one in asked}


def test_a_batch_has_a_bound_and_the_rest_is_the_next_one(
    crowd: Crowd, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_TOGETHER", 2)
    asked = crowd.first_and_others("a", "b", "c", "d", "e")
    book.may_go_on.set()
    assert {outcome(one)[:5] for one in asked} == {"place"}
    assert book.written == [["first"], ["a", "b"], ["c", "d"], ["e"]]


def test_a_fan_whom_nobody_answers_gives_up_and_is_written_no_more(
    crowd: Crowd, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PATIENCE_SECONDS", 0.2)
    asked = crowd.first_and_others("impatient")
    assert outcome(asked[1]) == "LineTooBusy"
    book.may_go_on.set()
    assert outcome(asked[0]) == "place of first"
    assert book.written == [["first"]]
    assert crowd.batches._waiting == {}


def test_a_fan_who_was_taken_on_by_somebody_whom_nobody_answers_gives_up_too(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PATIENCE_SECONDS", 0.05)
    taken: Place[str, str] = Place("taken on")
    with pytest.raises(LineTooBusy):
        crowd.batches._give_up(LINE, taken)
    answered: Place[str, str] = Place("answered in that very moment")
    answered.wake("a place")
    crowd.batches._give_up(LINE, answered)
    assert answered.answers == ["a place"]


class Gate:
    """Where "second" waits until `all_wait`; then `happens`."""

    def __init__(self, place: Place[str, str], all_wait: Event, happens: Callable[[Place[str, str]], bool]) -> None:
        self.lock, self.place, self.all_wait, self.happens = Lock(), place, all_wait, happens
        self.lock.acquire()

    def acquire(self, timeout: float) -> bool:
        assert self.all_wait.wait(PATIENCE)
        return self.happens(self.place)

    def release(self) -> None:
        self.lock.release()


def second_at_a_gate(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Place[str, str]], bool]
) -> list[Future[str]]:
    """One fan writes; a second waits at such a gate, and a third behind."""
    all_wait = Event()

    class Watched(Place[str, str]):
        def __init__(self, wish: str) -> None:
            super().__init__(wish)
            if wish == "second":
                self.gate = Gate(self, all_wait, happens)  # type: ignore[assignment]

    monkeypatch.setattr(batches, "Place", Watched)
    asked = crowd.first_and_others("second", "third")
    all_wait.set()
    return asked


def made_leader(place: Place[str, str], book: Book) -> None:
    book.may_go_on.set()
    wait_until(lambda: place.is_leader)


def test_a_fan_who_is_to_write_next_in_the_moment_of_giving_up_writes_for_all(
    crowd: Crowd, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(place: Place[str, str]) -> bool:
        made_leader(place, book)
        return False

    asked = second_at_a_gate(crowd, monkeypatch, gives_up)
    assert [outcome(one) for one in asked] == ["place of first", "place of second", "place of third"]
    assert book.written == [["first"], ["second", "third"]]


def test_a_fan_who_is_ended_while_waiting_is_not_made_the_next_writer(
    crowd: Crowd, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_ended(place: Place[str, str]) -> bool:
        raise SystemExit(1)

    asked = second_at_a_gate(crowd, monkeypatch, is_ended)
    assert outcome(asked[1]) == "SystemExit"
    book.may_go_on.set()
    assert [outcome(one) for one in asked] == ["place of first", "SystemExit", "place of third"]
    assert crowd.batches._waiting == {}


def test_a_fan_who_is_ended_in_the_moment_of_being_made_the_next_writer_hands_over(
    crowd: Crowd, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_ended(place: Place[str, str]) -> bool:
        made_leader(place, book)
        raise SystemExit(1)

    asked = second_at_a_gate(crowd, monkeypatch, is_ended)
    assert [outcome(one) for one in asked] == ["place of first", "SystemExit", "place of third"]
    assert crowd.batches._waiting == {}


def test_another_line_does_not_wait(crowd: Crowd, book: Book) -> None:
    crowd.first_and_others("a")
    other = crowd.threads.submit(crowd.batches.ask, LINE + 1, "elsewhere")
    assert book.begun.acquire(timeout=PATIENCE)
    assert book.written == [["first"], ["elsewhere"]]
    book.may_go_on.set()
    assert outcome(other) == "place of elsewhere"


def test_an_error_of_all_is_no_longer_story_for_each_of_them(book: Book, crowd: Crowd) -> None:
    def mistake(wishes: Sequence[str]) -> None:
        if "first" not in wishes:
            raise RuntimeError

    book.trouble = mistake
    asked = crowd.first_and_others(*map(str, range(40)))
    book.may_go_on.set()
    errors = [one.exception(PATIENCE) for one in asked[1:]]
    assert {type(error) for error in errors} == {RuntimeError}
    assert max(len(list(walk_tb(error.__traceback__))) for error in errors if error) < 20
