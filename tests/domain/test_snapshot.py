"""The states of all seats: packed and unpacked alike, as of a number, and never older than what was told before."""

import gzip
import json
from random import Random

import pytest

from tests.builders import NOW, at, fans, hold, house
from webapp.booking import seat_map, snapshot
from webapp.booking.snapshot import Snapshot
from webapp.live import messages, numbering

STADIUM = 50_000


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 1_185])
def test_what_is_packed_comes_out_again(size: int) -> None:
    states = "".join(Random(size).choices("012", k=size))
    assert len(snapshot.pack(states)) == -(-size // 4)
    assert snapshot.unpack(json.loads(Snapshot(7, states).followed_by(b'"mine":[]}', zipped=False))) == states


def test_the_zipped_answer_is_the_plain_one_and_a_stadium_of_it_is_small() -> None:
    states = "".join(Random(1).choices("012", k=STADIUM))  # nothing compresses worse
    seen = Snapshot(7, states)
    for own in (b'"mine":[1,2]}', b'"mine":[]}'):
        zipped = seen.followed_by(own, zipped=True)
        assert gzip.decompress(zipped) == seen.followed_by(own, zipped=False)
        assert len(zipped) < 60_000


@pytest.mark.usefixtures("house")
def test_a_snapshot_knows_every_change_up_to_its_number() -> None:
    evening, (holder, viewer) = house(rows=1, seats=4), fans(2)
    before = seat_map.states(evening.id, viewer, NOW).seen
    hold(holder, evening, 2)
    after = seat_map.states(evening.id, viewer, NOW).seen
    assert after.sequence == numbering.newest(evening.id) == before.sequence + 1
    assert (before.states, after.states) == ("0000", "0100")


@pytest.mark.usefixtures("house")
def test_control_without_a_new_number_the_same_second_is_not_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    evening, (holder, viewer) = house(rows=1, seats=4), fans(2)
    monkeypatch.setattr(messages, "seats_changed", lambda *about: None)
    assert seat_map.states(evening.id, viewer, NOW).seen.states == "0000"
    hold(holder, evening, 2)
    assert seat_map.states(evening.id, viewer, NOW).seen.states == "0000"
    assert seat_map.states(evening.id, viewer, at(seconds=1)).seen.states == "0100"
