"""Thirty planted secrets are caught wherever they stand, and nothing else changes; no committed tape holds one."""

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from evals.redact import Redactor, secrets_in

ROOT = Path(__file__).parent.parent
A = "A1b2C3d4E5f6G7h8J9k0"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"


def key(*parts: str) -> str:
    """A key put together here, so that this file holds none."""
    return "".join(parts)


PEM = key("-----BEGIN ", "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE", " KEY-----")
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
    "aws signed url": (f"https://b.example/o?X-Amz-Credential=c%2F1&X-Amz-Signature={A}&part=2", A),
    "google signed url": (f"https://b.example/o?X-Goog-Signature={A}&x=1", A),
    "azure signed url": (f"https://b.example/o?se=2027&sig={A}%3D&sp=r", A),
    "token in a url": (f"https://h.example/snapshot/1?token={A}", A),
    "assigned in code": (f"password = '{A}'", A),
    "in an environment file": (f"API_KEY={A}\nDEBUG=1", A),
    "set-cookie line": (f"Set-Cookie: session={A}; Path=/", A),
    "base64 of a key": (f"payload {base64.b64encode(key('sk-', A).encode()).decode()}", base64.b64encode(key("sk-", A).encode()).decode()),
    "base64 of json with a token": (
        f"state={base64.urlsafe_b64encode(json.dumps({'jwt': JWT}).encode()).decode()}",
        base64.urlsafe_b64encode(json.dumps({"jwt": JWT}).encode()).decode()[8:60],
    ),
}  # fmt: skip
FIELDS: dict[str, Any] = {
    "password field": {"user": "ann", "password": "correct horse"},
    "refresh token field": {"refresh_token": "zzz-yyy-xxx", "expires_in": 3600},
    "api key field": {"deep": [{"apiKey": "plain words here"}]},
    "download address field": {"snapshotDownloadUrl": "https://h.example/s/1", "status": "success"},
}


def test_thirty_forms_are_planted() -> None:
    assert len(TEXTS) + len(FIELDS) >= 30


@pytest.mark.parametrize("form", TEXTS)
def test_a_planted_secret_is_caught_and_the_rest_stays(form: str) -> None:
    text, secret = TEXTS[form]
    clean = Redactor().text(text)
    assert secret not in clean
    assert secrets_in(text)
    assert secrets_in(clean) == []
    for word in text.replace(secret, "\0").split("\0")[0].split()[:-1]:
        assert word in clean


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
