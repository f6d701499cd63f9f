"""`tape.yaml`: what the wire carried, as people can read it. JSON bodies stand as YAML, long values in side files.

Side files lie in one folder `bodies/` beside the workflows' folders, named by their content, and are shared by sessions.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from evals.canonical import digest
from evals.errors import Infrastructure, Usage

VERSION = 1
LONG = 1200
"""Characters of JSON above which a value moves to a side file."""
PRETTY = 40_000
"""Characters above which a side file is no longer indented: nobody reviews it line by line."""
BODIES = "bodies"
USUAL_ANSWER = {"content-type": ["application/json"]}

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _text(dumper: Any, value: str) -> Any:
    """Multi-line text as literal blocks, so that diffs show lines."""
    literal = "\n" in value and not any(line != line.rstrip() for line in value.split("\n"))
    awkward = "\t" in value or value.startswith((" ", "\n"))
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", value, style="|" if literal and not awkward else None
    )


class _Dumper(yaml.SafeDumper):
    """Writes any character as it is."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _FastDumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """The same in C, which escapes what lies beyond the basic plane."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(str, _text)
_FastDumper.add_representer(str, _text)


class Interaction(NamedTuple):
    """One request and its response."""

    method: str
    uri: str
    request_headers: dict[str, Any]
    request: Any
    """A JSON value, text, or None."""
    status: int
    response_headers: dict[str, Any]
    response: Any
    after: int
    """How many interactions before this one had ended when it began; fewer than its index means they ran side by side."""


class Sides:
    """The side files of one sessions folder."""

    def __init__(self, root: Path) -> None:
        self.folder = root / BODIES
        self.written: list[Path] = []
        self._read: dict[str, Any] = {}

    def put(self, value: Any) -> Any:
        """The value itself when short, else a reference to a side file that holds it."""
        text = json.dumps(value, ensure_ascii=False, indent=1)
        if len(text) <= LONG:
            return value
        if len(text) > PRETTY:
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        name = f"{digest(value)}.json"
        path = self.folder / name
        if not path.exists():
            write_whole(path, text + "\n")
            self.written.append(path)
        return {"$side": name}

    def get(self, value: Any, named_in: Path) -> Any:
        """The value behind a reference; other values as they are."""
        if not (isinstance(value, dict) and value.keys() == {"$side"}):
            return value
        name = str(value["$side"])
        if name in self._read:
            return self._read[name]
        path = self.folder / name
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            line = _line_of(named_in, name)
            raise Usage(
                f"{named_in}:{line}: the side file {path} is missing. Restore it from version control, or record the session again."
            ) from None
        except json.JSONDecodeError as broken:
            raise Usage(
                f"{path}:{broken.lineno}: is not JSON ({broken.msg}). Restore it from version control."
            ) from None
        self._read[name] = found
        return found

    def discard(self) -> None:
        """Remove what this object wrote, after a recording that was given up."""
        for path in self.written:
            path.unlink(missing_ok=True)


def dump(interactions: list[Interaction], sides: Sides) -> str:
    """The text of a tape file."""
    rows = []
    for index, one in enumerate(interactions):
        request: dict[str, Any] = {"method": one.method, "uri": one.uri}
        if one.request_headers:
            request["headers"] = one.request_headers
        response: dict[str, Any] = {"status": one.status}
        if one.response_headers != USUAL_ANSWER:
            response["headers"] = one.response_headers
        row: dict[str, Any] = {"request": request, "response": response}
        if one.after != index:
            row["after"] = one.after
        _put_body(request, one.request, sides)
        _put_body(response, without_copy(one.response), sides)
        rows.append(row)
    return dump_yaml({"version": VERSION, "interactions": rows, "end": len(rows)})


def load(path: Path, sides: Sides) -> list[Interaction]:
    """Read a tape file. Raises Usage with file and line."""
    content = load_yaml(path, "Restore it from version control, or record the session again.")
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise Usage(f"{path}:1: is not a tape of version {VERSION}. Record the session again.")
    rows = content.get("interactions")
    if not isinstance(rows, list):
        raise Usage(
            f"{path}:2: has no list of interactions; it may be cut short. Restore it, or record again."
        )
    read = list(_read_rows(rows, path, sides))
    if content.get("end") != len(rows):
        raise Usage(
            f"{path}: does not end with `end: {len(rows)}`; it is cut short. Restore it, or record again."
        )
    return read


