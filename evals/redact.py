"""Takes secrets out of what the wire carried before it is written down, and finds them in what was.

One secret gets one placeholder wherever it appears, so that a replay still matches. What is not secret stays as it was.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, unquote

from evals.secret_shapes import SHAPES, WRITTEN_FIELD, is_secret, is_user_and_password

REQUEST_HEADERS = frozenset({"anthropic-version", "anthropic-beta"})
"""Request headers that are kept, because they say what is asked; every other one is dropped."""
RESPONSE_HEADERS = frozenset({"content-type", "retry-after", "www-authenticate"})

_BASE64 = re.compile(r"(?<![\w+/-])[A-Za-z0-9+/_-]{20,}={0,2}(?![\w+/=-])")
_HEX = re.compile(r"(?<![\w-])(?:[0-9a-f]{2}){12,}(?![\w-])|(?<![\w-])(?:[0-9A-F]{2}){12,}(?![\w-])")
_PERCENT = re.compile(r"(?<![^\s\"'<>\\=&?;#])[^\s\"'<>\\=&?;#%]*%[0-9A-Fa-f]{2}[^\s\"'<>\\=&?;#]*")
_UNQUOTED = "/:?=,;@!$'()*+~"
_LARGEST = 100_000
"""Characters of encoded text, and bytes of what is unpacked, that are looked into."""
_PLACEHOLDER = re.compile(r"REDACTED-[a-z-]+-\d+")


class Redactor:
    """Redacts one recording. `known` are secrets in use (keys), `patterns` are regular expressions the user names."""

    def __init__(self, known: Iterable[str] = (), patterns: Iterable[str] = ()) -> None:
        self._seen: dict[str, str] = {}
        self._count: dict[str, int] = {}
        self._known: dict[str, str] = {}
        for secret in known:
            if len(secret) >= 4:
                for form in _forms(secret):
                    self._known[form] = self._placeholder("known", secret)
        self._named = [re.compile(pattern) for pattern in patterns]

    @property
    def count(self) -> int:
        """How many different secrets were taken out."""
        return len(self._seen)

    @property
    def found(self) -> list[str]:
        """What was taken out, as `kind: beginning…`."""
        kinds = (
            (secret, name.removeprefix("REDACTED-").rpartition("-")[0]) for secret, name in self._seen.items()
        )
        return [f"{kind}: {secret[:12]}…" for secret, kind in kinds]

    def headers(self, headers: Mapping[str, Any], *, response: bool = False) -> dict[str, Any]:
        """The allowed headers only, their values redacted, names in lower case."""
        allowed = RESPONSE_HEADERS if response else REQUEST_HEADERS
        kept: dict[str, Any] = {}
        for name, value in headers.items():
            if name.lower() in allowed:
                kept[name.lower()] = self.value(value if isinstance(value, (str, list)) else str(value))
        return kept

    def value(self, value: Any) -> Any:
        """A JSON value with every secret replaced."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            if len(value) == 2 and isinstance(value[0], str) and is_secret(value[0]):
                return [value[0], self._field(value[0], value[1])]
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            if value.keys() >= {"name", "value"} and is_secret(str(value["name"])):
                value = {**value, "value": self._field(str(value["name"]), value["value"])}
            return {key: self._field(str(key), item) for key, item in value.items()}
        return value

    def text(self, text: str) -> str:
        """Text with every secret replaced."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, self._known[secret])
        for pattern in self._named:
            text = pattern.sub(lambda match: self._placeholder("named", match[0]), text)
        text = WRITTEN_FIELD.sub(self._written, text)
        for kind, shape in SHAPES.items():
            text = shape.sub(partial(self._replaced, kind), text)
        text = _HEX.sub(self._hexadecimal, text)
        text = _BASE64.sub(self._encoded, text)
        return _PERCENT.sub(self._quoted, text)

    def _field(self, name: str, value: Any) -> Any:
        if (
            is_secret(name)
            and isinstance(value, str)
            and len(value) >= 4
            and not _PLACEHOLDER.fullmatch(value)
        ):
            return self._known.get(value) or self._placeholder("field", value)
        return self.value(value)

    def _written(self, match: re.Match[str]) -> str:
        """A field of JSON that stands in a text, in JSON within JSON as well."""
        clean = str(self._field(match["name"], match["value"]))
        start, end = (place - match.start() for place in match.span("value"))
        return match[0][:start] + clean + match[0][end:]

    def _replaced(self, kind: str, match: re.Match[str]) -> str:
        found, secret = match[0], match.groupdict().get("secret", match[0])
        if kind == "basic" and not is_user_and_password(secret):
            return found
        return found[: len(found) - len(secret)] + self._placeholder(kind, secret)

    def _encoded(self, match: re.Match[str]) -> str:
        """Base64 of a text that holds a secret is decoded, redacted and encoded again; of a packed one, replaced."""
        raw = match[0]
        content = _bytes_of(raw)
        packed = content is not None and content.startswith(b"\x1f\x8b")
        decoded = _text_of(_unpacked(content) if packed and content else content)
        if decoded is None:
            return raw
        clean = self.text(decoded)
        if clean == decoded:
            return raw
        if packed:
            return self._placeholder("packed", raw)
        encode = base64.urlsafe_b64encode if set(raw) & set("-_") else base64.b64encode
        return encode(clean.encode()).decode()

    def _hexadecimal(self, match: re.Match[str]) -> str:
        decoded = _text_of(bytes.fromhex(match[0])) if len(match[0]) <= _LARGEST else None
        clean = None if decoded is None else self.text(decoded)
        if clean is None or clean == decoded:
            return match[0]
        return clean.encode().hex() if match[0] == match[0].lower() else clean.encode().hex().upper()

    def _quoted(self, match: re.Match[str]) -> str:
        """A secret behind percent signs; what stands beside it keeps its form where that can be said."""
        raw = match[0]
        decoded = unquote(raw)
        if len(raw) > _LARGEST or decoded == raw:
            return raw
        clean = self.text(decoded)
        if clean == decoded:
            return raw
        safe = next((signs for signs in ("", "/", _UNQUOTED) if quote(decoded, safe=signs) == raw), None)
        return self._placeholder("quoted", raw) if safe is None else quote(clean, safe=safe)

    def _placeholder(self, kind: str, secret: str) -> str:
        if secret not in self._seen:
            self._count[kind] = self._count.get(kind, 0) + 1
            self._seen[secret] = f"REDACTED-{kind}-{self._count[kind]}"
        return self._seen[secret]


def secrets_in(text: str) -> list[str]:
    """What in a text looks like a secret, as `kind: beginning…`; empty for a redacted text."""
    redactor = Redactor()
    redactor.text(text)
    return redactor.found


def _bytes_of(raw: str) -> bytes | None:
    if len(raw) > _LARGEST:
        return None
    padded = raw.rstrip("=") + "=" * (-len(raw.rstrip("=")) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_" if set(raw) & set("-_") else None, validate=True)
    except binascii.Error:
        return None


def _unpacked(content: bytes) -> bytes | None:
    try:
        return zlib.decompressobj(wbits=31).decompress(content, _LARGEST)
    except zlib.error:
        return None


def _text_of(content: bytes | None) -> str | None:
    try:
        text = content.decode() if content is not None else ""
    except UnicodeDecodeError:
        return None
    return text if text and (text.isprintable() or "\n" in text) else None


def _forms(secret: str) -> set[str]:
    raw = secret.encode()
    plain = base64.b64encode(raw).decode()
    return {
        secret,
        quote(secret, safe=""),
        quote(secret),
        plain,
        plain.rstrip("="),
        base64.urlsafe_b64encode(raw).decode(),
        raw.hex(),
    }
