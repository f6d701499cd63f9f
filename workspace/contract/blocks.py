"""get_notebook, create_block, update_block, reorder_notebook_blocks."""

from typing import Annotated, Any, Literal

from pydantic import Field

from workspace.contract.shapes import Arguments, Id, Json, Moment, Result, Text

BLOCK_TYPES = (
    "code", "sql", "markdown", "text-cell-h1", "text-cell-h2", "text-cell-h3", "text-cell-p", "text-cell-bullet",
    "text-cell-todo", "text-cell-callout", "image", "separator", "visualization", "pivot-table", "big-number", "button",
    "notebook-function", "agent", "input-text", "input-textarea", "input-checkbox", "input-select", "input-slider",
    "input-date", "input-date-range", "input-file",
)  # fmt: skip
"""Every type of the .deepnote format. Files may bring others, which are kept as they are."""


class GetNotebookArguments(Arguments):
    notebook_id: Id


class ProjectRef(Result):
    id: str
    name: str


class BlockResult(Result):
    id: str
    type: str
    content: str
    metadata: Json
    block_group: str
    sorting_key: str
    """Blocks stand in the order of these keys."""
    integration_id: str | None
    """The integration a SQL block queries."""
    content_hash: str | None
    created_at: Moment
    updated_at: Moment


class InputResult(Result):
    block_id: str
    name: str
    """The variable the input makes, and its name among the inputs of create_run."""
    type: str
    value: Any
    label: str | None
    options: list[str] | None
    """What an input-select takes."""
    multiple: bool | None
    min: float | None
    max: float | None
    step: float | None


class NotebookResult(Result):
    id: str
    name: str
    project_id: str
    project: ProjectRef
    url: str
    is_init: bool
    is_scheduled: bool
    last_run_id: str | None
    last_run_at: Moment | None
    created_at: Moment
    updated_at: Moment
    blocks: list[BlockResult]
    """In order."""
    inputs: list[InputResult]
    """What create_run takes as inputs, in order."""


class GetNotebookResult(Result):
    notebook: NotebookResult


class CreateBlockArguments(Arguments):
    notebook_id: Id
    type: Annotated[str, Field(max_length=64, json_schema_extra={"enum": list(BLOCK_TYPES)})]
    """What kind of block it is; it cannot be changed later."""
    content: Text = ""
    """Python for code, SQL for sql, text for text blocks; empty for blocks that are all metadata."""
    metadata: Json = {}
    """The settings of the block's type, under their names in the .deepnote format, such as deepnote_variable_name."""
    position: Annotated[int, Field(ge=0)] | None = None
    """From 0, at most the number of blocks; at the end when left out."""
    integration_id: Id | None = None
    """The integration a SQL block queries; for SQL blocks only."""
    include_notebook_block_ids: bool = False
    """Whether to give back the ids of all the notebook's blocks in their new order."""


class CreateBlockResult(Result):
    block: BlockResult
    notebook_block_ids: list[str] | None = None


class UpdateBlockArguments(Arguments):
    """At least one of content and integrationId. A block's type and metadata cannot be changed."""

    block_id: Id
    content: Text | None = None
    """Replaces the whole content."""
    integration_id: Id | None = None
    """The integration a SQL block queries; for SQL blocks only."""


class UpdateBlockResult(Result):
    block: BlockResult


class AtStart(Arguments):
    type: Literal["start"]


class AtEnd(Arguments):
    type: Literal["end"]


class After(Arguments):
    type: Literal["after"]
    block_id: Id
    """A block of the same notebook that is not among those moved."""


Placement = Annotated[AtStart | AtEnd | After, Field(discriminator="type")]


class ReorderArguments(Arguments):
    notebook_id: Id
    block_ids: Annotated[list[Id], Field(min_length=1, max_length=10_000)]
    """The blocks to move, each once, in the order they shall have; all others keep theirs."""
    placement: Placement


class ReorderResult(Result):
    notebook_id: str
    block_ids: list[str]
    """All blocks of the notebook in their order now."""
    changed: bool
    """False when the blocks already stood so."""