def _read_rows(rows: list[Any], path: Path, sides: Sides) -> Iterator[Interaction]:
    for index, row in enumerate(rows):
        try:
            request, response = row["request"], row["response"]
            yield Interaction(
                request["method"],
                request["uri"],
                request.get("headers") or {},
                _get_body(request, sides, path),
                response["status"],
                response.get("headers", USUAL_ANSWER),
                with_copy(_get_body(response, sides, path)),
                row.get("after", index),
            )
        except (KeyError, TypeError) as lacking:
            raise Usage(
                f"{path}: interaction {index + 1} lacks {lacking}; the file may be cut short. Restore it, or record again."
            ) from None


def _put_body(part: dict[str, Any], body: Any, sides: Sides) -> None:
    if body is None:
        return
    if isinstance(body, str):
        part["text"] = sides.put(body)
        return
    if isinstance(body, dict) and isinstance(body.get("result"), dict) and "jsonrpc" in body:
        result = {name: sides.put(value) for name, value in body["result"].items()}
        part["json"] = {**body, "result": result}
        return
    if isinstance(body, dict) and (
        "messages" in body or "input" in body or "choices" in body or "jsonrpc" in body
    ):
        part["json"] = body
        return
    part["json"] = sides.put(body)


def _get_body(part: dict[str, Any], sides: Sides, path: Path) -> Any:
    if "text" in part:
        return sides.get(part["text"], path)
    body = sides.get(part.get("json"), path)
    if isinstance(body, dict) and isinstance(body.get("result"), dict):
        body = {**body, "result": {name: sides.get(value, path) for name, value in body["result"].items()}}
    return body


def without_copy(body: Any) -> Any:
    """A tool's text copy of its structured content is said once."""
    result = body.get("result") if isinstance(body, dict) else None
    if not isinstance(result, dict) or "structuredContent" not in result:
        return body
    content = result.get("content")
    if not (isinstance(content, list) and len(content) == 1 and content[0].get("type") == "text"):
        return body
    try:
        same = json.loads(content[0]["text"]) == result["structuredContent"]
    except (json.JSONDecodeError, KeyError):
        return body
    return {**body, "result": {**result, "content": "$copy"}} if same else body


def with_copy(body: Any) -> Any:
    """The body with the text copy that `without_copy` took out."""
    result = body.get("result") if isinstance(body, dict) else None
    if not isinstance(result, dict) or result.get("content") != "$copy":
        return body
    text = json.dumps(result["structuredContent"], ensure_ascii=False, separators=(",", ":"))
    return {**body, "result": {**result, "content": [{"type": "text", "text": text}]}}


def dump_yaml(value: Any) -> str:
    """YAML in the order given, wide lines, Unicode as it is."""
    plain = max(json.dumps(value, ensure_ascii=False, default=str), default="") <= "\uffff"
    dumper = _FastDumper if plain else _Dumper
    text: str = yaml.dump(
        value, Dumper=dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
    )
    return text


def load_yaml(path: Path, advice: str) -> Any:
    """The value of a YAML file. Raises Usage with file and line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except FileNotFoundError:
        raise Usage(f"{path}: is missing. {advice}") from None
    except UnicodeDecodeError:
        raise Usage(f"{path}: is not UTF-8 text. {advice}") from None
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise Usage(f"{path}:{line}: is not YAML ({getattr(broken, 'problem', broken)}). {advice}") from None


def write_whole(path: Path, text: str) -> None:
    """Write a file, with its folder, so that readers see the old one or the new one, never a half. Raises Infrastructure."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as failure:
        raise unwritable(path, failure) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def unwritable(path: Path, failure: OSError) -> Infrastructure:
    """What to say of a file or folder that cannot be written."""
    return Infrastructure(
        f"{path}: cannot be written ({failure.strerror or failure}). Make room or name another place."
    )


def _line_of(path: Path, word: str) -> int:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if word in line), 1)
