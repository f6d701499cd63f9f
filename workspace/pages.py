"""Page tokens: where the next page begins, sealed so that it works only for the same tool, filters and caller."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from workspace.contract.shapes import PageArguments, Pagination
from workspace.domain import Caller, Workspace
from workspace.errors import ToolRefused

SEAL = 16
"""Bytes of the message authentication code that a token carries."""
Row = TypeVar("Row")
Key = list[str | int]


@dataclass(frozen=True)
class Pager:
    """The pages of one call. `after` is the key of the last row seen, None on the first page."""

    tool: str
    size: int
    after: Key | None
    seal: Callable[[bytes], bytes]

    @property
    def limit(self) -> int:
        """One row more than the page holds tells whether another page follows."""
        return self.size + 1

    def page(self, rows: Sequence[Row], key: Callable[[Row], Key]) -> tuple[Sequence[Row], Pagination]:
        """The rows of this page and how to go on, from at most `limit` rows."""
        shown = rows[: self.size]
        more = len(rows) > self.size
        token = self.token(key(shown[-1])) if more else None
        return shown, Pagination(page_size=self.size, next_page_token=token, has_more=more)

    def token(self, key: Key) -> str:
        payload = json.dumps(key, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self.seal(payload) + payload).decode().rstrip("=")


def pager(workspace: Workspace, caller: Caller, tool: str, arguments: PageArguments, keys: int) -> Pager:
    """Raises ToolRefused for a token that was changed, or made for another tool, caller, filter or page size.

    `keys` is how many values a key has.
    """
    given = arguments.model_dump(mode="json", by_alias=True, exclude={"page_token"})
    size = int(given.get("pageSize", 0))
    seal = _sealing(workspace.signing_key, tool, caller, given)
    after = None if arguments.page_token is None else _opened(arguments.page_token, seal, tool, keys)
    return Pager(tool, size, after, seal)


def _sealing(key: bytes, tool: str, caller: Caller, given: Mapping[str, Any]) -> Callable[[bytes], bytes]:
    seen = None if caller.project_ids is None else sorted(caller.project_ids)
    bound = json.dumps([tool, caller.key_id, seen, given], sort_keys=True).encode()

    def seal(payload: bytes) -> bytes:
        return hmac.new(key, b"page\x00" + bound + b"\x00" + payload, hashlib.sha256).digest()[:SEAL]

    return seal


def _opened(token: str, seal: Callable[[bytes], bytes], tool: str, keys: int) -> Key:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise _strange(tool) from None
    if len(raw) <= SEAL or not hmac.compare_digest(raw[:SEAL], seal(raw[SEAL:])):
        raise _strange(tool)
    key: Key = json.loads(raw[SEAL:])
    if len(key) != keys:
        raise _strange(tool)
    return key


def _strange(tool: str) -> ToolRefused:
    return ToolRefused(
        "This pageToken was changed, or belongs to other arguments or another key. "
        f"Call {tool} with the arguments of the page before, or without pageToken to begin again."
    )
