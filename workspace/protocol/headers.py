"""The HTTP headers that repeat parts of a 2026-07-28 request, compared with its body so that nothing is routed on a lie."""

import base64
import binascii
from collections.abc import Mapping

from workspace.protocol.messages import HEADER_MISMATCH, Json, Refusal

NAME_OF_METHOD = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
"""The parameter that `Mcp-Name` repeats, for the methods that have one."""

_PREFIX, _SUFFIX = "=?base64?", "?="


def decoded(value: str) -> str:
    """A header value without its outer blanks and, where it carries the Base64 marks, decoded. Raises Refusal when it can't be."""
    value = value.strip(" \t")
    if any(not " " <= character <= "~" and character != "\t" for character in value):
        raise Refusal(
            HEADER_MISMATCH, "A header value holds characters that HTTP does not allow.", status=400
        )
    if not (value.startswith(_PREFIX) and value.endswith(_SUFFIX)) or len(value) < len(_PREFIX) + len(
        _SUFFIX
    ):
        return value
    try:
        return base64.b64decode(value[len(_PREFIX) : -len(_SUFFIX)], validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as broken:
        raise Refusal(
            HEADER_MISMATCH, "A header value is marked as Base64 and is not.", status=400
        ) from broken


def check(headers: Mapping[str, str], version: Json, method: str, params: Mapping[str, Json]) -> None:
    """Raises Refusal when a required header is missing or says something else than the body. Header names are lower case."""
    _same("MCP-Protocol-Version", headers.get("mcp-protocol-version"), version, coded=False)
    _same("Mcp-Method", headers.get("mcp-method"), method, coded=False)
    if method in NAME_OF_METHOD:
        _same("Mcp-Name", headers.get("mcp-name"), params.get(NAME_OF_METHOD[method]), coded=True)


def _same(header: str, sent: str | None, expected: Json, *, coded: bool) -> None:
    if sent is None:
        raise Refusal(HEADER_MISMATCH, f"Header mismatch: {header} is missing.", status=400)
    value = decoded(sent) if coded else sent.strip(" \t")
    if value != expected:
        raise Refusal(
            HEADER_MISMATCH,
            f"Header mismatch: {header} says {value!r} and the body says {expected!r}.",
            status=400,
        )
