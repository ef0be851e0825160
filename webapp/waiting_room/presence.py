"""Who of those waiting is there: with an open page, or having asked for their place a moment ago.

Each web process notes whom it sees and reports all of them every few seconds with one command a concert: a map of bits,
one for each wait number. It lives in Redis, expires by itself, and may be lost at any moment; the next report brings
it back. Two tabs in two processes are one fan, since both set the same bit.
"""

import logging
import struct
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex

from redis.exceptions import RedisError

from webapp.jobs import redis

log = logging.getLogger(__name__)

REPORT_SECONDS = 5.0
FRESH_SECONDS = 3 * REPORT_SECONDS  # a process that missed two reports is gone, and its fans with it
# Without a socket a page asks for its place this often at least, and a page without scripts reloads itself sooner.
ASKED_SECONDS = 45.0
WHEN = struct.Struct("<d")


@dataclass
class Presence:
    """Whom one process sees: `watching` by socket, `asked` with when they did, in seconds since the epoch."""

    process: str = field(default_factory=lambda: token_hex(8))
    watching: dict[str, tuple[int, int]] = field(default_factory=dict)
    asked: dict[tuple[int, int], float] = field(default_factory=dict)
    reported: set[int] = field(default_factory=set)
    reported_at: float = 0.0

    def watches(self, sid: str, concert_id: int, wait_number: int) -> None:
        """This socket's fan is there until it `closes`."""
        self.watching[sid] = concert_id, wait_number

    def closes(self, sid: str) -> None:
        self.watching.pop(sid, None)

    def asks(self, concert_id: int, wait_number: int, now: datetime) -> None:
        """This fan has just asked for their place, and is there for a while."""
        self.asked[concert_id, wait_number] = now.timestamp()
        # No socket may ever be opened in this process, so whoever asks brings the report out when it is due.
        if abs(now.timestamp() - self.reported_at) >= REPORT_SECONDS:
            self.report(now)

    def report(self, now: datetime) -> None:
        """Say whom this process sees. Without Redis nobody hears it, and nothing else is the worse for it."""
        self.reported_at = moment = now.timestamp()
        self.asked = {place: at for place, at in self.asked.items() if abs(moment - at) < ASKED_SECONDS}
        seen: dict[int, set[int]] = {}
        for concert_id, wait_number in (*self.watching.values(), *self.asked):
            seen.setdefault(concert_id, set()).add(wait_number)
        try:
            for concert_id, numbers in seen.items():
                _store(concert_id, self.process, WHEN.pack(moment) + _bits(numbers))
            for concert_id in self.reported - set(seen):
                redis().hdel(_key(concert_id), self.process)
        except RedisError as error:
            log.warning("who is present was not reported: %s", error)
        self.reported = set(seen)


here = Presence()


def count(concert_id: int, serving_number: int, now: datetime) -> int | None:
    """How many with numbers behind `serving_number` are there, as of some seconds ago; None while Redis is away."""
    try:
        reports = redis().hvals(_key(concert_id))
    except RedisError:
        return None
    present = 0
    for report in reports:
        assert isinstance(report, bytes)
        (moment,) = WHEN.unpack_from(report)
        if abs(now.timestamp() - moment) < FRESH_SECONDS:
            present |= int.from_bytes(report[WHEN.size :], "little")
    return (present >> (serving_number + 1)).bit_count()


def _bits(numbers: set[int]) -> bytes:
    bits = bytearray(max(numbers) // 8 + 1)
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return bytes(bits)


def _key(concert_id: int) -> str:
    return f"frontrow:present:{concert_id}"


def _store(concert_id: int, process: str, report: bytes) -> None:
    with redis().pipeline(transaction=False) as pipeline:
        pipeline.hset(_key(concert_id), process, report)
        pipeline.expire(_key(concert_id), int(FRESH_SECONDS))
        pipeline.execute()
