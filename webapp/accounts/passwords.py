"""Password hashes: argon2id with the library's recommended cost."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    """Checked where there is no hash, so that both answers take as long; made once, when first needed."""
    return _hasher.hash("nobody has this password")


def is_right(password: str, stored: str | None) -> bool:
    """Whether the password matches the stored hash; without one, False after the same work."""
    nobodys = _nobodys_hash()
    try:
        return _hasher.verify(stored or nobodys, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
