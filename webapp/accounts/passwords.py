"""Password hashes: argon2id with the library's recommended cost, on threads of their own, a few at a time."""

from collections.abc import Callable
from functools import cache
from threading import BoundedSemaphore
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from gevent.hub import get_hub
from gevent.monkey import is_module_patched

from webapp.errors import TooBusy

Answer = TypeVar("Answer")

# A hash takes a core for some hundredths of a second, and 64 MiB: more at once would only be slower. A fan who waits
# longer than this for a turn is told to come again.
MOST_AT_ONCE = 4
PATIENCE_SECONDS = 5.0

_hasher = PasswordHasher()
_turns = BoundedSemaphore(MOST_AT_ONCE)


def hash_password(password: str) -> str:
    """Raises TooBusy."""
    return _apart(_hasher.hash, password)


def is_right(password: str, stored: str | None) -> bool:
    """Whether the password matches the stored hash; without one, False after the same work. Raises TooBusy."""
    return _apart(_is_right, password, stored)


def _is_right(password: str, stored: str | None) -> bool:
    nobodys = _nobodys_hash()
    try:
        return _hasher.verify(stored or nobodys, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """Checked where there is no hash, so that both answers take as long; made once, when first needed."""
    return _hasher.hash("nobody has this password")


def _apart(work: Callable[..., Answer], *arguments: str | None) -> Answer:
    """Have it done in its turn. Under gevent on a thread: argon2 lets go of Python's lock, and the others go on."""
    if not _turns.acquire(timeout=PATIENCE_SECONDS):
        raise TooBusy()
    try:
        if not is_module_patched("threading"):
            return work(*arguments)
        answer: Answer = get_hub().threadpool.apply(work, arguments)
        return answer
    finally:
        _turns.release()
