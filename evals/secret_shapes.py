"""What secrets look like in a text: keys by their beginnings, and values by the words before them.

Of a shape with a group `secret` only that group is taken, at the end of the match; of others the whole match.
"""

import base64
import binascii
import re
from collections.abc import Mapping

_VALUE = r"(?!REDACTED)(?=[^\s\"',;&)}\]\\]*\d)[^\s\"',;&)}\]\\(]{8,}"
"""A value in code, in a file of settings or on a command line: no spaces, eight characters or more, a digit among them."""

SHAPES: Mapping[str, re.Pattern[str]] = {
    "private-key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
    "jwt": re.compile(r"\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?(?:\.[\w-]+){0,2}"),
    "key": re.compile(
        r"\b(?:sk-(?:ant-|proj-|or-)?[\w-]{12,}|dn[a-z]?_[A-Za-z0-9_-]{16,}|(?:sk|rk|pk)_(?:live|test)_\w{10,}|hf_\w{16,}|npm_\w{20,}"
        r"|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|lsv2_\w{2}_\w{16,}|AIza[\w-]{30,}|GOCSPX-[\w-]{16,}|dapi[0-9a-f]{32}"
        r"|(?:AKIA|ASIA)[A-Z0-9]{16}|xox[abeprs]-[\w-]{10,}|SG\.[\w-]{16,}\.[\w-]{16,}|dop_v1_\w{32,}|ya29\.[\w-]{16,}"
        r"|shp(?:at|ss|ca)_\w{16,}|dckr_pat_[\w-]{16,}|pypi-AgE[\w-]{16,}|gsk_\w{20,}|xai-\w{20,})"
    ),
    "webhook": re.compile(r"(?<=hooks\.slack\.com/services/)T\w+/B\w+/\w{16,}"),
    "bot": re.compile(r"(?<![\d:.])(?:bot)?\d{6,12}:AA[\w-]{30,}"),
    "organisation": re.compile(r"\b(?:org-[A-Za-z0-9]{16,}|proj_[A-Za-z0-9]{16,})\b"),
    "basic": re.compile(r"(?i)(?:\bbasic +|\"auth\"\s*:\s*\")(?P<secret>(?!REDACTED)[\w+/-]{4,}={0,2})"),
    "authorization": re.compile(r"(?i)\b(?:bearer|basic)[ ]+(?P<secret>(?!REDACTED)(?=[\w.~+/=-]*[\d.+/=_-])[\w.~+/=-]{12,})"),
    "header": re.compile(
        r"(?i)(?<![\w-])(?:(?:proxy-)?authorization|x-[\w-]*(?:key|token|secret|signature)|api-key)\\*[\"']?\s*:\s*\\*[\"']?"
        r"(?!aws4-|digest|oauth|hawk)(?:(?:token|api-?key|key|bearer|hmac|negotiate)\s+)?(?P<secret>(?!REDACTED)(?=[^\s\"',;\\]*\d)[^\s\"',;\\]{8,})"
    ),
    "signed": re.compile(
        r"(?i)(?<=[\s,])(?:(?:oauth_)?signature|oauth_token|mac|response(?==\\*[\"']?[0-9a-f]{32}))=\\*[\"']?"
        r"(?P<secret>(?!REDACTED)(?=[\w+/%=.-]*\d)[\w+/%=.-]{16,})"
    ),
    "password": re.compile(r"(?<=://)[^\s:/@?#\"'<>]*:(?P<secret>(?!REDACTED)[^\s/@?#\"'<>]+)(?=@[\w.\[-])"),
    "signature": re.compile(
        r"(?i)(?:(?<=[?&;#])|(?<=\\u0026))(?:x-(?:amz|goog)-(?:credential|signature|security-token)|signature|sig|token|access_token|id_token|auth|key-pair-id|policy|"
        r"googleaccessid|awsaccesskeyid|api_?key|code|hmac)=(?P<secret>(?!REDACTED)[^&\s\"'<>#\\]+)"
    ),
    "form": re.compile(
        r"(?i)(?:(?<=[?&;#])|\A(?=\S+&\S+\Z))(?:password|passwd|pwd|secret|client_secret|refresh_token|code_verifier|assertion|"
        r"client_assertion|subject_token)=(?P<secret>(?!REDACTED)[^&\s\"'<>#\\;]{4,})"
    ),
    "multipart": re.compile(
        r"(?i)\bname=\"(?:password|passwd|secret|token|api_?key|client_secret|access_token|refresh_token)\"[^\r\n]*\r?\n"
        r"(?:[^\r\n]+\r?\n)*\r?\n(?P<secret>(?!REDACTED)[^\r\n]+)"
    ),
    "assignment": re.compile(
        r"(?i)(?<![a-z0-9])(?:[a-z0-9]+_)*(?:password|passwd|pwd|secret|client_?secret|api_?key|access_?key|account_?key|secret_key|api_token|"
        r"auth_token|access_token|refresh_token|session_token|bot_token|github_token|hf_token)[\"']?\s*[=:]\s*[\"']?(?P<secret>" + _VALUE + ")"
    ),
    "set-cookie": re.compile(r"(?i)\bset-cookie:\s*[\w.-]+=(?P<secret>(?!REDACTED)[^\s;,\"']{6,})"),
    "cookie": re.compile(r"(?i)(?<![\w-])cookie:\s*(?P<secret>[\w.-]+=[^\r\n\"'\\]{6,})"),
    "user": re.compile(r"\bcurl\b[^\n]*?\s(?:-u|--user)[ =][\"']?[^\s:\"']+:(?P<secret>(?!REDACTED)[^\s\"'\\]{4,})"),
}  # fmt: skip
"""Kinds of secrets by what they look like."""

FIELDS = frozenset(
    {"password", "passwd", "secret", "token", "apikey", "xapikey", "authorization", "proxyauthorization", "cookie", "setcookie", "privatekey",
     "clientsecret", "accesstoken", "refreshtoken", "idtoken", "authtoken", "sessiontoken", "sharedsecret", "accesskey",
     "secretkey", "secretaccesskey", "organization", "organizationid", "openaiorganization", "snapshotdownloadurl"}
)  # fmt: skip
"""JSON fields whose text is secret whatever it looks like; compared without case, `_` and `-`."""

_NAMES = "|".join("[_-]?".join(name) for name in sorted(FIELDS, key=len, reverse=True))
WRITTEN_FIELD = re.compile(
    rf"(?i)(?P<mark>\\*\")(?P<name>{_NAMES})(?P=mark)\s*:\s*(?P=mark)(?P<value>[^\n]*?)(?<!\\)(?P=mark)"
)
"""A secret text field of JSON as it is written, also where its quotation marks are escaped once or more."""


def is_secret(name: str) -> bool:
    """Whether a field or header of this name holds a secret."""
    return name.lower().replace("_", "").replace("-", "") in FIELDS


def is_user_and_password(encoded: str) -> bool:
    """Whether a text is base64 of `user:password`."""
    try:
        text = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return text.isprintable() and text.find(":") > 0 and "REDACTED" not in text
