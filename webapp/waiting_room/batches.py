"""Joins that arrive together are written together: one transaction for all of them, an answer for each.

Whoever comes while a batch is being written waits for the next; the first of those who wait then writes it. So a
quiet line answers at once, and in a rush the counter's row is locked once for hundreds of fans. Knows no request.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Lock
from typing import Generic, TypeVar

from sqlalchemy.exc import IntegrityError

from webapp.errors import BookingError, LineTooBusy

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")

MOST_TOGETHER = 500  # a transaction this large takes a few hundredths of a second
MOST_WAITING = 5_000  # in one process for one line; a fan behind them is told to come again at once
PATIENCE_SECONDS = 10.0


class Place(Generic[Wish, Answer]):
    """One request's place in a batch."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.answer: Answer | BaseException | None = None
        self.is_leader = False
        self.woken = Event()

    def wake(self, answer: Answer | BaseException) -> None:
        self.answer = answer
        self.woken.set()


class Batches(Generic[Wish, Answer]):
    """The wishes of one process, by line. `write` answers many wishes of one line in one transaction, in their order;
    an answer may be an error, which is then that fan's alone.
    """

    def __init__(self, write: Callable[[int, Sequence[Wish]], Sequence[Answer | BaseException]]) -> None:
        self._write = write
        self._lock = Lock()
        self._waiting: dict[int, deque[Place[Wish, Answer]]] = {}

    def join(self, concert_id: int, wish: Wish) -> Answer:
        """The answer to this wish, once it is durable. Raises what `write` answered, or LineTooBusy."""
        place: Place[Wish, Answer] = Place(wish)
        self._queue(concert_id, place)
        if not place.is_leader and not place.woken.wait(PATIENCE_SECONDS):
            self._give_up(concert_id, place)
        if place.is_leader:
            self._lead(concert_id)
        if isinstance(place.answer, BaseException):
            raise place.answer
        assert place.answer is not None
        return place.answer

    def _queue(self, concert_id: int, place: Place[Wish, Answer]) -> None:
        with self._lock:
            line = self._waiting.get(concert_id)
            if line is None:
                line = self._waiting[concert_id] = deque()
                place.is_leader = True
            if len(line) >= MOST_WAITING:
                raise LineTooBusy()
            line.append(place)

    def _give_up(self, concert_id: int, place: Place[Wish, Answer]) -> None:
        """Nobody answered in time. Whoever was made leader in that very moment has to lead all the same."""
        with self._lock:
            line = self._waiting.get(concert_id, deque())
            if place in line and not place.is_leader:
                line.remove(place)
        if not place.is_leader and not place.woken.is_set():
            place.answer = LineTooBusy()

    def _lead(self, concert_id: int) -> None:
        """Write everything that waits, the leader's own wish first, and hand over to whoever came meanwhile."""
        with self._lock:
            line = self._waiting[concert_id]
            batch = [line.popleft() for _ in range(min(len(line), MOST_TOGETHER))]
        try:
            self._answer(concert_id, batch)
        except BaseException as error:
            # This process is ending, or worse. The others must not wait for somebody who is gone.
            for place in batch:
                if place.answer is None:
                    place.wake(LineTooBusy())
            raise error
        finally:
            self._hand_over(concert_id)

    def _answer(self, concert_id: int, batch: list[Place[Wish, Answer]]) -> None:
        try:
            answers = self._write(concert_id, [place.wish for place in batch])
        except (BookingError, IntegrityError) as error:
            self._answer_apart(concert_id, batch, error)
        except Exception as error:
            # Postgres does not answer, say: nobody would have succeeded alone.
            for place in batch:
                place.wake(error)
        else:
            for place, answer in zip(batch, answers, strict=True):
                place.wake(answer)

    def _answer_apart(self, concert_id: int, batch: list[Place[Wish, Answer]], error: Exception) -> None:
        """One wish spoilt the batch: halve it until it stands alone, so that the others get what they came for."""
        if len(batch) == 1:
            batch[0].wake(error)
            return
        middle = len(batch) // 2
        self._answer(concert_id, batch[:middle])
        self._answer(concert_id, batch[middle:])

    def _hand_over(self, concert_id: int) -> None:
        with self._lock:
            line = self._waiting[concert_id]
            if not line:
                del self._waiting[concert_id]
                return
            line[0].is_leader = True
        line[0].woken.set()
