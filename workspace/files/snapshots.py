"""Snapshots: a notebook as it was when it ran, with the outputs of each block."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from workspace.files.deepnote import BlockInFile, Document, parse, serialise


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
