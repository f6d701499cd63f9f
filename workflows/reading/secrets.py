"""Credentials that stand in a block's text. A finding names the kind and the place, never the value."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from workflows.reading.python import parse, plain_python

SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("GitHub token", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{40,}\b")),
    ("Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    ("API key", re.compile(r"\bsk-(?:ant-|proj-|live-)?[A-Za-z0-9_-]{20,}")),
    ("Stripe key", re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}")),
    ("Google API key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}")),
    ("private key", re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----")),
    ("JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}")),
    ("password in an address", re.compile(r"\b[a-z][a-z0-9+.-]{2,20}://[^\s:/@'\"{}]+:(?P<value>[^\s@'\"{}]{3,})@", re.IGNORECASE)),
)  # fmt: skip
NAMED = re.compile(
    r"(?:^|_)(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|private_?key|credentials?|auth_?key)(?:$|_)",
    re.IGNORECASE,
)
STAND_INS = re.compile(
    r"^(?:|x+|\*+|\.+|-+|<.*>|\{.*\}|\$.*|env:.*|your[-_ ].*|change[-_ ]?me|todo|none|null|example|placeholder|secret|password|token|redacted|test|dummy)$",
    re.IGNORECASE,
)
IN_TEXT = re.compile(
    r"\b(?P<name>password|passwd|pwd|secret|secret_key|token|api_?key|access_?key|private_key|auth_?key)\s*(?:=>?|:)\s*'(?P<value>[^']+)'",
    re.IGNORECASE,
)


class Pasted(NamedTuple):
    """A credential that stands in a text."""

    kind: str
    line: int
    """From 1."""


def pasted_credentials(text: str, *, python: bool) -> list[Pasted]:
    """Credentials in a block's text; each line and kind once."""
    found = set(_shapes(text)) | set(_assigned(text) if python else _in_text(text))
    lines_with_shape = {line for kind, line in found if not kind.startswith("`")}
    kept = [item for item in found if not item.kind.startswith("`") or item.line not in lines_with_shape]
    return sorted(kept, key=lambda item: (item.line, item.kind))


def _shapes(text: str) -> Iterator[Pasted]:
    for kind, shape in SHAPES:
        for match in shape.finditer(text):
            value = match.groupdict().get("value")
            if value is None or not STAND_INS.match(value):
                yield Pasted(kind, text.count("\n", 0, match.start()) + 1)


def _in_text(text: str) -> Iterator[Pasted]:
    for match in IN_TEXT.finditer(text):
        if not STAND_INS.match(match["value"]):
            yield Pasted(f"`{match['name'].lower()}` with its value", text.count("\n", 0, match.start()) + 1)


def _assigned(text: str) -> Iterator[Pasted]:
    tree, _ = parse(plain_python(text)[0])
    if tree is None:
        yield from _in_text(text.replace('"', "'"))
        return
    for node in ast.walk(tree):
        for name, value in _pairs(node):
            written = value.value if isinstance(value, ast.Constant) else None
            if (
                name
                and isinstance(written, str)
                and NAMED.search(_spaced(name))
                and not STAND_INS.match(written.strip())
                and len(written) >= 4
            ):
                yield Pasted(f"`{name}` with its value", value.lineno)


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def _pairs(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Attribute):
                yield target.attr, node.value
            elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                yield str(target.slice.value), node.value
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id, node.value
    elif isinstance(node, ast.Call):
        yield from ((key.arg, key.value) for key in node.keywords if key.arg)
    elif isinstance(node, ast.Dict):
        yield from (
            (str(key.value), value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
        )
