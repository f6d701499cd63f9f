"""The tools that the public MCP conformance suite calls by name, on the same core, endpoint and guard as the workspace."""

import base64
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from workspace.protocol import Answer, Core, Offer
from workspace.protocol.http import Endpoint
from workspace.server.guard import LOOPBACK, Guard


def png() -> str:
    """A picture of one red dot, in Base64."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\xff\0\0")),
        (b"IEND", b""),
    ]
    chunks = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    ]
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode()


def wav() -> str:
    """A sound of no length, in Base64."""
    return base64.b64encode(
        b"RIFF"
        + struct.pack("<I", 36)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
        + b"data\0\0\0\0"
    ).decode()


TEXT = {"type": "text", "text": "This is a simple text response for testing."}
IMAGE = {"type": "image", "data": png(), "mimeType": "image/png"}
AUDIO = {"type": "audio", "data": wav(), "mimeType": "audio/wav"}
RESOURCE = {
    "type": "resource",
    "resource": {
        "uri": "test://embedded-resource",
        "mimeType": "text/plain",
        "text": "This is an embedded resource content.",
    },
}
MIXED = [
    {"type": "text", "text": "Multiple content types test:"},
    IMAGE,
    {
        "type": "resource",
        "resource": {
            "uri": "test://mixed-content-resource",
            "mimeType": "application/json",
            "text": json.dumps({"test": "data", "value": 123}),
        },
    },
]


def says(name: str, *content: Mapping[str, Any], is_error: bool = False, schema: Any = None) -> Offer[None]:
    async def call(caller: None, arguments: Mapping[str, Any]) -> Answer:
        return Answer(content=list(content), is_error=is_error)

    return Offer(name, f"Fixture {name}.", schema or {"type": "object", "properties": {}}, call)


SCHEMA_2020 = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}

CORE = Core[None](
    [
        says("test_simple_text", TEXT),
        says("test_image_content", IMAGE),
        says("test_audio_content", AUDIO),
        says("test_embedded_resource", RESOURCE),
        says("test_multiple_content_types", *MIXED),
        says(
            "test_error_handling",
            {"type": "text", "text": "This tool intentionally returns an error for testing"},
            is_error=True,
        ),
        says("json_schema_2020_12_tool", TEXT, schema=SCHEMA_2020),
    ],
    "conformance fixtures",
    "1",
)
app = Guard(Endpoint(CORE, lambda headers, scope: None), LOOPBACK)
