"""Jupyter notebooks in and out. A cell written here carries its block in its metadata, so that an import brings it back."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from workspace.contract.shapes import storable
from workspace.files.deepnote import (
    VERSION,
    BlockInFile,
    Document,
    FileInvalid,
    IntegrationInFile,
    MetadataInFile,
    NotebookInFile,
    ProjectInFile,
)
from workspace.notebooks.blocks import content_hash, sorting_key

IDS = uuid.UUID("0d8b1a5e-3a55-4b1e-8c0e-5f9b7f1d2c44")
MARKS = {"text-cell-h1": "# ", "text-cell-h2": "## ", "text-cell-h3": "### ", "text-cell-bullet": "- "}
"""What Markdown writes before the line of a text block."""
OWN_SOURCE = frozenset(
    {"code", "sql", "markdown", "text-cell-p", "text-cell-callout", "text-cell-todo", *MARKS}
)
"""Types whose content a person may have edited in Jupyter; of the others the cell only shows what it stands for."""
FOREIGN = "jupyter"
"""The key in a block's metadata for what a cell of Jupyter's own had that no block has."""


def to_ipynb(document: Document) -> str:
    """The text of an `.ipynb` with the document's first notebook."""
    notebook = document.project.notebooks[0]
    foreign = dict((notebook.model_extra or {}).get(FOREIGN) or {})
    about = document.model_dump(by_alias=True, mode="json", exclude_unset=True)
    about["project"]["notebooks"] = [
        {key: value for key, value in about["project"]["notebooks"][0].items() if key != "blocks"}
    ]
    metadata: dict[str, Any] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        **foreign,
        "deepnote": about,
    }
    cells = [_cell(block) for block in notebook.blocks]
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(block: BlockInFile) -> dict[str, Any]:
    foreign = block.metadata.get(FOREIGN) or {}
    kind = str(foreign.get("cell_type") or _cell_type(block.type))
    apart = {"content", "outputs"} if kind == "code" and block.outputs else {"content"}
    held = block.model_dump(by_alias=True, mode="json", exclude_unset=True, exclude=apart)
    if block.type not in OWN_SOURCE:
        held["content"] = block.content
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": _cell_id(block.id),
        "metadata": {**foreign.get("metadata", {}), "deepnote": held},
        "source": _source(block).splitlines(keepends=True),
    }
    if foreign.get("attachments"):
        cell["attachments"] = foreign["attachments"]
    if kind == "code":
        cell["execution_count"] = block.execution_count
        cell["outputs"] = block.outputs or []
    return cell


def _cell_type(block_type: str) -> str:
    if block_type == "code":
        return "code"
    return "markdown" if block_type == "markdown" or block_type.startswith("text-cell-") else "raw"


def _cell_id(block_id: str) -> str:
    fits = len(block_id) <= 64 and all(one.isascii() and (one.isalnum() or one in "-_") for one in block_id)
    return block_id if fits and block_id else uuid.uuid5(IDS, block_id).hex


def _source(block: BlockInFile) -> str:
    if block.type in OWN_SOURCE:
        return MARKS.get(block.type, "") + block.content
    name = block.metadata.get("deepnote_variable_name")
    return f"[{block.type}{f' {name}' if name else ''}]"


