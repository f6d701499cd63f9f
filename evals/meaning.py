"""What a request on the wire means: JSON-RPC by method and parameters, a model request by model, messages, tools and schema.

Requests are compared by meaning, never by bytes; and never by less than that.
"""

import json
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

NOT_MEANT = frozenset({"_meta", "clientInfo", "capabilities", "protocolVersion"})
"""JSON-RPC parameters that belong to the client's generation."""
NOT_ASKED = frozenset(
    {"stream_options", "user", "metadata", "store", "service_tier", "prompt_cache_key", "safety_identifier"}
)
"""Model parameters that do not change what is asked."""
HANDSHAKE = frozenset(
    {"initialize", "server/discover", "ping", "tools/list", "logging/setLevel", "stream", "close"}
)


class Meaning(NamedTuple):
    """One request in normal form."""

    kind: str
    """`mcp`, `model` or `http`."""
    what: str
    """The JSON-RPC method and tool, the model's endpoint, or the HTTP method and path."""
    value: dict[str, Any]

    @property
    def handshake(self) -> bool:
        """Part of connecting, which every client generation does in its own way."""
        return self.kind == "mcp" and (self.what in HANDSHAKE or self.what.startswith("notifications/"))


def meaning_of(method: str, uri: str, body: bytes | str | None) -> Meaning:
    """The normal form of one HTTP request."""
    address = urlsplit(uri)
    content = json_of(body)
    if isinstance(content, dict) and "jsonrpc" in content:
        return _rpc(content)
    if (
        isinstance(content, dict)
        and "model" in content
        and ({"messages", "input", "prompt"} & content.keys())
    ):
        return _model(address.path, content)
    if address.path.rstrip("/").endswith("/mcp") and not body:
        return Meaning("mcp", "close" if method == "DELETE" else "stream", {})
    query = sorted(parse_qsl(address.query))
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    value = {
        "method": method,
        "path": address.path,
        "query": [list(pair) for pair in query],
        "body": content or text,
    }
    return Meaning("http", f"{method} {address.path}", value)


def json_of(body: bytes | str | None) -> Any:
    """The JSON value of a body, or None when it holds none."""
    if not body:
        return None
    try:
        return json.loads(body)
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None


def _rpc(content: dict[str, Any]) -> Meaning:
    method = str(content.get("method", "response"))
    params = {name: value for name, value in (content.get("params") or {}).items() if name not in NOT_MEANT}
    what = f"{params.get('name')}" if method == "tools/call" else method
    if method == "tools/call":
        params = {"name": params.get("name"), "arguments": params.get("arguments") or {}}
    return Meaning("mcp", what, {"method": method, "params": params})


def _model(path: str, content: dict[str, Any]) -> Meaning:
    value = {name: part for name, part in content.items() if name not in NOT_ASKED and part is not None}
    if not value.get("stream"):
        value.pop("stream", None)
    for name in ("messages", "input", "system"):
        if name in value:
            value[name] = _plain(value[name])
    return Meaning("model", path.removeprefix("/v1"), value)


def _plain(part: Any) -> Any:
    """Text blocks and plain text are one: `[{"type": "text", "text": "a"}]` is `"a"`."""
    if isinstance(part, list):
        if len(part) == 1 and isinstance(part[0], dict) and part[0].get("type") in ("text", "input_text"):
            return part[0]["text"]
        return [_plain(item) for item in part]
    if isinstance(part, dict):
        return {name: _plain(item) if name == "content" else item for name, item in part.items()}
    return part
