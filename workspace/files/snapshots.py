"""Snapshots: a notebook as it was when it ran, with the outputs of each block."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from workspace.files.deepnote import BlockInFile, Document, Part, parse, serialise

P = TypeVar("P", bound=Part)
RUN_FIELDS = ("execution_count", "execution_started_at", "execution_finished_at", "outputs")
"""What a run leaves on a block."""


def snapshot_hash(document: Document) -> str:
    """Deepnote's hash of a snapshot: version, environment, integrations and the hashes of the blocks, a line each."""
    lines = [f"version:{document.version}"]
    environment = (document.environment or {}).get("hash")
    if environment:
        lines.append(f"env:{environment}")
    integrations = document.project.integrations or []
    lines += [f"integration:{one.id}:{one.type}" for one in sorted(integrations, key=lambda one: one.id)]
    lines += [
        f"block:{block.id}:{block.content_hash}"
        for notebook in document.project.notebooks
        for block in notebook.blocks
        if block.content_hash
    ]
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


def snapshot_text(
    document: Document,
    blocks: Sequence[BlockInFile],
    execution: Mapping[str, Any],
    environment: Mapping[str, Any],
) -> str:
    """The text of a `.snapshot.deepnote` file: the notebook of `document` with these blocks, as they ran."""
    notebook = document.project.notebooks[0].model_copy(update={"blocks": list(blocks)})
    project = document.project.model_copy(update={"notebooks": [notebook]})
    taken = Document(
        version=document.version,
        metadata=document.metadata,
        environment=dict(environment),
        execution=dict(execution),
        project=project,
    )
    metadata = taken.metadata.model_copy(update={"snapshotHash": snapshot_hash(taken)})
    fields = {"version": taken.version, "metadata": metadata, "environment": taken.environment}
    return serialise(Document(**fields, execution=taken.execution, project=project))


def read_snapshot(text: str, name: str = "snapshot") -> Document:
    """Raises FileInvalid."""
    return parse(text, name)


def split(document: Document) -> tuple[Document, Document | None]:
    """The source without anything a run left, and the snapshot with it; None where no block has run."""
    notebooks = document.project.notebooks
    if not any(
        name in block.model_fields_set for one in notebooks for block in one.blocks for name in RUN_FIELDS
    ):
        return document, None
    bare = [
        one.model_copy(update={"blocks": [_without_run(block) for block in one.blocks]}) for one in notebooks
    ]
    source = document.model_copy(update={"project": document.project.model_copy(update={"notebooks": bare})})
    source = _unset(source, "execution")
    taken = document.model_copy(
        update={"environment": document.environment or {}, "execution": document.execution or {}}
    )
    metadata = taken.metadata.model_copy(update={"snapshotHash": snapshot_hash(taken)})
    return source, taken.model_copy(update={"metadata": metadata})


def merge(source: Document, snapshot: Document, *, skip_changed: bool = False) -> Document:
    """The source with the outputs of its snapshot, block by id; `skip_changed` leaves out blocks whose content differs now."""
    ran = {block.id: block for one in snapshot.project.notebooks for block in one.blocks}
    notebooks = []
    for notebook in source.project.notebooks:
        blocks = []
        for block in notebook.blocks:
            found = ran.get(block.id)
            if found is None or (skip_changed and found.content_hash != block.content_hash):
                blocks.append(block)
                continue
            left = {name: getattr(found, name) for name in RUN_FIELDS if name in found.model_fields_set}
            blocks.append(block.model_copy(update=left))
        notebooks.append(notebook.model_copy(update={"blocks": blocks}))
    return source.model_copy(update={"project": source.project.model_copy(update={"notebooks": notebooks})})


def _without_run(block: BlockInFile) -> BlockInFile:
    return _unset(block, *RUN_FIELDS)


def _unset(part: P, *names: str) -> P:
    """A copy in which the fields were never given, so that they are not written."""
    copy = part.model_copy(update={name: None for name in names if name in part.model_fields_set})
    copy.__pydantic_fields_set__.difference_update(names)
    return copy
