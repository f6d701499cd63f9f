"""Sixty planted secrets are caught wherever they stand, and nothing else changes; no committed tape holds one."""

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from evals.redact import Redactor, secrets_in

ROOT = Path(__file__).parent.parent
A = "A1b2C3d4E5f6G7h8J9k0"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"


def key(*parts: str) -> str:
    """A key put together here, so that this file holds none."""
    return "".join(parts)


PEM = key("-----BEGIN ", "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE", " KEY-----")
PACKED = base64.b64encode(gzip.compress(json.dumps({"key": key("sk-", A)}).encode(), mtime=0)).decode()
TEXTS: dict[str, tuple[str, str]] = {
    "openai key": (f"the key {key('sk-', A)} works", key("sk-", A)),
    "openai project key": (f"use {key('sk-proj-', A, A)}", key("sk-proj-", A, A)),
    "anthropic key": (f"use {key('sk-ant-', 'api03-', A)}", key("sk-ant-", "api03-", A)),
    "workspace key": (f"use {key('dnw_', A)} here", key("dnw_", A)),
    "github token": (f"clone with {key('ghp_', A, A)}", key("ghp_", A, A)),
    "github fine-grained token": (f"x {key('github_pat_', A, A)}", key("github_pat_", A, A)),
    "aws key id": (f"id {key('AKIA', 'IOSFODNN7EXAMPLE')}", key("AKIA", "IOSFODNN7EXAMPLE")),
    "google key": (f"{key('AIza', A, A)}", key("AIza", A, A)),
    "slack token": (f"{key('xoxb-', '123456789012-', A)}", key("xoxb-", "123456789012-", A)),
    "stripe key": (f"{key('sk_live_', A)}", key("sk_live_", A)),
    "hugging face token": (f"{key('hf_', A, A)}", key("hf_", A, A)),
    "jwt": (f"signed in as {JWT}.", JWT),
    "private key": (f"config:\n{PEM}\nend", PEM),
    "organisation": (f"billed to {key('org-', A)}", key("org-", A)),
    "bearer": (f"Authorization: Bearer {A}.x/y", f"{A}.x/y"),
    "basic": (f"Authorization: Basic {base64.b64encode(b'user:pass1234567').decode()}", base64.b64encode(b"user:pass1234567").decode()),
    "password in a url": (f"postgresql://reader:{A}@db.example/prod", A),
    "aws signed url": (f"https://b.example/o?X-Amz-Expires=900&X-Amz-Signature={A}&part=2", A),
    "google signed url": (f"https://b.example/o?X-Goog-Signature={A}&x=1", A),
    "azure signed url": (f"https://b.example/o?se=2027&sig={A}%3D&sp=r", f"{A}%3D"),
    "token in a url": (f"https://h.example/snapshot/1?token={A}", A),
    "assigned in code": (f"password = '{A}'", A),
    "in an environment file": (f"API_KEY={A}\nDEBUG=1", A),
    "set-cookie line": (f"Set-Cookie: session={A}; Path=/", A),
    "json in json": (json.dumps({"body": json.dumps({"user": "ann", "password": "correct horse battery"})}), "correct horse battery"),
    "json in json in json": (json.dumps([json.dumps({"a": json.dumps({"client_secret": "plain words"})})]), "plain words"),
    "server-sent events": (f'event: message\ndata: {json.dumps({"access_token": "plain-words", "n": 1})}\n\n', "plain-words"),
    "form body": (f"grant_type=refresh_token&refresh_token={A}&scope=a", A),
    "form password of letters": ("user=ann&password=correcthorse&x=1", "correcthorse"),
    "multipart": ('--b\r\nContent-Disposition: form-data; name="password"\r\n\r\ncorrecthorse\r\n--b--', "correcthorse"),
    "authorization with a scheme of its own": (f"Authorization: Token {A}", A),
    "authorization without a scheme": (f"Authorization: {A}", A),
    "proxy authorization": (f"Proxy-Authorization: Basic {base64.b64encode(b'user:pass').decode()}", base64.b64encode(b"user:pass").decode()),
    "digest": (f'Authorization: Digest username="ann", realm="r", response="{"6629fae49393a053" * 2}"', "6629fae49393a053" * 2),
    "aws signed header": (f"Authorization: AWS4-HMAC-SHA256 Credential=c/20260101/s3, SignedHeaders=host, Signature={'fe5f80f77d5fa3be' * 4}", "fe5f80f77d5fa3be" * 4),
    "header on a command line": (f"curl -H 'x-api-key: {A}' https://h.example", A),
    "user on a command line": (f"curl -s -u ann:{A} https://h.example", A),
    "cookies of a request": (f"Cookie: theme=dark; sid={A}", f"theme=dark; sid={A}"),
    "key as the user of a url": (f"https://{key('sk-', A)}@h.example/x", key("sk-", A)),
    "azure connection string": (f"AccountName=a;AccountKey={base64.b64encode(A.encode()).decode()};EndpointSuffix=core", base64.b64encode(A.encode()).decode()),
    "aws secret in an environment file": (f"export AWS_SECRET_ACCESS_KEY=wJalr/{A}/x\nREGION=eu-1", f"wJalr/{A}/x"),
    "token behind the sign of a fragment": (f"https://app.example/cb#access_token={A}&token_type=x", A),
    "signed url in html": (f"https://b.example/o?x=1&amp;sig={A}&amp;y=2", A),
    "signed url in escaped json": (json.dumps({"u": f"https://b.example/o?x=1&sig={A}"}).replace("&", "\\u0026"), A),
    "signed url within a url": (f"next={quote(f'https://b.example/o?x=1&X-Amz-Signature={A}&part=2', safe='')}", A),
    "slack webhook": (f"https://{key('hooks.slack', '.com/services/')}T00000000/B00000000/{A}", f"T00000000/B00000000/{A}"),
    "telegram bot": (f"https://api.telegram.org/{key('bot123456789:', 'AAH')}{A}{A}/getMe", f"{key('bot123456789:', 'AAH')}{A}{A}"),
    "docker registry": (json.dumps({"auths": {"r.example": {"auth": base64.b64encode(b"ann:hunter2").decode()}}}), base64.b64encode(b"ann:hunter2").decode()),
    "private key of ssh": (f"{PEM.replace('BEGIN ', 'BEGIN OPENSSH ').replace('END ', 'END OPENSSH ')}", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"),
    "private key in json": (json.dumps({"k": PEM, "n": 1}), "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"),
    "encrypted token": (f"{key('eyJ', 'hbGciOiJSU0EtT0FFUCJ9')}.{A}.{A}.{A}.{A}", A),
    "hexadecimal of a key": (f"x {key('sk-', A).encode().hex()} y", key("sk-", A).encode().hex()),
    "base64 twice": (base64.b64encode(base64.b64encode(key("sk-", A).encode())).decode(), base64.b64encode(base64.b64encode(key("sk-", A).encode())).decode()[4:]),
    "packed and in base64": (f"body {PACKED} end", PACKED),
    "base64 of a key": (f"payload {base64.b64encode(key('sk-', A).encode()).decode()}", base64.b64encode(key("sk-", A).encode()).decode()),
    "base64 of json with a token": (
        f"state={base64.urlsafe_b64encode(json.dumps({'jwt': JWT}).encode()).decode()}",
        base64.urlsafe_b64encode(json.dumps({"jwt": JWT}).encode()).decode()[8:60],
    ),
}  # fmt: skip
TAKEN_WHOLE = ("base64 of a key", "base64 of json with a token", "base64 twice", "hexadecimal of a key", "private key", "private key of ssh",
               "private key in json", "encrypted token")  # fmt: skip
"""Where more than the planted text goes, or what is left is encoded again."""
FIELDS: dict[str, Any] = {
    "header pairs": [["Authorization", "correct horse"], ["Accept", "3600"]],
    "header objects": {"headers": [{"name": "Cookie", "value": "plain words here"}]},
    "password field": {"user": "ann", "password": "correct horse"},
    "refresh token field": {"refresh_token": "zzz-yyy-xxx", "expires_in": 3600},
    "api key field": {"deep": [{"apiKey": "plain words here"}]},
    "download address field": {"snapshotDownloadUrl": "https://h.example/s/1", "status": "success"},
}


def test_sixty_forms_are_planted() -> None:
    assert len(TEXTS) + len(FIELDS) >= 60


@pytest.mark.parametrize("form", TEXTS)
def test_a_planted_secret_is_caught_and_the_rest_stays(form: str) -> None:
    text, secret = TEXTS[form]
    clean = Redactor().text(text)
    assert secret not in clean
    assert secrets_in(text)
    assert secrets_in(clean) == []
    if form not in TAKEN_WHOLE:
        assert re.sub(r"REDACTED-[a-z-]+-\d+", "\0", unquote(clean)) == unquote(text.replace(secret, "\0"))


@pytest.mark.parametrize("form", FIELDS)
def test_a_secret_field_is_caught_whatever_it_holds(form: str) -> None:
    clean = json.dumps(Redactor().value(FIELDS[form]))
    said = json.dumps(FIELDS[form])
    assert clean != said
    for words in ("correct horse", "zzz-yyy-xxx", "plain words here", "h.example/s/1"):
        assert words not in clean
    for words in ("ann", "3600", "success"):
        assert (words in clean) == (words in said)


@pytest.mark.parametrize(
    "wrap", [str, quote, lambda s: base64.b64encode(s.encode()).decode(), lambda s: s.encode().hex()]
)
def test_a_key_in_use_is_caught_in_every_form(wrap: Any) -> None:
    secret = "plain looking words/+?"
    clean = Redactor([secret]).text(f"<{wrap(secret)}>")
    assert clean == "<REDACTED-known-1>"


def test_headers_that_are_not_named_are_dropped_from_requests_and_responses() -> None:
    redactor = Redactor()
    sent = {
        "Authorization": "Bearer x",
        "Cookie": "a=b",
        "Anthropic-Version": "2023-06-01",
        "X-Api-Key": "k",
    }
    assert redactor.headers(sent) == {"anthropic-version": "2023-06-01"}
    got = {
        "Set-Cookie": ["s=1"],
        "openai-organization": ["acme"],
        "x-request-id": ["1"],
        "content-type": ["text/event-stream"],
    }
    assert redactor.headers(got, response=True) == {"content-type": ["text/event-stream"]}


def test_one_secret_has_one_placeholder_so_that_a_replay_still_matches() -> None:
    redactor = Redactor()
    url = f"https://h.example/x?token={A}"
    assert redactor.text(url) == redactor.text(url)
    assert redactor.text(f"{url} {url[:-1]}9").count("REDACTED-signature-2") == 1


def test_what_the_user_names_is_taken_out() -> None:
    assert Redactor(patterns=[r"Acme \w+"]).text("Acme Holdings rose") == "REDACTED-named-1 rose"


ORDINARY = [
    "import pandas as pd\ntoken = next(iter(tokens))\npassword = getpass()",
    "SELECT id, secret_santa FROM staff WHERE name = 'Bearer of news'",
    "The basic idea: a bearer of good tidings, org-wide and pro_bono.",
    "https://h.example/a?page=2&pageToken=eyJvIjoxMDB9&code_style=x",
    "2026-11-02T09:00:00Z 8685601c-d24b-a50c-cbcb-8d1b8699787a 0cc175b9c0f1b6a831c399e269772661",
    "user@example.org, http://127.0.0.1:8765/mcp, sk-learn, task-force-manager",
    "x" * 500,
    'print(f"{name}: {value}")\nresponse = client.get(url, headers=headers)\nresponse=requests.get("https://h.example/a%20b?q=caf%C3%A9")',
    "Authorization: required. Cookie: none. Basic authentication works; curl -u ann https://h.example/a",
    "primary_key=orders_2024_id; sort_token = next(tokens); sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    '{"name": "token_count", "value": "12345678"} {"author": "ann", "secretary": "bob"}',
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_not_changed(text: str) -> None:
    assert Redactor().text(text) == text
    assert secrets_in(text) == []


def test_ordinary_json_is_not_changed() -> None:
    value = {
        "usage": {"input_tokens": 5, "max_tokens": 9},
        "nextPageToken": "abc",
        "apiKey": {"prefix": "dnw"},
        "n": [1, 2.5, None, True],
    }
    assert Redactor().value(value) == value


def test_no_committed_session_holds_anything_that_looks_like_a_secret() -> None:
    found = []
    for folder in (ROOT / "evals" / "sessions", ROOT / "tests" / "example_project"):
        for path in folder.rglob("*"):
            if path.suffix in {".yaml", ".json"}:
                found += [f"{path.name}: {shape}" for shape in secrets_in(path.read_text(encoding="utf-8"))]
    assert found == []
