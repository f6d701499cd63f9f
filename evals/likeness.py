"""When two runs in two worlds are the same run: ids by order of appearance, no addresses, no times, no pictures, no polling."""

import re
from collections.abc import Collection
from typing import Any

from evals.redact import Redactor
from evals.session import ToolCall

_ID = re.compile(r"\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_URL = re.compile(r"https?://[^\s\"'<>)\]]+")
_LASTED = re.compile(r"\b\d+(?:\.\d+)? (?:seconds?|minutes?|ms|s)\b")
_PLACEHOLDER = re.compile(r"REDACTED-[a-z-]+-\d+")
SECONDS = ("s", "ms", "seconds")
PASSING = frozenset(
    {"url", "sortingKey", "createdAt", "updatedAt", "startedAt", "completedAt", "lastRunAt", "snapshotDownloadUrl",
     "snapshotExpiresAt", "structureCachedAt", "queuePosition", "progress", "nextPageToken", "pageToken", "traceback",
     "prefix", "executionCount", "execution_count", "sandbox", "profile_seconds", "snapshotContent", "contentHash"}
)  # fmt: skip
"""Fields that say when, where or how fast, not what."""


class Ids:
    """Names ids by the order in which they appear. With `exact`, as for hashes, secrets and durations count."""

    def __init__(self, *, exact: bool = False) -> None:
        self._exact = exact
        self._names: dict[str, str] = {}

    def name(self, found: str) -> str:
        """`id-1` for the first id, and so on."""
        return self._names.setdefault(found.replace("-", ""), f"id-{len(self._names) + 1}")

    def plain(self, value: Any) -> Any:
        """A value without what differs between worlds; secrets as they would have been recorded."""
        if isinstance(value, dict):
            took = not self._exact and value.get("unit") in SECONDS
            return {
                key: "under way" if self._passes(key, item) else self.plain(item)
                for key, item in value.items()
                if key not in PASSING and not key.startswith("image/") and not (took and key == "value")
            }
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        if isinstance(value, str):
            if not self._exact:
                value = _LASTED.sub("a while", _PLACEHOLDER.sub("REDACTED", Redactor().text(value)))
            value = _ID.sub(lambda match: self.name(match[0]), value)
            return _URL.sub("address", _TIME.sub("time", value))
        return value

    def _passes(self, key: str, item: Any) -> bool:
        return not self._exact and key == "status" and item in ("pending", "running")


def settled(calls: list[ToolCall], reads: Collection[str]) -> list[ToolCall]:
    """The calls without polling: of the same read made several times in a row, the last."""
    kept: list[ToolCall] = []
    for call in calls:
        again = bool(kept) and kept[-1].tool == call.tool and kept[-1].arguments == call.arguments
        if again and call.tool in reads and call.error is None:
            kept[-1] = call
        else:
            kept.append(call)
    return kept


def ids_in(text: str) -> list[str]:
    """The ids in a text, in order."""
    return _ID.findall(text)
