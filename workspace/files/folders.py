"""Whole folders of files into the workspace and out of it. A file that is not valid is refused; the others go in."""

import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from workspace.domain import Workspace
from workspace.errors import SettingsWrong
from workspace.files import ipynb
from workspace.files.atomic import sweep_unfinished, write_whole
from workspace.files.deepnote import FileInvalid, ProjectInFile, parse, serialise
from workspace.files.documents import moment_text, notebook_document
from workspace.files.history import store_snapshot
from workspace.files.names import SNAPSHOT_SUFFIX, SUFFIX, notebook_file, project_folder, snapshot_file
from workspace.files.snapshots import read_snapshot
from workspace.files.storing import store_document
from workspace.runs.schema import Run
from workspace.store.schema import Notebook, Project

LARGEST = 100_000_000
"""Bytes of one file."""


@dataclass
class Report:
    """What went in, file by file, and what did not, with the reason."""

    notebooks: dict[Path, list[str]] = field(default_factory=dict)
    snapshots: list[Path] = field(default_factory=list)
    refused: dict[Path, str] = field(default_factory=dict)


def find_files(path: Path) -> Iterator[Path]:
    """The files that can be read, in a fixed order, notebooks before snapshots; hidden folders and links are passed over."""
    if path.is_file():
        yield path
        return
    later = []
    for folder, below, names in os.walk(path):
        below[:] = sorted(one for one in below if not one.startswith("."))
        for name in sorted(names):
            file = Path(folder) / name
            if name.startswith(".") or file.is_symlink():
                continue
            if name.endswith(SNAPSHOT_SUFFIX):
                later.append(file)
            elif name.endswith((SUFFIX, ".ipynb")):
                yield file
    yield from later


def import_path(workspace: Workspace, path: Path, project: str | None = None) -> Report:
    """Files of a folder, or one file. An `.ipynb` goes into the project named, or one called like its folder.

    Raises SettingsWrong when there is no such path, or nothing in it to read.
    """
    if not path.exists():
        raise SettingsWrong(f"There is no {path}.")
    report = Report()
    for file in find_files(path):
        try:
            text = read_text(file)
            if file.name.endswith(SNAPSHOT_SUFFIX):
                store_snapshot(workspace, read_snapshot(text, str(file)), text, str(file))
                report.snapshots.append(file)
            elif file.suffix == ".ipynb":
                into = _project_for(workspace, project or file.resolve().parent.name or "Imported")
                moment = moment_text(workspace.now)
                document = ipynb.from_ipynb(text, str(file), into, moment)
                report.notebooks[file] = store_document(workspace, document, str(file))
            else:
                report.notebooks[file] = store_document(workspace, parse(text, str(file)), str(file))
        except FileInvalid as wrong:
            report.refused[file] = str(wrong)
    if not (report.notebooks or report.snapshots or report.refused):
        raise SettingsWrong(f"There are no .deepnote or .ipynb files in {path}.")
    return report


def read_text(file: Path) -> str:
    """Raises FileInvalid when it cannot be read as text."""
    try:
        if file.stat().st_size > LARGEST:
            raise FileInvalid(f"{file}: larger than {LARGEST // 1_000_000} MB.")
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        raise FileInvalid(f"{file}, line {line}: not UTF-8. Save it as UTF-8 and try again.") from None
    except OSError as failed:
        raise FileInvalid(f"{file}: it cannot be read: {failed.strerror}.") from None


def _project_for(workspace: Workspace, given: str) -> ProjectInFile:
    """The project of that id or name, or a new one; the id of a new one follows from its name, so that it is made once."""
    with workspace.reading() as connection:
        columns = (Project.id, Project.name, Project.extra)
        row = connection.execute(select(*columns).where(Project.id == given)).first()
        row = (
            row
            or connection.execute(
                select(*columns).where(Project.name == given).order_by(Project.created_at, Project.id)
            ).first()
        )
    if row is not None:
        return ProjectInFile(id=row.id, name=row.name, notebooks=[], **row.extra)
    return ProjectInFile(id=str(uuid.uuid5(ipynb.IDS, f"project/{given}")), name=given, notebooks=[])


def chosen(workspace: Workspace, wanted: Iterable[str]) -> list[str]:
    """The ids of the notebooks meant by ids or names of projects and notebooks; all notebooks if none is named.

    Raises SettingsWrong for a name that nothing has.
    """
    with workspace.reading() as connection:
        columns = (
            Notebook.id,
            Notebook.name,
            Project.id.label("project_id"),
            Project.name.label("project_name"),
        )
        rows = connection.execute(
            select(*columns)
            .join(Project, Project.id == Notebook.project_id)
            .order_by(Project.name, Project.id, Notebook.position, Notebook.id)
        ).all()
    names = list(wanted)
    for name in names:
        if not any(name in row for row in rows):
            raise SettingsWrong(f"There is no project or notebook {name!r}. Give its exact name or its id.")
    return [row.id for row in rows if not names or any(name in row for name in names)]


def export(
    workspace: Workspace,
    notebook_ids: Iterable[str],
    folder: Path,
    *,
    as_ipynb: bool = False,
    snapshots: bool = False,
) -> list[Path]:
    """One file a notebook, in a folder a project; the files written. Raises SettingsWrong when a folder cannot be written."""
    written: list[Path] = []
    folders: dict[str, Path] = {}
    taken: dict[Path, set[str]] = {}
    try:
        for notebook_id in notebook_ids:
            with workspace.reading() as connection:
                document = notebook_document(connection, notebook_id)
            project = document.project
            if project.id not in folders:
                names = {one.name for one in folders.values()}
                folders[project.id] = folder / project_folder(project.name, project.id, names)
            here = folders[project.id]
            names = taken.setdefault(here, _others(here, project.id))
            file = here / notebook_file(project.notebooks[0].name, notebook_id, names)
            names.add(file.name)
            text = ipynb.to_ipynb(document) if as_ipynb else serialise(document)
            write_whole(file.with_suffix(".ipynb") if as_ipynb else file, text)
            written.append(file.with_suffix(".ipynb") if as_ipynb else file)
            if snapshots:
                written += _export_snapshots(workspace, here, project, notebook_id)
    except OSError as failed:
        raise SettingsWrong(f"{failed.filename or folder} cannot be written: {failed.strerror}.") from failed
    return written


def _others(folder: Path, project_id: str) -> set[str]:
    """Names of files in the folder that belong to another project, or are nothing that can be read: not to be overwritten."""
    others = set()
    sweep_unfinished(folder)
    for file in folder.glob(f"*{SUFFIX}"):
        try:
            if parse(read_text(file), file.name).project.id == project_id:
                continue
        except FileInvalid:
            pass
        others.add(file.name)
    return others


def _export_snapshots(
    workspace: Workspace, here: Path, project: ProjectInFile, notebook_id: str
) -> list[Path]:
    written = []
    with workspace.reading() as connection:
        runs = connection.execute(
            select(Run.started_at, Run.snapshot)
            .where(Run.notebook_id == notebook_id, Run.snapshot.is_not(None))
            .order_by(Run.seq)
        ).all()
    for run in runs:
        source = workspace.services.data / "snapshots" / run.snapshot
        if not source.is_file():
            continue
        when = f"{run.started_at:%Y-%m-%dT%H-%M-%S}"
        file = here / "snapshots" / snapshot_file(project.name, project.id, notebook_id, when)
        write_whole(file, source.read_text(encoding="utf-8"))
        written.append(file)
    return written