def from_ipynb(text: str, name: str, project: ProjectInFile, moment: str) -> Document:
    """The document of an `.ipynb`; it goes into `project` unless the file says where it came from. Raises FileInvalid."""
    import nbformat

    try:
        read = nbformat.reads(text.removeprefix("\ufeff"), as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(read)
    except nbformat.ValidationError as wrong:
        place = ".".join(str(part) for part in getattr(wrong, "absolute_path", ())) or "the file"
        raise FileInvalid(f"{name}: {place}: {str(wrong.message)[:200]}.") from None
    except Exception as wrong:  # noqa: BLE001 - nbformat raises whatever a malformed file makes its readers raise
        raise FileInvalid(
            f"{name}: it is not a Jupyter notebook ({str(wrong).splitlines()[0][:200] if str(wrong) else type(wrong).__name__})."
        ) from None
    _check_texts(read, name)
    metadata = json.loads(json.dumps(read.metadata))
    about = metadata.pop("deepnote", None)
    frame = _frame(about, name) if isinstance(about, Mapping) else _new_frame(name, project, moment)
    notebook = frame.project.notebooks[0]
    blocks = _blocks([json.loads(json.dumps(cell)) for cell in read.cells], notebook.id, name)
    extra: dict[str, Any] = {}
    if not isinstance(about, Mapping) and metadata:
        extra[FOREIGN] = metadata
    given = notebook.model_dump(by_alias=False, mode="json", exclude_unset=True, exclude={"blocks"})
    own = NotebookInFile(**{**given, **extra}, blocks=blocks)
    held = frame.project.model_dump(
        by_alias=False, mode="json", exclude_unset=True, exclude={"notebooks", "integrations"}
    )
    if frame.project.integrations is not None:
        held["integrations"] = frame.project.integrations
    return frame.model_copy(update={"project": ProjectInFile(**held, notebooks=[own])})


def _frame(about: Mapping[str, Any], name: str) -> Document:
    """The document that this workspace or another wrote into the file, without its blocks."""
    from pydantic import ValidationError

    try:
        held = json.loads(json.dumps(about))
        for notebook in held["project"]["notebooks"]:
            notebook["blocks"] = []
        document = Document.model_validate(held)
        document.project.notebooks[0]
    except (ValidationError, KeyError, TypeError, IndexError):
        raise FileInvalid(f"{name}: metadata.deepnote is not what this workspace writes there.") from None
    return document


def _new_frame(name: str, project: ProjectInFile, moment: str) -> Document:
    stem = name.rsplit("/", 1)[-1].removesuffix(".ipynb")
    notebook = NotebookInFile(id=uuid.uuid5(IDS, f"{project.id}/{stem}").hex, name=stem[:255], blocks=[])
    listed: list[IntegrationInFile] | None = project.integrations
    held: dict[str, Any] = {"id": project.id, "name": project.name, "notebooks": [notebook]}
    if listed:
        held["integrations"] = listed
    return Document(
        version=VERSION, metadata=MetadataInFile(created_at=moment), project=ProjectInFile(**held)
    )


def _check_texts(value: Any, name: str) -> None:
    """Raises FileInvalid for a text that no database can hold."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _check_texts(key, name)
            _check_texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner, name)
    elif isinstance(value, str):
        try:
            storable(value)
        except ValueError as wrong:
            raise FileInvalid(f"{name}: a text {wrong}.") from None


def _blocks(cells: list[dict[str, Any]], notebook_id: str, name: str) -> list[BlockInFile]:
    """Jupyter copies a cell together with its metadata; the copy becomes a block of its own."""
    from pydantic import ValidationError

    blocks: list[BlockInFile] = []
    taken: set[str] = set()
    for position, cell in enumerate(cells):
        try:
            block = _block(cell, position, notebook_id)
        except ValidationError as wrong:
            first = wrong.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise FileInvalid(
                f"{name}: cells.{position}.metadata.deepnote.{field}: {first['msg'].lower()}."
            ) from None
        if block.id in taken:
            block.id = uuid.uuid5(IDS, f"{notebook_id}/copy/{position}/{block.id}").hex
            block.block_group = uuid.uuid5(IDS, f"group/{block.id}").hex
        taken.add(block.id)
        blocks.append(block)
    return blocks


def _block(cell: dict[str, Any], position: int, notebook_id: str) -> BlockInFile:
    source = str(cell["source"])
    metadata = dict(cell["metadata"])
    held = metadata.pop("deepnote", None)
    if isinstance(held, Mapping) and isinstance(held.get("type"), str) and isinstance(held.get("id"), str):
        fields = dict(held)
        if fields["type"] in OWN_SOURCE:
            mark = MARKS.get(fields["type"], "")
            content = source.removeprefix(mark)
            if "contentHash" in fields:
                fields.pop("contentHash")
                if digest := content_hash(content):
                    fields["contentHash"] = digest
            fields["content"] = content
        if cell["cell_type"] == "code" and cell.get("outputs"):
            fields["outputs"] = cell["outputs"]
        return BlockInFile.model_validate(fields)
    return _foreign_block(cell, source, metadata, position, notebook_id)


def _foreign_block(
    cell: dict[str, Any], source: str, metadata: dict[str, Any], position: int, notebook_id: str
) -> BlockInFile:
    kind = cell["cell_type"]
    kept: dict[str, Any] = {}
    if metadata:
        kept["metadata"] = metadata
    if cell.get("attachments"):
        kept["attachments"] = cell["attachments"]
    if kind == "raw":
        kept["cell_type"] = "raw"
    made = uuid.uuid5(IDS, f"{notebook_id}/{cell.get('id') or position}").hex
    fields: dict[str, Any] = {
        "id": made,
        "block_group": uuid.uuid5(IDS, f"group/{made}").hex,
        "sorting_key": sorting_key(position),
        "type": "code" if kind == "code" else "markdown",
        "content": source,
        "metadata": {FOREIGN: kept} if kept else {},
    }
    if digest := content_hash(source):
        fields["content_hash"] = digest
    if kind == "code":
        if cell.get("outputs"):
            fields["outputs"] = cell["outputs"]
        if cell.get("execution_count") is not None:
            fields["execution_count"] = cell["execution_count"]
    return BlockInFile(**fields)
