"""YAML 1.2 core as `.deepnote` files use it: dates and ids stay text, keys are unique, no anchors, aliases or tags.

Every value's line is kept, so that an error can name it.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml

from workspace.errors import WorkspaceError

Path = tuple[str | int, ...]
DEEPEST = 100
"""Lists and mappings inside one another."""
TEXT_KEYS = frozenset(
    {"id", "blockGroup", "sortingKey", "contentHash", "name", "content", "type", "initNotebookId", "createdAt", "modifiedAt"}
)  # fmt: skip
"""Fields that hold text whatever their characters look like: an id of digits only is still an id."""
_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z|[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z"
)
_CONSTANTS = {word: value for words, value in ((("true", "True", "TRUE"), True), (("false", "False", "FALSE"), False), (("null", "Null", "NULL", "~", ""), None)) for word in words}  # fmt: skip


class FileInvalid(WorkspaceError):
    """A file that cannot be read; the words name the line and the field."""


class Read(NamedTuple):
    data: Any
    lines: Mapping[Path, int]
    """The line of each value, from 1."""


def read(text: str, name: str) -> Read:
    """Parse one document. Raises FileInvalid with `name`, the line and what is wrong there."""
    lines: dict[Path, int] = {}
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            _plain_features_only(event, name)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise FileInvalid(f"{name}: lists and mappings nested more than {DEEPEST} deep.")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        where = f"{name}, line {mark.line + 1}" if mark else name
        words = str(getattr(wrong, "problem", None) or wrong).splitlines()[0]
        if mark and text.split("\n")[mark.line].startswith("\t"):
            words = "a tab at the line's start; indent with spaces"
        raise FileInvalid(f"{where}: {words}.") from wrong
    except UnicodeError as wrong:
        raise FileInvalid(f"{name}: holds half of a character, which cannot be stored.") from wrong
    if node is None:
        raise FileInvalid(f"{name}: the file is empty.")
    return Read(_built(node, (), lines, name), lines)


def _plain_features_only(event: Any, name: str) -> None:
    where = f"{name}, line {event.start_mark.line + 1}"
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise FileInvalid(f"{where}: anchors and aliases are not used in .deepnote files.")
    tag = getattr(event, "tag", None)
    if tag not in (None, "!"):
        raise FileInvalid(f"{where}: the tag {tag} is not used in .deepnote files.")


def _built(node: Any, path: Path, lines: dict[Path, int], name: str) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        if "\x00" in node.value:
            raise FileInvalid(f"{name}, line {lines[path]}: a NUL character, which cannot be stored.")
        quoted = node.style not in (None, "")
        try:
            return node.value if quoted or _is_text(path, node.value) else _scalar(node.value)
        except ValueError as wrong:  # an integer of thousands of digits
            raise FileInvalid(f"{name}, line {lines[path]}: a number that is too long.") from wrong
    if isinstance(node, yaml.SequenceNode):
        return [_built(child, (*path, index), lines, name) for index, child in enumerate(node.value)]
    built: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise FileInvalid(f"{name}, line {key.start_mark.line + 1}: a key has to be text.")
        if key.value in built:
            raise FileInvalid(
                f"{name}, line {key.start_mark.line + 1}: the key {key.value!r} stands there twice."
            )
        built[key.value] = _built(value, (*path, key.value), lines, name)
    return built


def _is_text(path: Path, value: str) -> bool:
    """Inside metadata and outputs, which are anybody's, a plain scalar is what YAML says it is."""
    if not path or value in ("null", "~", ""):
        return False
    free = {"metadata", "outputs", "settings", "environment", "execution"}
    if len(path) <= 2:
        return path[-1] in TEXT_KEYS or path == ("version",)
    return path[-1] in TEXT_KEYS and not free.intersection(path)


def _scalar(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.match(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.match(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def write(data: Mapping[str, Any]) -> str:
    """The document as text: two spaces, texts quoted, keys in the order given.

    Written by hand: outputs hold tables of thousands of cells, for which PyYAML takes fifty times as long.
    """
    lines: list[str] = []
    _write_mapping(data, "", "", lines)
    return "\n".join(lines) + "\n"


def _write_mapping(data: Mapping[str, Any], first: str, indent: str, lines: list[str]) -> None:
    """`first` stands before the first key: the dash of the list the mapping is in, or nothing more than the indent."""
    for key, value in data.items():
        _write_value(value, f"{first}{_key(str(key))}:", indent, lines)
        first = indent


def _write_value(value: Any, opening: str, indent: str, lines: list[str]) -> None:
    """One value behind its key or dash; what it contains stands two spaces further in than `indent`."""
    inner = indent + "  "
    if isinstance(value, str):
        lines.append(f"{opening} {_literal(value, inner) if _reads_as_block(value) else _quoted(value)}")
    elif isinstance(value, Mapping) and value:
        if opening.endswith(":"):
            lines.append(opening)
            _write_mapping(value, inner, inner, lines)
        else:
            _write_mapping(value, f"{opening} ", inner, lines)
    elif isinstance(value, list | tuple) and value:
        if opening.endswith(":"):
            lines.append(opening)
            for item in value:
                _write_value(item, f"{inner}-", inner, lines)
        else:
            for number, item in enumerate(value):
                _write_value(item, f"{opening} -" if number == 0 else f"{inner}-", inner, lines)
    else:
        lines.append(f"{opening} {_plain_scalar(value)}")


def _plain_scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(value), repr(value))
    if isinstance(value, int):
        return str(value)
    return "{}" if isinstance(value, Mapping) else "[]"


def _reads_as_block(text: str) -> bool:
    return "\n" in text and not text.startswith((" ", "\n", "\t")) and not _UNREADABLE.search(text)


def _literal(text: str, indent: str) -> str:
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    style = ("|-", "|")[ends] if ends < 2 else "|+"
    shown = "\n".join(f"{indent}{line}" if line else "" for line in body.split("\n"))
    return f"{style}\n{shown}" + "\n" * max(0, ends - 1)


def _quoted(text: str) -> str:
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _key(name: str) -> str:
    return name if _PLAIN.match(name) and name.lower() not in _WORDS else _quoted(name)


_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_-]*\Z")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Keys that a reader of this version of YAML or of the one before would take for something else than text."""
_HIDDEN = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_UNREADABLE = re.compile(
    "[ \t]\n|[ \t]\\Z|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
__all__ = ["FileInvalid", "Path", "Read", "read", "write"]
