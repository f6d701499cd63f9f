"""Members' passwords: argon2id, and the same time spent when there is no such member."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 1000

_HASHER = PasswordHasher()


def why_not(password: str) -> str | None:
    """None when the password may be used, or what is wrong with it."""
    if len(password) < SHORTEST:
        return f"a password has at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"a password has at most {LONGEST} characters"
    return None


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; takes as long when nothing is stored."""
    try:
        return _HASHER.verify(stored or _nobody(), password[:LONGEST]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")
