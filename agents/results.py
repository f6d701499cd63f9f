"""What the workspace's tools answer, read tolerantly: fields we do not know are kept, fields that may be absent have defaults."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Result(BaseModel):
    """A tool result or a part of one."""

    model_config = ConfigDict(extra="allow", frozen=True, alias_generator=to_camel, populate_by_name=True)


class Pagination(Result):
    page_size: int = 0
    next_page_token: str | None = None
    has_more: bool = False


class Named(Result):
    id: str
    name: str
    url: str | None = None


class Person(Result):
    id: str | None = None
    name: str | None = None
    email: str | None = None


class WorkspaceRef(Result):
    id: str | None = None
    name: str | None = None
    slug: str | None = None
    url: str | None = None


class Me(Result):
    user: Person = Person()
    workspace: WorkspaceRef = WorkspaceRef()
    access_level: str = "unknown"
    sandbox: str | None = None
    may_run: bool | None = None
    """Whether the key may start notebook runs; None where the server does not say."""


class NotebookRow(Named):
    is_init: bool = False
    is_scheduled: bool = False
    last_run_at: datetime | None = None
    last_run_id: str | None = None


class Project(Named):
    project_type: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    notebooks: list[NotebookRow] = Field(default_factory=list)


class Block(Result):
    id: str
    type: str
    content: str = ""
    metadata: dict[str, Any] = Field(default_factory=dict)
    integration_id: str | None = None
    sorting_key: str | None = None
    content_hash: str | None = None


class Input(Result):
    block_id: str
    name: str
    type: str
    value: Any = None
    label: str | None = None
    options: list[Any] | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None


class Notebook(NotebookRow):
    project_id: str | None = None
    project: Named | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    blocks: list[Block] = Field(default_factory=list)
    inputs: list[Input] = Field(default_factory=list)


class Order(Result):
    notebook_id: str | None = None
    block_ids: list[str] = Field(default_factory=list)
    changed: bool | None = None


class RunStarted(Result):
    run_id: str
    status: str
    created_at: datetime | None = None


class RunError(Result):
    message: str = ""
    block_id: str | None = None


class RunProgress(Result):
    blocks_done: int = 0
    blocks_total: int = 0
    current_block_id: str | None = None


class RunRow(Result):
    run_id: str
    notebook_id: str | None = None
    status: str
    created_at: datetime | None = None
    completed_at: datetime | None = None


class SnapshotBlock(Result):
    id: str
    type: str
    outputs: list[dict[str, Any]] = Field(default_factory=list)
    metadata: dict[str, Any] = Field(default_factory=dict)


TERMINAL = frozenset({"success", "error", "internal_error", "stopped"})
"""Statuses after which a run changes no more; an unknown status is not terminal."""


class Run(RunRow):
    error: RunError | str | None = None
    started_at: datetime | None = None
    inputs: dict[str, Any] | None = None
    queue_position: int | None = None
    progress: RunProgress | None = None
    snapshot_content: str | None = None
    snapshot_download_url: str | None = Field(default=None, repr=False)
    snapshot_truncated: bool = False
    snapshot_blocks: list[SnapshotBlock] | None = None

    @property
    def finished(self) -> bool:
        return self.status in TERMINAL


class Profile(Result):
    """What a column holds, where the server says so; the hosted server does not."""

    min: Any = None
    max: Any = None
    distinct_count: int | None = None
    null_count: int | None = None
    values: list[Any] | None = None


class Column(Result):
    name: str
    type: str = ""
    profile: Profile | None = None


class Table(Result):
    name: str
    schema_name: str | None = Field(default=None, alias="schema")
    database: str | None = None
    row_count: int | None = None
    comment: str | None = None
    columns: list[Column] = Field(default_factory=list)


class Integration(Named):
    type: str = ""
    description: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Structure(Result):
    """An integration with its cached tables; the cache may be old, and an empty list proves nothing."""

    integration: Integration
    tables: list[Table] = Field(default_factory=list)
    tables_truncated: bool = False
    structure_cached_at: datetime | None = None


class ProjectUsage(Named):
    notebook_count: int | None = None
    block_count: int | None = None


class NotebookUsage(Named):
    project_id: str | None = None
    project_name: str | None = None
    block_count: int | None = None


class BlockUsage(Result):
    id: str
    notebook_id: str | None = None
    notebook_name: str | None = None
    project_id: str | None = None
    project_name: str | None = None
    url: str | None = None
    content: str = ""
    position: int | None = None


class Hit(Result):
    """One search result of any type."""

    id: str
    name: str | None = None
    type: str | None = None
    notebook_id: str | None = None
    notebook_name: str | None = None
    project_id: str | None = None
    project_name: str | None = None
    url: str | None = None
    snippet: str | None = None


class Hits(Result):
    projects: list[Hit] = Field(default_factory=list)
    notebooks: list[Hit] = Field(default_factory=list)
    blocks: list[Hit] = Field(default_factory=list)
    integrations: list[Hit] = Field(default_factory=list)


class Found(Result):
    results: Hits = Hits()
    partial_failure: bool = False


class ArticleRow(Result):
    title: str
    slug: str
    description: str | None = None


class Section(Result):
    title: str
    articles: list[ArticleRow] = Field(default_factory=list)


class Docs(Result):
    sections: list[Section] = Field(default_factory=list)


class Article(Result):
    slug: str
    title: str
    section: str | None = None
    content: str = ""
