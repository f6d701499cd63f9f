"""The `.deepnote` file: its shape, read with line and field in every error, written as Deepnote's own tools write it."""

from typing import Annotated, Any

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


Id = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(max_length=255)]


class BlockInFile(Part):
    id: Id
    block_group: Annotated[str, Field(max_length=200)] = ""
    sorting_key: str = ""
    type: Annotated[str, Field(min_length=1, max_length=64)]
    content: str = ""
    content_hash: str | None = None
    version: int | float | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    execution_count: int | None = None
    execution_started_at: str | None = None
    execution_finished_at: str | None = None
    outputs: list[dict[str, Any]] | None = None


class NotebookInFile(Part):
    id: Id
    name: Name
    blocks: list[BlockInFile]
    execution_mode: str | None = None
    is_module: bool | None = None
    working_directory: str | None = None


class IntegrationInFile(Part):
    id: str
    name: str
    type: str


class ProjectInFile(Part):
    id: Id
    name: Name
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
    if not isinstance(loaded.data, dict):
        raise FileInvalid(f"{name}: a .deepnote file is a mapping with version, metadata and project.")
    try:
        document = Document.model_validate(loaded.data)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise _invalid(name, loaded, tuple(first["loc"]), first["msg"].lower()) from None
    if document.version.split(".")[0] != VERSION.split(".")[0]:
        words = f"{document.version!r} is not a version that can be read here; {VERSION} is"
        raise _invalid(name, loaded, ("version",), words)
    _check_ids(document, name, loaded)
    return document


def _invalid(name: str, loaded: yaml12.Read, place: tuple[str | int, ...], words: str) -> FileInvalid:
    ends = range(len(place), -1, -1)
    line = next((loaded.lines[place[:end]] for end in ends if place[:end] in loaded.lines), 1)
    field = ".".join(str(part) for part in place) or "the file"
    return FileInvalid(f"{name}, line {line}: {field}: {words}.")


def _check_ids(document: Document, name: str, loaded: yaml12.Read) -> None:
    """Ids are told apart within a file, and so are the names of its notebooks."""
    notebooks: set[str] = set()
    names: set[str] = set()
    blocks: set[str] = set()
    for at, notebook in enumerate(document.project.notebooks):
        here = ("project", "notebooks", at)
        if notebook.id in notebooks:
            raise _invalid(name, loaded, (*here, "id"), f"the notebook {notebook.id} stands here twice")
        if notebook.name in names:
            raise _invalid(name, loaded, (*here, "name"), f"two notebooks are called {notebook.name!r}")
        notebooks.add(notebook.id)
        names.add(notebook.name)
        for number, block in enumerate(notebook.blocks):
            if block.id in blocks:
                place = (*here, "blocks", number, "id")
                raise _invalid(name, loaded, place, f"the block {block.id} stands here twice")
            blocks.add(block.id)


def serialise(document: Document) -> str:
    """The text of the file; parsing it again gives an equal document."""
    return yaml12.write(document.model_dump(by_alias=True, mode="json", exclude_unset=True))


__all__ = [
    "VERSION", "BlockInFile", "Document", "FileInvalid", "IntegrationInFile", "MetadataInFile", "NotebookInFile",
    "ProjectInFile", "parse", "serialise",
]  # fmt: skip
