"""Out of the rooms that are somebody's no longer: the seats' after an admission, the line's after a place in it."""

from dataclasses import dataclass
from itertools import chain

from flask_socketio import SocketIO

from webapp import clock
from webapp.live import messages
from webapp.waiting_room import insiders, presence

AT_ONCE = 1_000  # admissions looked up in one read


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A socket that listens to the seats of a schedule, by the right of this fan's admission."""

    sid: str
    schedule_id: int
    user_id: int
    concert_id: int


inside: dict[str, dict[int, Look]] = {}


def enters(sid: str, schedule_id: int, user_id: int, concert_id: int) -> None:
    """This socket listens to a schedule's seats until the admission is over, or the socket `closes`."""
    inside.setdefault(sid, {})[schedule_id] = Look(sid, schedule_id, user_id, concert_id)


def closes(sid: str) -> None:
    inside.pop(sid, None)


def show_out(socketio: SocketIO) -> None:
    """Take those whose admission has ended, in whatever way, out of the seats' rooms, and tell their pages."""
    looks = list(chain.from_iterable(each.values() for each in list(inside.values())))
    for start in range(0, len(looks), AT_ONCE):
        some = looks[start : start + AT_ONCE]
        admitted = insiders.admitted({(look.user_id, look.concert_id) for look in some}, clock.now())
        for look in some:
            if (look.user_id, look.concert_id) not in admitted:
                _show_out(socketio, look)


def leave_line(socketio: SocketIO, user_id: int, concert_id: int, wait_number: int) -> None:
    """Take this fan's sockets that wait with this number out of the line's room: nobody waits there any more."""
    server = socketio.server
    for sid, _engine_sid in list(server.manager.get_participants("/", messages.fan_room(user_id))):
        if presence.here.watching.get(sid) == (concert_id, wait_number):
            presence.here.closes(sid)
            server.leave_room(sid, messages.line_room(concert_id))


def _show_out(socketio: SocketIO, look: Look) -> None:
    theirs = inside.get(look.sid, {})
    # While we read, the socket may have gone, or have asked again and been let in by a newer admission.
    if theirs.get(look.schedule_id) is not look:
        return
    del theirs[look.schedule_id]
    socketio.server.leave_room(look.sid, messages.seats_room(look.schedule_id))
    socketio.emit("turn_over", {"schedule": look.schedule_id}, to=look.sid)
