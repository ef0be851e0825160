"""The numbers of seat changes: one count a schedule, in Redis, so that a page can tell that it has missed one.

A count that Redis has lost starts again from the time in microseconds: higher than it ever was, and so a gap as well.
"""

from datetime import timedelta

from redis.exceptions import RedisError

from webapp.jobs import redis

KEPT_SECONDS = int(timedelta(days=7).total_seconds())

# Counted and published in one step: all processes hear the changes in the order of their numbers.
STEP = """
local number = redis.call('GET', KEYS[1])
if not number then
    local now = redis.call('TIME')
    number = now[1] * 1000000 + now[2]
end
number = string.format('%.0f', number + ARGV[1])
redis.call('SET', KEYS[1], number, 'EX', ARGV[2])
if ARGV[3] then
    redis.call('PUBLISH', ARGV[3], '{"sequence":' .. number .. ',' .. ARGV[4])
end
return number
"""


def publish(channel: str, schedule_id: int, message: str) -> None:
    """Publish a JSON object with the schedule's next number as its `sequence`. Raises RedisError."""
    redis().eval(STEP, 1, _key(schedule_id), 1, KEPT_SECONDS, channel, message.removeprefix("{"))


def newest(schedule_id: int) -> int:
    """The number of the schedule's last change; 0, which is no change's, while Redis does not answer."""
    try:
        return int(redis().eval(STEP, 1, _key(schedule_id), 0, KEPT_SECONDS))
    except RedisError:
        return 0


def _key(schedule_id: int) -> str:
    return f"frontrow:seats:{schedule_id}"
