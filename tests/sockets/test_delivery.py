"""From Redis to sockets: merged, in order, at most twice a second, and nothing without a change."""

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Flask
from redis.exceptions import ConnectionError, RedisError

from tests.builders import NOW, concert, do, fan, fans
from webapp.jobs import redis
from webapp.live import delivery as delivering
from webapp.live import messages, numbering
from webapp.live.delivery import QUIET_SECONDS, Delivery
from webapp.waiting_room import joining


class Recorder:
    """Stands where Socket.IO stands and writes down what would go out."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any, str]] = []

    def emit(self, event: str, body: Any, to: str) -> None:
        self.sent.append((event, body, to))

    def names(self, room: str) -> list[Any]:
        return [body for _event, body, to in self.sent if to == room]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def delivery(recorder: Recorder) -> Delivery:
    return Delivery(recorder)  # type: ignore[arg-type]


def moved(sequence: int, concert_id: int = 1) -> bytes:
    tick = {"concert": concert_id, "sequence": sequence, "serving": sequence}
    return json.dumps({"event": "line_moved", "concert": concert_id, "body": tick}).encode()


def changed(*changes: list[int], sequence: int = 1) -> bytes:
    about = {"sequence": sequence, "event": "seats_changed", "concert": 1, "schedule": 7}
    return json.dumps({**about, "changes": changes}).encode()


def test_a_rush_of_changes_is_two_ticks_a_second(delivery: Delivery, recorder: Recorder) -> None:
    for sequence in range(1, 101):
        delivery.take(moved(sequence), 100 + sequence / 50)
        delivery.flush(100 + sequence / 50)  # a hundred changes within two seconds
    delivery.flush(103)
    ticks = [body["sequence"] for body in recorder.names("line:1")]
    assert len(ticks) <= 5
    assert ticks == sorted(ticks)
    assert ticks[-1] == 100


def test_without_a_change_nothing_is_sent(delivery: Delivery, recorder: Recorder) -> None:
    delivery.take(moved(1), 100)
    for second in range(100, 110):
        delivery.flush(second)
    assert len(recorder.names("line:1")) == 1


def test_an_older_state_never_follows_a_newer_one(delivery: Delivery, recorder: Recorder) -> None:
    for second, sequence in enumerate((2, 1), start=100):
        delivery.take(moved(sequence), second)
        delivery.flush(second)
    assert [body["sequence"] for body in recorder.names("line:1")] == [2]


def test_a_database_that_was_set_back_is_believed_after_a_while(delivery: Delivery, recorder: Recorder) -> None:
    for second, sequence in ((100, 50), (106, 3)):
        delivery.take(moved(sequence), second)
        delivery.flush(second)
    assert [body["sequence"] for body in recorder.names("line:1")] == [50, 3]


def test_seat_changes_gather_and_the_last_state_of_a_seat_counts(delivery: Delivery, recorder: Recorder) -> None:
    delivery.take(changed([1, 1], [2, 1]), 100)
    delivery.take(changed([1, 0], sequence=2), 100)
    delivery.flush(100)
    assert recorder.names("seats:7") == [{"schedule": 7, "from": 1, "to": 2, "changes": [[1, 0], [2, 1]]}]


def test_a_change_that_a_process_has_missed_is_missing_for_its_pages_too(
    delivery: Delivery, recorder: Recorder
) -> None:
    for sequence in (1, 2, 4, 5):
        delivery.take(changed([sequence, 1], sequence=sequence), 100)
    delivery.flush(100)
    (told,) = recorder.names("seats:7")
    assert (told["from"], told["to"]) == (4, 5)  # a page that knows everything up to 2 will ask


@pytest.mark.usefixtures("house")
def test_every_change_of_a_schedules_seats_has_the_next_number() -> None:
    subscription = redis().pubsub(ignore_subscribe_messages=True)
    subscription.subscribe(messages.CHANNEL)
    before = numbering.newest(7)
    for schedule_id in (7, 7, 8, 7):
        messages.seats_changed(1, schedule_id, [1, 2], messages.HELD)
    told = [message["sequence"] for message in _published(subscription) if message["schedule"] == 7]
    assert told == [before + 1, before + 2, before + 3]
    assert numbering.newest(7) == before + 3
    subscription.close()


@pytest.mark.usefixtures("house")
def test_after_redis_was_emptied_the_numbers_go_on_with_a_gap() -> None:
    messages.seats_changed(1, 7, [1], messages.HELD)
    before = numbering.newest(7)
    redis().flushall()
    assert numbering.newest(7) > before + 1


def test_it_wakes_when_something_is_due_and_not_before(delivery: Delivery) -> None:
    assert delivery.quiet_seconds(100) == QUIET_SECONDS
    delivery.take(moved(1), 100)
    assert delivery.quiet_seconds(100) == 0
    delivery.flush(100)
    delivery.take(moved(2), 100.1)
    delivery.take(changed([1, 1]), 100.1)
    assert delivery.quiet_seconds(100.1) == 0
    delivery.flush(100.1)
    assert delivery.quiet_seconds(100.1) == pytest.approx(0.4)
    delivery.flush(100.6)
    assert delivery.quiet_seconds(100.6) == QUIET_SECONDS


def test_a_sign_out_is_looked_up_in_the_background(recorder: Recorder) -> None:
    looked: list[int | None] = []
    recorder.start_background_task = lambda look, user: look(user)  # type: ignore[attr-defined]
    signing_out = Delivery(recorder, looked.append)  # type: ignore[arg-type]
    signing_out.take(json.dumps({"event": "signed_out", "user": 7}).encode(), 100)
    assert looked == [7]
    assert recorder.sent == []


def test_what_concerns_one_fan_goes_out_at_once(delivery: Delivery, recorder: Recorder) -> None:
    delivery.take(json.dumps({"event": "order_changed", "user": 3, "body": {"order": "x"}}).encode(), 100)
    assert recorder.names("fan:3") == [{"order": "x"}]


@pytest.mark.usefixtures("house")
def test_what_a_transaction_changed_is_published_once_after_its_commit() -> None:
    subscription = redis().pubsub(ignore_subscribe_messages=True)
    subscription.subscribe(messages.CHANNEL)
    show = concert(capacity=2)
    do(joining.join_all, fans(3), show.id, NOW)
    published = _published(subscription)
    assert [message["event"] for message in published] == ["line_moved"]
    assert (published[0]["body"]["serving"], published[0]["body"]["waiting"]) == (2, 1)
    subscription.close()


@pytest.mark.usefixtures("house")
def test_a_transaction_that_fails_publishes_nothing() -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    subscription = redis().pubsub(ignore_subscribe_messages=True)
    subscription.subscribe(messages.CHANNEL)

    def join_and_fail() -> None:
        joining.join(waiter, show.id, NOW)
        raise LookupError

    with pytest.raises(LookupError):
        do(join_and_fail)
    assert _published(subscription) == []
    subscription.close()


def _published(subscription: Any) -> list[dict[str, Any]]:
    """What has arrived of lines and seats; a marker published last shows that nothing is still on its way.

    News of the stock come from the background, which may still tell of another test's house.
    """
    redis().publish(messages.CHANNEL, json.dumps({"event": "end"}))
    found: list[dict[str, Any]] = []
    while True:
        message = subscription.get_message(timeout=30)
        if message is None:
            continue
        said = json.loads(message["data"])
        if said["event"] == "end":
            return found
        if said["event"] != "stock_changed":
            found.append(said)


class SlowRedis:
    """Takes its time to say that it will pass messages on, passes one on, and is gone. `heard` is what came when."""

    def __init__(self, heard: list[str]) -> None:
        self.heard = heard
        self.answers: Iterator[dict[str, Any] | None] = iter(
            [None, None, {"type": "subscribe"}, {"type": "message", "data": moved(1)}]
        )

    def pubsub(self, **_options: Any) -> "SlowRedis":
        return self

    def subscribe(self, channel: str) -> None:
        self.heard.append(f"subscribe {channel}")

    def get_message(self, timeout: float) -> dict[str, Any] | None:
        try:
            answer = next(self.answers)
        except StopIteration:
            raise ConnectionError() from None
        self.heard.append(answer["type"] if answer else "nothing")
        return answer


def test_pages_look_again_once_redis_has_said_that_nothing_more_is_lost() -> None:
    heard: list[str] = []

    class Everybody(Recorder):
        def emit(self, event: str, body: Any = None, to: str = "") -> None:
            heard.append(event)

        def start_background_task(self, look_again: Any, user: None) -> None:
            heard.append("look again")

    with pytest.raises(ConnectionError):
        delivering._listen(SlowRedis(heard), Delivery(Everybody()))  # type: ignore[arg-type]
    expected = ["nothing", "nothing", "subscribe", "live_restored", "look again", "message", "line_moved"]
    assert heard[: 1 + len(expected)] == [f"subscribe {messages.CHANNEL}", *expected]


def test_the_more_pages_hear_that_messages_are_back_the_longer_they_take_to_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All at once they would be a minute of nothing else; one alone asks in the same moment."""
    told: list[Any] = []

    class Everybody(Recorder):
        def emit(self, event: str, body: Any = None, to: str = "") -> None:
            told.extend([body] if event == "live_restored" else [])

        def start_background_task(self, look_again: Any, user: None) -> None:
            """Nobody has signed out."""

    for sockets in (0, 1, 5_000, 50_000):
        monkeypatch.setattr(delivering, "guests", dict.fromkeys(range(sockets)))
        with pytest.raises(ConnectionError):
            delivering._listen(SlowRedis([]), Delivery(Everybody()))  # type: ignore[arg-type]
    assert [body["within_ms"] for body in told] == [0, 10, 50_000, 60_000]


class Ended(BaseException):
    """The process ends."""


def test_whatever_happens_to_the_delivery_it_begins_again(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[BaseException] = [RuntimeError("never heard of"), RedisError("away"), Ended()]

    def listen(_client: object, _delivery: object) -> None:
        raise outcomes.pop(0)

    socketio = Mock()
    monkeypatch.setattr(delivering, "_listen", listen)
    with pytest.raises(Ended):
        delivering._run(house, Delivery(socketio))
    assert [call.args for call in socketio.emit.call_args_list] == [("live_lost",)] * 2
