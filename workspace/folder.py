"""A folder of `.deepnote` files as a workspace: read when it is opened, each change written back to its file at once.

The files are the truth. What someone else changes in them while they are open is read in; if both sides changed the same
notebook, the workspace's version goes into the file and the other one beside it, and that is said.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import delete, select

from workspace.domain import Workspace
from workspace.errors import SettingsWrong
from workspace.files.atomic import sweep_unfinished, write_whole
from workspace.files.deepnote import Document, FileInvalid, parse, serialise
from workspace.files.documents import project_document
from workspace.files.names import SNAPSHOT_SUFFIX, SUFFIX, notebook_file, project_folder
from workspace.files.storing import store_document
from workspace.store.schema import Notebook, Project

OUTSIDE = ".outside"
"""Ends the name of a file that keeps what someone else wrote while the workspace had a change of its own."""
LOOK_AGAIN = 1.0
"""Seconds between looks at the files' times."""


@dataclass
class OpenFile:
    """A file as it was last read or written here."""

    digest: str
    """Of its text; empty for one that could not be read, so that nothing passes for it."""
    shown: str
    """Of what would be written for it. As long as that stays, the file keeps its own layout and comments."""
    stamp: tuple[int, int]
    project_id: str
    notebooks: list[str]


class Refused(NamedTuple):
    """A file that was left out, as it was then. It is told once, and tried again when something else has changed."""

    stamp: tuple[int, int]
    why: str


