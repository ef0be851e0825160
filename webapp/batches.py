"""What is asked together is asked of Postgres together: one statement or transaction for all, an answer for each.

Whoever comes while a batch is under way waits for the next; the first of those who wait then takes it on. So a quiet
house answers at once, and in a rush hundreds of fans share one journey, or one lock. Knows no feature and no request.
"""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy.exc import IntegrityError

from webapp.errors import BookingError, TooBusy

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")

MOST_TOGETHER = 500  # as many joins in one transaction take a few hundredths of a second
MOST_WAITING = 5_000  # in one process for one line; whoever comes behind them is told to come again at once
PATIENCE_SECONDS = 10.0


class Place(Generic[Wish, Answer]):
    """One request's place in a batch."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.answers: list[Answer | BaseException] = []
        self.is_leader = False
        # A lock that is released to wake whoever waits at it: the lightest way there is.
        self.gate = Lock()
        self.gate.acquire()

    def wake(self, *answer: Answer | BaseException) -> None:
        self.answers += answer
        if not self.is_leader:  # who waits no more: the gate may be open already
            self.gate.release()


class Batches(Generic[Wish, Answer]):
    """The wishes of one process, by line. `take` answers many wishes of one line at once, in their order; an answer
    may be an error, which is then that wish's alone. `too_busy` is raised for whoever cannot be taken.

    `take` is given the line and how to collect the wishes, which it does as late as it can, and once: whoever comes
    while it waits for a lock is taken along.
    """

    def __init__(
        self,
        take: Callable[[Any, Callable[[], Sequence[Wish]]], Sequence[Answer | BaseException]],
        too_busy: type[TooBusy] = TooBusy,
    ) -> None:
        self._take, self._too_busy = take, too_busy
        self._lock = Lock()
        self._waiting: dict[Hashable, deque[Place[Wish, Answer]]] = {}

    def ask(self, line: Hashable, wish: Wish) -> Answer:
        """The answer to this wish. Raises what `take` answered or raised, or `too_busy`."""
        place: Place[Wish, Answer] = Place(wish)
        self._queue(line, place)
        if not place.is_leader:
            self._wait(line, place)
        if place.is_leader:
            self._lead(line)
        (answer,) = place.answers
        if isinstance(answer, BaseException):
            # Where it happened, the leader tells. Each who raises the same error would else add to one long story.
            raise answer if place.is_leader else answer.with_traceback(None)
        return answer

    def _queue(self, line: Hashable, place: Place[Wish, Answer]) -> None:
        with self._lock:
            queue = self._waiting.get(line)
            if queue is None:
                queue = self._waiting[line] = deque()
                place.is_leader = True
            if len(queue) >= MOST_WAITING:
                raise self._too_busy()
            queue.append(place)

    def _wait(self, line: Hashable, place: Place[Wish, Answer]) -> None:
        """Until there is an answer, or the lead is theirs."""
        try:
            if not place.gate.acquire(timeout=PATIENCE_SECONDS):
                self._give_up(line, place)
        except BaseException:
            # This request is being ended. Nobody may be left waiting for it to lead.
            self._leave(line, place)
            raise

    def _leave(self, line: Hashable, place: Place[Wish, Answer]) -> None:
        with self._lock:
            queue = self._waiting.get(line, deque())
            if place in queue:
                queue.remove(place)
        if place.is_leader:
            self._hand_over(line)

    def _give_up(self, line: Hashable, place: Place[Wish, Answer]) -> None:
        """Nobody answered in time. Whoever was made leader in that very moment has to lead all the same."""
        with self._lock:
            queue = self._waiting.get(line, deque())
            if place in queue and not place.is_leader:
                queue.remove(place)
                place.answers.append(self._too_busy())
                return
        # Taken on in that very moment: the answer is on its way, unless whoever took it on is not answered either.
        if not place.is_leader and not place.gate.acquire(timeout=PATIENCE_SECONDS):
            raise self._too_busy()

    def _lead(self, line: Hashable) -> None:
        """Take on everything that waits, the leader's own wish first, and hand over to whoever came meanwhile."""
        batch: list[Place[Wish, Answer]] = []
        try:
            self._answer(line, batch, lambda: self._collect(line, batch))
        except BaseException as error:
            # This process is ending, or worse. The others must not wait for somebody who is gone.
            self._collect(line, batch)
            for place in batch:
                if not place.answers:
                    place.wake(self._too_busy())
            raise error
        finally:
            self._hand_over(line)

    def _collect(self, line: Hashable, batch: list[Place[Wish, Answer]]) -> list[Wish]:
        """Everybody who waits, up to the bound; once collected, it is the same batch again."""
        if not batch:
            with self._lock:
                queue = self._waiting[line]
                batch += [queue.popleft() for _ in range(min(len(queue), MOST_TOGETHER))]
        return [place.wish for place in batch]

    def _answer(self, line: Hashable, batch: list[Place[Wish, Answer]], collect: Callable[[], Sequence[Wish]]) -> None:
        try:
            answers = self._take(line, collect)
        except (BookingError, IntegrityError) as error:
            collect()
            self._answer_apart(line, batch, error)
        except Exception as error:
            # Postgres does not answer, say: nobody would have succeeded alone.
            collect()
            for place in batch:
                place.wake(error)
        else:
            for place, answer in zip(batch, answers, strict=True):
                place.wake(answer)

    def _answer_apart(self, line: Hashable, batch: list[Place[Wish, Answer]], error: Exception) -> None:
        """One wish spoilt the batch: halve it until it stands alone, so that the others get what they came for."""
        if len(batch) == 1:
            batch[0].wake(error)
            return
        middle = len(batch) // 2
        for half in (batch[:middle], batch[middle:]):
            self._answer(line, half, lambda half=half: [place.wish for place in half])  # type: ignore[misc]

    def _hand_over(self, line: Hashable) -> None:
        with self._lock:
            queue = self._waiting[line]
            if not queue:
                del self._waiting[line]
                return
            queue[0].is_leader = True
            queue[0].gate.release()
