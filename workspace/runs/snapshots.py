"""Snapshots as files, whole or not at all, and the signed address under which one can be fetched without a key."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from workspace.files.atomic import write_whole

SNAPSHOTS = "snapshots"
"""Below the data folder."""
SUFFIX = ".snapshot.deepnote"
LINK_LIFETIME = timedelta(minutes=15)
INLINE_BYTES = 1_000_000
CUT = "\n# [cut here: the snapshot is longer; fetch snapshotDownloadUrl for all of it]\n"


class SnapshotRefused(Exception):
    """The link is not one of ours, or its time has passed."""


class Inline(NamedTuple):
    content: str
    truncated: bool


def write_snapshot(data: Path, run_id: str, text: str) -> str:
    """Writes the file and returns its name below the folder of snapshots. A full disk leaves no half file; OSError says so."""
    name = f"{run_id}{SUFFIX}"
    write_whole(data / SNAPSHOTS / name, text)
    return name


def inline_snapshot(path: Path, limit: int = INLINE_BYTES) -> Inline:
    """The text, cut at the last whole line within `limit` bytes and marked where it was cut."""
    with path.open("rb") as file:
        head = file.read(limit + 1)
    if len(head) <= limit:
        return Inline(head.decode("utf-8"), False)
    kept = head[: head.rfind(b"\n", 0, limit)] if b"\n" in head[:limit] else head[:limit]
    return Inline(kept.decode("utf-8", errors="ignore") + CUT, True)


def sign(key: bytes, run_id: str, expires: int) -> str:
    return hmac.new(key, f"snapshot\n{run_id}\n{expires}".encode(), hashlib.sha256).hexdigest()


def snapshot_link(key: bytes, run_id: str, now: datetime) -> tuple[str, datetime]:
    """The path with its query, to be put behind the server's address, and when it ends."""
    until = now + LINK_LIFETIME
    expires = int(until.timestamp())
    return f"/snapshots/{run_id}?expires={expires}&signature={sign(key, run_id, expires)}", until


def verified_path(key: bytes, data: Path, run_id: str, expires: str, signature: str, now: datetime) -> Path:
    """The one file that a link opens; `key` is the workspace's signing key. Raises SnapshotRefused."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", run_id) or not re.fullmatch(r"\d{1,12}", expires):
        raise SnapshotRefused("This is not a snapshot link.")
    if not hmac.compare_digest(sign(key, run_id, int(expires)).encode(), signature.encode()):
        raise SnapshotRefused("This snapshot link was not made here.")
    if now.timestamp() > int(expires):
        raise SnapshotRefused("This snapshot link has expired; ask get_run for a new one.")
    path = data / SNAPSHOTS / f"{run_id}{SUFFIX}"
    if not path.is_file():
        raise SnapshotRefused("This snapshot is no longer there.")
    return path
