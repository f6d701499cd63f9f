"""The documentation: a folder of Markdown files with front matter, and the order in which they are listed.

Front matter says an article's `title`, `description`, `section` and `order`; a section stands where its first article does.
`navigation.yaml` in the folder overrides that: it lists sections, each with a title and its articles' slugs. Files are read
anew when they change.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from workspace.errors import SettingsWrong

PACKAGED = Path(__file__).parent / "articles"
NAVIGATION = "navigation.yaml"
FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
FENCED = re.compile(r"^\s*(```|~~~).*?(?:^\s*\1|\Z)", re.DOTALL | re.MULTILINE)
ENDINGS = frozenset({".md", ".markdown"})
TOP = "Documentation"
"""The section of articles that no navigation places."""


@dataclass(frozen=True)
class Article:
    slug: str
    title: str
    description: str
    section: str
    order: float
    file: Path

    def body(self) -> str:
        return FRONT_MATTER.sub("", self.file.read_text(encoding="utf-8-sig"), count=1).strip() + "\n"

    @property
    def updated_at(self) -> datetime | None:
        """When the file last changed; None for a packaged one, whose time is that of the installation."""
        if self.file.is_relative_to(PACKAGED):
            return None
        return datetime.fromtimestamp(self.file.stat().st_mtime, UTC)


@dataclass(frozen=True)
class Navigation:
    """Sections in order, each with its articles in order."""

    sections: tuple[tuple[str, tuple[Article, ...]], ...]

    def __iter__(self) -> Iterator[Article]:
        return (article for _title, articles in self.sections for article in articles)


_read: dict[Path, tuple[object, Navigation]] = {}
"""The last reading of each folder, with the names and times of its files then."""


def navigation(folder: Path | None) -> Navigation:
    """Raises SettingsWrong when the folder or its navigation cannot be read."""
    folder = (folder or PACKAGED).resolve()
    if not folder.is_dir():
        raise SettingsWrong(f"The documentation folder {folder} is not there. Name another one with --docs.")
    files = sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in ENDINGS
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )
    order = folder / NAVIGATION
    stamp = [(file, file.stat().st_mtime_ns) for file in [*files, *([order] if order.exists() else [])]]
    if folder not in _read or _read[folder][0] != stamp:
        _read[folder] = (stamp, _navigation(folder, files, order))
    return _read[folder][1]


def _navigation(folder: Path, files: list[Path], order: Path) -> Navigation:
    placed = [article for file in files if (article := _article(folder, file)) is not None]
    times = Counter(article.slug for article in placed)
    found: dict[str, Article] = {}
    for article in placed:
        # A name that several folders have is told apart by the path.
        slug = article.slug if times[article.slug] == 1 else _path(folder, article.file)
        if slug in found:
            raise SettingsWrong(
                f"{found[slug].file} and {article.file} are both called {slug!r}. Rename one."
            )
        found[slug] = replace(article, slug=slug)
    sections: dict[str, list[Article]] = {}
    if order.exists():
        for title, slugs in _listed(order):
            for slug in slugs:
                if slug not in found:
                    raise SettingsWrong(f"{order} lists the article {slug!r}, and there is no such file.")
                article = found.pop(slug)
                sections.setdefault(title, []).append(replace(article, section=title))
    for article in sorted(found.values(), key=lambda one: (one.order, one.slug)):
        sections.setdefault(article.section, []).append(article)
    return Navigation(tuple((title, tuple(articles)) for title, articles in sections.items()))


def _article(folder: Path, file: Path) -> Article | None:
    """None for a file whose front matter says that it has no content of its own."""
    front = _front_matter(file)
    if front.get("noContent") is True:
        return None
    parts = _path(folder, file).split("/")
    section = str(
        front.get("section") or (parts[0].replace("-", " ").capitalize() if len(parts) > 1 else TOP)
    )
    title = str(front.get("title") or _heading(file) or file.stem.replace("-", " ").capitalize())
    return Article(parts[-1], title, str(front.get("description") or ""), section, _order(front), file)


def _path(folder: Path, file: Path) -> str:
    return file.relative_to(folder).with_suffix("").as_posix()


def _order(front: Mapping[str, Any]) -> float:
    """Articles that name no order come last."""
    try:
        return float(front.get("order", "inf"))
    except ValueError:
        return float("inf")


def _front_matter(file: Path) -> Mapping[str, Any]:
    try:
        found = FRONT_MATTER.match(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as wrong:
        raise SettingsWrong(f"{file} is not a text file in UTF-8 that can be read: {wrong}.") from wrong
    try:
        front = yaml.load(found[1], Loader=yaml.BaseLoader) if found else {}
    except yaml.YAMLError as wrong:
        said = " ".join(str(wrong).split())
        raise SettingsWrong(
            f"The front matter of {file}, between its two lines of ---, is not YAML: {said}."
        ) from wrong
    if not isinstance(front, dict):
        return {}
    return {**front, "noContent": front.get("noContent") == "true"}


def _heading(file: Path) -> str | None:
    text = FENCED.sub("", FRONT_MATTER.sub("", file.read_text(encoding="utf-8-sig"), count=1))
    found = re.search(r"^#\s+(.+?)\s*#*\s*$|^([^\s#>|*-].*)\n=+\s*$", text, re.MULTILINE)
    return (found[1] or found[2]).strip() if found else None


def _listed(order: Path) -> list[tuple[str, list[str]]]:
    try:
        read = yaml.safe_load(order.read_text(encoding="utf-8"))
        sections = read["sections"] if isinstance(read, dict) else read
        return [(str(section["title"]), [str(slug) for slug in section["articles"]]) for section in sections]
    except (yaml.YAMLError, KeyError, TypeError) as wrong:
        raise SettingsWrong(
            f"{order} is a list of sections, each with a title and articles: {wrong}"
        ) from wrong
