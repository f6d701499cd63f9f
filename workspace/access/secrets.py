"""Random credentials and what is kept of them: never the secret, only its SHA-256 and a prefix to recognise it by.

A secret holds 256 random bits, so a fast hash is enough: there is nothing to guess. Passwords are another matter (`passwords`).
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import NamedTuple

KEY = "dnw_"
ACCESS_TOKEN = "dna_"
REFRESH_TOKEN = "dnr_"
CODE = "dnc_"
CLIENT_SECRET = "dns_"
SESSION = "dnb_"
LINK = "dnl_"

SHOWN = 8
"""Characters of a secret, behind its mark, that lists show."""


class Secret(NamedTuple):
    clear: str
    hashed: str
    prefix: str


def make(mark: str, random: Callable[[int], bytes]) -> Secret:
    """A new secret. `mark` says what it is for, so that scanners and people can tell a leaked one."""
    clear = mark + base64.urlsafe_b64encode(random(32)).decode().rstrip("=")
    return Secret(clear, hashed(clear), clear[: len(mark) + SHOWN])


def hashed(secret: str) -> str:
    """What the store keeps of a secret, and looks it up by."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(left: str, right: str) -> bool:
    """Comparison in constant time."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
