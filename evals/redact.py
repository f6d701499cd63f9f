"""Takes secrets out of what the wire carried before it is written down, and finds them in what was.

One secret gets one placeholder wherever it appears, so that a replay still matches. What is not secret stays as it was.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

REQUEST_HEADERS = frozenset({"anthropic-version", "anthropic-beta"})
"""Request headers that are kept, because they say what is asked; every other one is dropped."""
RESPONSE_HEADERS = frozenset({"content-type", "retry-after", "www-authenticate"})

SHAPES: Mapping[str, re.Pattern[str]] = {
    "private-key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
    "jwt": re.compile(r"\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?"),
    "key": re.compile(
        r"\b(?:sk-(?:ant-|proj-|or-)?[\w-]{12,}|dn[a-z]?_[A-Za-z0-9_-]{16,}|(?:sk|rk|pk)_(?:live|test)_\w{10,}|hf_\w{16,}|npm_\w{20,}"
        r"|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|lsv2_\w{2}_\w{16,}|AIza[\w-]{30,}"
        r"|(?:AKIA|ASIA)[A-Z0-9]{16}|xox[abeprs]-[\w-]{10,}|SG\.[\w-]{16,}\.[\w-]{16,}|dop_v1_\w{32,}|ya29\.[\w-]{16,})"
    ),
    "organisation": re.compile(r"\b(?:org-[A-Za-z0-9]{16,}|proj_[A-Za-z0-9]{16,})\b"),
    "authorization": re.compile(r"(?i)\b(?:bearer|basic)[ ]+(?!REDACTED)(?=[\w.~+/=-]*[\d.+/=_-])[\w.~+/=-]{12,}"),
    "password": re.compile(r"(?<=://)[^\s:/@?#\"'<>]*:(?!REDACTED)[^\s/@?#\"'<>]+(?=@[\w.\[-])"),
    "signature": re.compile(
        r"(?i)(?<=[?&;])(?:x-amz-[\w-]+|x-goog-[\w-]+|signature|sig|token|access_token|auth|key-pair-id|policy|"
        r"googleaccessid|awsaccesskeyid|api_?key|code|hmac)=(?!REDACTED)[^&\s\"'<>#\\]+"
    ),
    "assignment": re.compile(
        r"(?i)\b(?:password|passwd|pwd|secret|client_secret|api_?key|access_key|auth_token|access_token|refresh_token)"
        r"[\"']?\s*[=:]\s*[\"']?(?!REDACTED)(?=[^\s\"',;&)}\]\\]*\d)[^\s\"',;&)}\]\\(]{8,}"
    ),
    "cookie": re.compile(r"(?i)\b(?:set-cookie|cookie):\s*[\w.-]+=(?!REDACTED)[^\s;,\"']{6,}"),
}  # fmt: skip
"""Kinds of secrets by what they look like. A match is replaced whole, except that names before `=` stay."""

FIELDS = frozenset(
    {"password", "passwd", "secret", "token", "apikey", "xapikey", "authorization", "cookie", "setcookie", "privatekey",
     "clientsecret", "accesstoken", "refreshtoken", "idtoken", "authtoken", "sessiontoken", "sharedsecret", "accesskey",
     "secretkey", "secretaccesskey", "organization", "organizationid", "openaiorganization", "snapshotdownloadurl"}
)  # fmt: skip
"""JSON fields whose text is secret whatever it looks like; compared without case, `_` and `-`."""

_BASE64 = re.compile(r"(?<![\w+/-])[A-Za-z0-9+/_-]{20,}={0,2}(?![\w+/=-])")
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
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self._field(str(key), item) for key, item in value.items()}
        return value

    def text(self, text: str) -> str:
        """Text with every secret replaced."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, self._known[secret])
        for pattern in self._named:
            text = pattern.sub(lambda match: self._placeholder("named", match[0]), text)
        for kind, shape in SHAPES.items():
            text = shape.sub(partial(self._replaced, kind), text)
        return _BASE64.sub(self._encoded, text)

    def _field(self, name: str, value: Any) -> Any:
        secret = name.lower().replace("_", "").replace("-", "") in FIELDS
        if secret and isinstance(value, str) and len(value) >= 4 and not _PLACEHOLDER.fullmatch(value):
            return self._known.get(value) or self._placeholder("field", value)
        return self.value(value)

    def _replaced(self, kind: str, match: re.Match[str]) -> str:
        return self._shaped(kind, match[0])

    def _shaped(self, kind: str, found: str) -> str:
        if kind in ("signature", "assignment", "cookie", "password", "authorization"):
            head = re.match(
                {"authorization": r"\S+[ ]+", "password": r"[^:]*:", "cookie": r"[^:]+:\s*[^=]+="}.get(
                    kind, r"[^=:]+[=:]\s*[\"']?"
                ),
                found,
            )
            name = head[0] if head else ""
            value = found[len(name) :]
            return name + self._placeholder(kind, value)
        return self._placeholder(kind, found)

    def _encoded(self, match: re.Match[str]) -> str:
        """Base64 of a text that holds a secret is decoded, redacted and encoded again."""
        raw = match[0]
        decoded = _decoded(raw)
        if decoded is None:
            return raw
        clean = self.text(decoded)
        if clean == decoded:
            return raw
        encode = base64.urlsafe_b64encode if set(raw) & set("-_") else base64.b64encode
        return encode(clean.encode()).decode()

    def _placeholder(self, kind: str, secret: str) -> str:
        if secret not in self._seen:
            self._count[kind] = self._count.get(kind, 0) + 1
            self._seen[secret] = f"REDACTED-{kind}-{self._count[kind]}"
        return self._seen[secret]


def secrets_in(text: str) -> list[str]:
    """What in a text looks like a secret, as `kind: beginning…`; empty for a redacted text."""
    found = [f"{kind}: {match[0][:12]}…" for kind, shape in SHAPES.items() for match in shape.finditer(text)]
    for match in _BASE64.finditer(text):
        decoded = _decoded(match[0])
        if decoded is not None:
            found += [f"base64 {inner}" for inner in secrets_in(decoded)]
    return found


def _decoded(raw: str) -> str | None:
    if len(raw) > 100_000:
        return None
    padded = raw.rstrip("=") + "=" * (-len(raw.rstrip("=")) % 4)
    try:
        text = base64.b64decode(
            padded, altchars=b"-_" if set(raw) & set("-_") else None, validate=True
        ).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if text.isprintable() or "\n" in text else None


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
