"""The state of every seat of a schedule at one moment, read once for everybody who asks at that moment, and small.

Two bits a seat: 0 free, 1 held, 2 sold; four seats a byte, the first in the highest bits; in base64.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import DateTime, Integer, String, bindparam, text

from webapp.batches import Batches
from webapp.db import fetch
from webapp.live import numbering
from webapp.memory import Recent

SAME_SECONDS = 1.0  # without a change only the clock frees seats, and it is read by the second
MOST_KEPT = 20  # snapshots in one process: a stadium's is 50 KB
SEATS_A_BYTE = 4
GZIP = 31  # zlib's name for a gzip stream

STATES = (
    text(
        """
        SELECT coalesce(string_agg(CASE WHEN is_sold THEN '2' WHEN held_until > :now THEN '1' ELSE '0' END, ''
                                   ORDER BY number), '') AS states,
               (SELECT edition FROM schedules WHERE id = :schedule_id) AS edition
        FROM seats WHERE schedule_id = :schedule_id
        """
    )
    .bindparams(bindparam("now", type_=DateTime(timezone=True)), bindparam("schedule_id", type_=Integer))
    .columns(states=String, edition=Integer)
)


class Snapshot:
    """All seats as of the change numbered `sequence`, or a little later. `states` is a digit for each.

    `edition` tells this house from the one before its seats or prices were edited.
    """

    def __init__(self, sequence: int, states: str, edition: int = 1) -> None:
        self.sequence, self.states = sequence, states
        packed = b64encode(pack(states)).decode()
        self.start = f'{{"sequence":{sequence},"edition":{edition},"size":{len(states)},"states":"{packed}",'.encode()
        self.digest = sha256(self.start).hexdigest()[:16]
        # What all answers have in common is compressed once; a fan's own few bytes follow in a copy of the stream.
        self._stream = zlib.compressobj(wbits=GZIP)
        self._zipped = self._stream.compress(self.start) + self._stream.flush(zlib.Z_SYNC_FLUSH)

    def followed_by(self, rest: bytes, *, zipped: bool) -> bytes:
        """The snapshot as the beginning of a JSON object that goes on with `rest`."""
        if not zipped:
            return self.start + rest
        stream = self._stream.copy()
        return self._zipped + stream.compress(rest) + stream.flush()


_newest: Recent[Snapshot] = Recent(SAME_SECONDS, MOST_KEPT)


def take(schedule_id: int, now: datetime) -> Snapshot:
    """The seats as they are now; whoever asks while another is being answered shares the next read."""
    return _snapshots.ask(schedule_id, now)


def read(schedule_id: int, sequence: int, now: datetime) -> Snapshot:
    """The seats read from Postgres now. Every change up to `sequence`, which was asked for before, is in it."""
    seen = fetch(STATES, schedule_id=schedule_id, now=now)[0]
    return Snapshot(sequence, seen.states, seen.edition)


def pack(states: str) -> bytes:
    """Two bits for each digit; what is missing to a whole byte is zeros."""
    whole = states + "0" * (-len(states) % SEATS_A_BYTE)
    return int("1" + whole, SEATS_A_BYTE).to_bytes(len(whole) // SEATS_A_BYTE + 1, "big")[1:]


def unpack(answer: dict[str, Any]) -> str:
    """A digit for each seat, from the JSON that a page gets."""
    bits = "".join(f"{byte:08b}" for byte in b64decode(answer["states"]))
    return "".join(str(int(bits[2 * seat : 2 * seat + 2], 2)) for seat in range(answer["size"]))


def _take(schedule_id: int, collect: Callable[[], Sequence[datetime]]) -> list[Snapshot]:
    asked = collect()
    # The number first: what is changed from here on may be in the snapshot already, and will be told again.
    sequence, now = numbering.newest(schedule_id), max(asked)
    if not sequence:
        return [read(schedule_id, sequence, now)] * len(asked)
    moment = (schedule_id, sequence, int(now.timestamp()))
    return [_newest.get(moment, lambda: read(schedule_id, sequence, now))] * len(asked)


_snapshots: Batches[datetime, Snapshot] = Batches(_take)