@dataclass
class OpenFolder:
    """Keeps the files of `root` and the workspace the same. `tell` gets one sentence for each thing a person should know."""

    workspace: Workspace
    root: Path
    tell: Callable[[str], None]
    files: dict[Path, OpenFile] = field(default_factory=dict)
    refused: dict[Path, Refused] = field(default_factory=dict)
    told: dict[Path, Refused] = field(default_factory=dict)
    missing: set[Path] = field(default_factory=set)
    """Files that the last look did not find. Editors and git put a file away before they write the new one."""
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _reading: bool = False

    def open(self) -> int:
        """Read every file, drop what no file holds, and write back from now on; how many files went in.

        Raises SettingsWrong when the folder is not there.
        """
        if not self.root.is_dir():
            raise SettingsWrong(f"There is no folder {self.root}. Make it, or name another one.")
        found = self._found()
        for folder in {path.parent for path in found}:
            sweep_unfinished(folder)
        for path in found:
            self._read(path)
        self._try_refused_again()
        count = len(self.files)
        with self.workspace.reading() as connection:
            stored = set(connection.scalars(select(Notebook.id)))
            projects = set(connection.scalars(select(Project.id)))
        self._keep_what_refused_files_hold(stored - self._held())
        self._drop(stored - self._held(), projects - self._projects())
        self._try_refused_again()
        self._tell_refused()
        self.workspace.listeners.append(self.write)
        return count

    def look(self) -> None:
        """Read what changed outside since the last look, and drop what no file has held for two looks."""
        with self._lock:
            held, projects = self._held(), self._projects()
            changed = [path for path in self._found() if self._known_stamp(path) != _stamp(path)]
            for path in sorted(changed, key=lambda path: path not in self.files):
                self._read(path)  # files that are known first: one of them may give up what a new one holds
            missing = {path for path in self.files if not path.exists()}
            gone = missing & self.missing
            self.missing = missing - gone
            for path in gone:
                del self.files[path]
            if changed or gone:
                self._try_refused_again()
                self._drop(held - self._held(), projects - self._projects())
                self._try_refused_again()
            if not self.missing:
                self._tell_refused()

    def write(self, project_id: str) -> None:
        """Write the files of a project that differ from the workspace. Each is written whole or not at all."""
        with self._lock:
            if self._reading:
                return
            with self.workspace.reading() as connection:
                query = select(Notebook.id, Notebook.name, Project.name.label("project_name")).join(Project)
                rows = connection.execute(
                    query.where(Project.id == project_id).order_by(Notebook.position)
                ).all()
                placed = {one: path for path, file in self.files.items() for one in file.notebooks}
                homes = dict.fromkeys(placed[row.id] for row in rows if row.id in placed)
                here = {row.id for row in rows}
                documents = {
                    path: project_document(
                        connection, [one for one in self.files[path].notebooks if one in here]
                    )
                    for path in homes
                }
                for row in rows:
                    if row.id not in placed:
                        path = self._new_path(
                            project_id, row.project_name, row.id, row.name, [*homes, *documents]
                        )
                        documents[path] = project_document(connection, [row.id])
            for path, document in documents.items():
                try:
                    self._put(path, document)
                except OSError as failed:
                    why = failed.strerror or str(failed)
                    self.tell(
                        f"{path} could not be written: {why}. It is written together with the next change of its project."
                    )

    def _found(self) -> list[Path]:
        return sorted(
            path
            for path in self.root.rglob(f"*{SUFFIX}")
            if not path.name.endswith(SNAPSHOT_SUFFIX)
            and path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(self.root).parts)
        )

    def _known_stamp(self, path: Path) -> tuple[int, int] | None:
        if path in self.files:
            return self.files[path].stamp
        return self.refused[path].stamp if path in self.refused else None

    def _held(self) -> set[str]:
        return {one for file in self.files.values() for one in file.notebooks}

    def _projects(self) -> set[str]:
        return {file.project_id for file in self.files.values()}

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _read(self, path: Path) -> None:
        name = self._name(path)
        try:
            stamp = _stamp(path)
            text = path.read_text(encoding="utf-8")
            if path in self.files and self.files[path].digest == _digest(text):
                self.files[path].stamp = stamp
                self.refused.pop(path, None)
                return
            document = parse(text, name)
            self._refuse_copies(path, document)
            self._reading = True
            notebooks = store_document(self.workspace, document, name, moving=True)
        except FileNotFoundError:  # it went away between being seen and being read
            return
        except (FileInvalid, UnicodeDecodeError, OSError) as wrong:
            self.refused[path] = Refused(stamp, _reason(name, wrong))
            if path in self.files:
                self.files[path].stamp = stamp
            return
        finally:
            self._reading = False
        with self.workspace.reading() as connection:
            shown = _digest(serialise(project_document(connection, notebooks))) if notebooks else ""
        self.files[path] = OpenFile(_digest(text), shown, stamp, document.project.id, notebooks)
        self.refused.pop(path, None)

    def _refuse_copies(self, path: Path, document: Document) -> None:
        """A notebook has one file. One whose file is no longer there was renamed, and goes on in the new one."""
        for notebook in document.project.notebooks:
            for other, file in list(self.files.items()):
                if other == path or notebook.id not in file.notebooks:
                    continue
                if other.exists():
                    raise FileInvalid(
                        f"{self._name(path)}: the notebook {notebook.id} ({notebook.name}) is in {self._name(other)} already. "
                        "A copy needs ids of its own, for the notebook and its blocks."
                    )
                file.notebooks.remove(notebook.id)

    def _try_refused_again(self) -> None:
        for path in list(self.refused):
            if path.exists():
                self._read(path)
            else:
                del self.refused[path]

    def _tell_refused(self) -> None:
        """Said when all is read and dropped: what stood in a file's way may have gone in the same moment."""
        for path, refused in self.refused.items():
            if self.told.get(path) != refused:
                self.tell(f"{refused.why} It was left out.")
                self.told[path] = refused
        for path in [path for path in self.told if path not in self.refused]:
            del self.told[path]
            if path in self.files:
                self.tell(f"{self._name(path)} is read now.")

    def _keep_what_refused_files_hold(self, loose: set[str]) -> None:
        """A file with a merge conflict cannot be read, yet its notebooks keep their runs until it can."""
        for path, refused in self.refused.items():
            try:
                text = path.read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            with self.workspace.reading() as connection:
                rows = connection.execute(
                    select(Notebook.id, Notebook.project_id).where(Notebook.id.in_(loose))
                )
                named = [row for row in rows if row.id in text]
            if named:
                here = [row.id for row in named if row.project_id == named[0].project_id]
                self.files[path] = OpenFile("", "", refused.stamp, named[0].project_id, here)
                loose = loose.difference(here)

    def _drop(self, notebooks: set[str], projects: set[str]) -> None:
        """What no file holds any more is not in the workspace either; a project stays while something is in it."""
        with self.workspace.writing() as connection:
            for one in notebooks:
                connection.execute(delete(Notebook).where(Notebook.id == one))
            for one in projects:
                inside = select(Notebook.id).where(Notebook.project_id == one)
                connection.execute(delete(Project).where(Project.id == one, ~inside.exists()))

    def _new_path(
        self, project_id: str, project: str, notebook_id: str, notebook: str, more: list[Path]
    ) -> Path:
        """Beside the project's other notebooks, or in a folder of its own."""
        beside = [path.parent for path, file in self.files.items() if file.project_id == project_id]
        beside += [path.parent for path in more if path not in self.files]
        if beside:
            folder = beside[0]
        else:
            taken = {path.name for path in self.root.iterdir()}
            folder = self.root / project_folder(project, project_id, taken)
        taken = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        return folder / notebook_file(notebook, notebook_id, taken | {path.name for path in more})

    def _put(self, path: Path, document: Document) -> None:
        text = serialise(document)
        known = self.files.get(path)
        if known is not None and known.shown == _digest(text):
            return
        there = path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""
        if known is not None and there and _digest(_unix(there)) != known.digest:
            outside = path.with_name(path.name + OUTSIDE)
            write_whole(outside, there)
            self.tell(
                f"{self._name(path)} was changed on both sides; the other version is in {outside.name}."
            )
        write_whole(path, text.replace("\n", "\r\n") if "\r\n" in there else text)
        notebooks = [notebook.id for notebook in document.project.notebooks]
        self.files[path] = OpenFile(
            _digest(text), _digest(text), _stamp(path), document.project.id, notebooks
        )
        self.refused.pop(path, None)


def _unix(text: str) -> str:
    """With the line ends that reading as text gives."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _reason(name: str, wrong: FileInvalid | UnicodeDecodeError | OSError) -> str:
    match wrong:
        case UnicodeDecodeError():
            return f"{name} is not UTF-8 text. Save it as UTF-8."
        case OSError():
            return f"{name} cannot be read: {wrong.strerror or wrong}."
        case _:
            return str(wrong)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
