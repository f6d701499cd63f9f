"""A folder of `.deepnote` files as a workspace: read when it is opened, each change written back to its file at once.

The files are the truth. What someone else changes in them while they are open is read in; if both sides changed the same
notebook, the workspace's version goes into the file and the other one beside it, and that is said.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, select

from workspace.domain import Workspace
from workspace.errors import SettingsWrong
from workspace.files.atomic import write_whole
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
    stamp: tuple[int, int]
    project_id: str
    notebooks: list[str]


@dataclass
class OpenFolder:
    """Keeps the files of `root` and the workspace the same. `tell` gets one sentence for each thing a person should know."""

    workspace: Workspace
    root: Path
    tell: Callable[[str], None]
    files: dict[Path, OpenFile] = field(default_factory=dict)
    refused: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Files that were left out, as they were then: each is told once."""
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _reading: bool = False

    def open(self) -> int:
        """Read every file, drop what no file holds, and write back from now on; how many files went in.

        Raises SettingsWrong when the folder is not there.
        """
        if not self.root.is_dir():
            raise SettingsWrong(f"There is no folder {self.root}. Make it, or name another one.")
        for path in self._found():
            self._read(path)
        self._drop_the_rest()
        self.workspace.listeners.append(self.write)
        return len(self.files)

    def look(self) -> None:
        """Read what changed outside since the last look."""
        with self._lock:
            for path in self._found():
                known = self.files[path].stamp if path in self.files else self.refused.get(path)
                if known != _stamp(path):
                    self._read(path)
            if gone := [path for path in self.files if not path.exists()]:
                for path in gone:
                    del self.files[path]
                self._drop_the_rest()

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

    def _read(self, path: Path) -> None:
        name = path.relative_to(self.root).as_posix()
        stamp = _stamp(path)
        try:
            text = path.read_text(encoding="utf-8")
            if path in self.files and self.files[path].digest == _digest(text):
                self.files[path].stamp = stamp
                return
            document = parse(text, name)
            self._reading = True
            notebooks = store_document(self.workspace, document, name)
        except FileNotFoundError:  # it went away between being seen and being read
            return
        except (FileInvalid, UnicodeDecodeError, OSError) as wrong:
            self.tell(f"{_reason(name, wrong)} It was left out.")
            if path in self.files:
                self.files[path].stamp = stamp
            self.refused[path] = stamp
            return
        finally:
            self._reading = False
        self.files[path] = OpenFile(_digest(text), stamp, document.project.id, notebooks)

    def _drop_the_rest(self) -> None:
        """What no file holds is not in the workspace either."""
        kept = [one for file in self.files.values() for one in file.notebooks]
        projects = {file.project_id for file in self.files.values()}
        with self.workspace.writing() as connection:
            for one in connection.scalars(select(Notebook.id)).all():
                if one not in kept:
                    connection.execute(delete(Notebook).where(Notebook.id == one))
            for one in connection.scalars(select(Project.id)).all():
                if one not in projects:
                    connection.execute(delete(Project).where(Project.id == one))

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
        if known is not None and known.digest == _digest(text):
            return
        if known is not None and path.exists():
            there = path.read_text(encoding="utf-8", errors="surrogateescape")
            if _digest(there) != known.digest:
                outside = path.with_name(path.name + OUTSIDE)
                write_whole(outside, there)
                self.tell(
                    f"{path.relative_to(self.root)} was changed on both sides; the other version is in {outside.name}."
                )
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
        notebooks = [notebook.id for notebook in document.project.notebooks]
        self.files[path] = OpenFile(_digest(text), _stamp(path), document.project.id, notebooks)


def _reason(name: str, wrong: FileInvalid | UnicodeDecodeError | OSError) -> str:
    match wrong:
        case UnicodeDecodeError():
            return f"{name} is not UTF-8 text."
        case OSError():
            return f"{name} cannot be read: {wrong.strerror or wrong}."
        case _:
            return str(wrong)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
