"""The `.deepnote` file: its shape, read with line and field in every error, written as Deepnote's own tools write it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from workspace.files import yaml12
from workspace.files.yaml12 import FileInvalid

VERSION = "1.0.0"


class Part(BaseModel):
    """A part of a file. Unknown fields are kept, in their place."""

    model_config = ConfigDict(
        extra="allow", alias_generator=to_camel, populate_by_name=True, use_attribute_docstrings=True
    )


class BlockInFile(Part):
    id: str
    block_group: str = ""
    sorting_key: str = ""
    type: str
    content: str = ""
    content_hash: str | None = None
    version: int | float | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    execution_count: int | None = None
    execution_started_at: str | None = None
    execution_finished_at: str | None = None
    outputs: list[dict[str, Any]] | None = None


class NotebookInFile(Part):
    id: str
    name: str
    blocks: list[BlockInFile]
    execution_mode: str | None = None
    is_module: bool | None = None
    working_directory: str | None = None


class IntegrationInFile(Part):
    id: str
    name: str
    type: str


class ProjectInFile(Part):
    id: str
    name: str
    notebooks: list[NotebookInFile]
    init_notebook_id: str | None = None
    integrations: list[IntegrationInFile] | None = None
    settings: dict[str, Any] | None = None


class MetadataInFile(Part):
    created_at: str
    modified_at: str | None = None


class Document(Part):
    """A whole file: a notebook with its project, a legacy project with many notebooks, or a snapshot."""

    version: str
    metadata: MetadataInFile
    environment: dict[str, Any] | None = None
    execution: dict[str, Any] | None = None
    project: ProjectInFile


def parse(text: str, name: str) -> Document:
    """The document in a file called `name`. Raises FileInvalid with line and field."""
    loaded = yaml12.read(text.removeprefix("\ufeff"), name)
    try:
        return Document.model_validate(loaded.data)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = tuple(first["loc"])
        line = next(
            (loaded.lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in loaded.lines), 1
        )
        field = ".".join(str(part) for part in place) or "the file"
        raise FileInvalid(f"{name}, line {line}: {field}: {first['msg'].lower()}.") from None


def serialise(document: Document) -> str:
    """The text of the file; parsing it again gives an equal document."""
    return yaml12.write(document.model_dump(by_alias=True, mode="json", exclude_unset=True))


__all__ = [
    "VERSION", "BlockInFile", "Document", "FileInvalid", "IntegrationInFile", "MetadataInFile", "NotebookInFile",
    "ProjectInFile", "parse", "serialise",
]  # fmt: skip
