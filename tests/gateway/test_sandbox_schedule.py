"""When a callback goes out: longer and longer pauses, and a fair share for every receiver."""

from webapp.dev.gateway.callbacks import Attempt, Callback
from webapp.dev.gateway.schedule import AT_ONCE_PER_RECEIVER, LONGEST_RETRY_SECONDS, Schedule


def _callback(number: int, host: str = "shop.test") -> Callback:
    return Callback(
        id=number, event_id=f"evt_{number}", payment_id="pay_1", url=f"http://{host}/callbacks",
        type="payment.paid", body="{}", created_at="2026-12-24T10:00:00.000Z",
        tries=0, last_status=None, last_error=None, delivered_at=None,
    )  # fmt: skip


def _pauses(status: int | None, count: int) -> list[float]:
    schedule, now, pauses = Schedule(first_retry_seconds=0.5), 100.0, []
    schedule.add(_callback(1), now)
    for _ in range(count):
        (callback,) = schedule.take(now)
        schedule.finish(Attempt(callback, status, "no"), now)
        pauses.append(schedule.seconds_to_next(now))
        now += pauses[-1]
    return pauses


def test_pauses_double_up_to_a_limit() -> None:
    assert _pauses(503, 8) == [
        0.5,
        1,
        2,
        4,
        8,
        LONGEST_RETRY_SECONDS,
        LONGEST_RETRY_SECONDS,
        LONGEST_RETRY_SECONDS,
    ]
    assert _pauses(None, 100)[-1] == LONGEST_RETRY_SECONDS


def test_a_delivered_callback_is_forgotten() -> None:
    schedule = Schedule(0.5)
    schedule.add(_callback(1), 0)
    (callback,) = schedule.take(0)
    schedule.finish(Attempt(callback, 204, None), 0)

    assert not schedule.knows(1)
    assert schedule.take(1_000) == []
    assert schedule.seconds_to_next(0) == float("inf")


def test_a_callback_on_its_way_is_not_sent_beside_itself() -> None:
    schedule = Schedule(0.5)
    schedule.add(_callback(1), 0)
    assert len(schedule.take(0)) == 1

    schedule.add(_callback(1), 0)
    assert schedule.take(0) == []


def test_sending_again_now_does_not_wait_for_the_pause_and_goes_out_once() -> None:
    schedule = Schedule(0.5)
    schedule.add(_callback(1), 10)
    schedule.add(_callback(1), 1)

    assert len(schedule.take(1)) == 1
    assert schedule.take(10) == []


def test_each_receiver_has_its_share() -> None:
    schedule = Schedule(0.5)
    for number in range(20):
        schedule.add(_callback(number, "busy.test"), 0)
    schedule.add(_callback(99, "other.test"), 0)

    hosts = [callback.url for callback in schedule.take(0)]
    assert hosts.count("http://busy.test/callbacks") == AT_ONCE_PER_RECEIVER
    assert hosts.count("http://other.test/callbacks") == 1


def test_a_receiver_that_does_not_answer_gets_one_at_a_time_until_it_does() -> None:
    schedule = Schedule(0.5)
    for number in range(20):
        schedule.add(_callback(number), 0)
    for callback in schedule.take(0):
        schedule.finish(Attempt(callback, None, "ConnectTimeout"), 0)

    (only,) = schedule.take(0)
    schedule.finish(Attempt(only, 202, None), 0)
    assert len(schedule.take(0)) == AT_ONCE_PER_RECEIVER
