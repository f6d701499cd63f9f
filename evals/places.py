"""Which line of which file a drift comes from: a sentence of a prompt, a field of a schema, an edge of a graph."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

from evals.canonical import Difference
from evals.deck import Miss
from evals.session import OURS

SUFFIXES = (".md", ".txt", ".yaml", ".yml", ".j2", ".jinja", ".py")
ELSEWHERE = frozenset({"sessions", "tests", "site-packages", "node_modules", "__pycache__", ".venv", "venv"})
MOST = 500
"""Files of an app that are looked into."""
SHORTEST = 12
"""Characters that are enough to know a sentence by."""
_PROPERTY = re.compile(r"\.properties\.(\w+)$")


def place_of(miss: Miss, app: str) -> str:
    """` It comes from FILE:LINE.` when what differs in a model request stands in a file of the app, else an empty text."""
    if miss.asked.kind != "model" or miss.difference is None:
        return ""
    files = list(_files(app))
    found = _field(miss.difference, files) or _sentence(miss.difference, files)
    return f" It comes from {found}." if found else ""


def edges_of(node: str, app: str, workflow: str) -> str:
    """` The edges from NODE stand in FILE:LINE.`, or an empty text."""
    wanted = re.compile(rf"edges?\(\s*\[?[\"']{re.escape(node)}[\"']")
    found = [place for place, line in _lines(_files(app)) if wanted.search(line)]
    mine = [place for place in found if workflow in place] or found
    return f" The edges from {node} stand in {mine[0]}." if mine else ""


def _files(app: str) -> Iterator[Path]:
    """The prompts first: a sentence may be quoted in code as well."""
    folders = [_folder("agents") / "prompts", _folder("agents"), _folder("workflows")]
    if app != OURS:
        folders = [_folder(app.partition(":")[0])]
    count = 0
    for folder in folders:
        paths = [path for suffix in SUFFIXES for path in sorted(folder.rglob(f"*{suffix}"))]
        for path in paths:
            if count < MOST and not ELSEWHERE.intersection(path.relative_to(folder).parts):
                count += 1
                yield path


def _folder(module: str) -> Path:
    found = importlib.util.find_spec(module)
    origin = found.origin if found else None
    return Path(origin).parent if origin else Path.cwd() / "nowhere"


def _lines(files: Iterator[Path] | list[Path]) -> Iterator[tuple[str, str]]:
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{_named(path)}:{number}", line


def _named(path: Path) -> str:
    """The path from the folder that its package stands in."""
    folder = path.parent
    while (folder / "__init__.py").exists() or folder.name == "prompts":
        folder = folder.parent
    return str(path.relative_to(folder))


def _field(difference: Difference, files: list[Path]) -> str:
    """Where a field of a schema that was added is declared."""
    named = _PROPERTY.search(difference.path)
    declared = re.compile(rf"^\s+{named[1]}\s*:") if named else None
    return next((place for place, line in _lines(files) if declared and declared.search(line)), "")


def _sentence(difference: Difference, files: list[Path]) -> str:
    got = difference.got.strip("…").strip("'\"").replace("\\n", "\n")
    window = max(got.split("\n"), key=len).strip()
    rows = list(_lines(files))
    for size in dict.fromkeys((len(window), 40, 24)):
        for start in range(0, max(1, len(window) - size + 1), 4):
            piece = window[start : start + size]
            if len(piece) >= SHORTEST:
                found = next((place for place, line in rows if piece in line), "")
                if found:
                    return found
    return ""


__all__ = ["edges_of", "place_of"]
