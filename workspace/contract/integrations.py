"""list_integrations, get_integration and the three usage lists."""

from typing import Annotated, Any

from pydantic import Field

from workspace.contract.shapes import (
    Arguments,
    Filter,
    Id,
    Moment,
    PageArguments,
    PageSize,
    Pagination,
    Result,
)


class ListIntegrationsArguments(PageArguments):
    name_contains: Filter | None = None
    """A part of the integration's name, in any case."""
    type: Filter | None = None
    """The exact type, such as pgsql or snowflake."""
    page_size: PageSize = 50


class IntegrationLine(Result):
    id: str
    name: str
    type: str
    is_public: bool
    created_at: Moment
    updated_at: Moment


class IntegrationsPage(Result):
    integrations: list[IntegrationLine]
    pagination: Pagination


class GetIntegrationArguments(Arguments):
    integration_id: Id
    database_name: Filter | None = None
    """Only tables of this database, by its exact name."""
    schema_name: Filter | None = None
    """Only tables of this schema, by its exact name."""
    table_name: Filter | None = None
    """Only tables of this exact name."""


class IntegrationDetail(Result):
    id: str
    name: str
    type: str
    is_public: bool
    description: str | None
    created_at: Moment
    updated_at: Moment


class ColumnProfile(Result):
    """What a column held when the structure was read."""

    min: Any
    max: Any
    distinct_count: int | None
    null_count: int | None
    values: list[Any] | None = None
    """All distinct values, when there are at most 50."""
    sampled_rows: int | None = None
    """Rows that were looked at, where the table was too large to be read whole."""


class Column(Result):
    name: str
    type: str
    """The database's own name of the type."""
    profile: ColumnProfile | None = None


class Table(Result):
    name: str
    schema_name: Annotated[str | None, Field(alias="schema")]
    database: str | None
    row_count: int | None
    comment: str | None
    columns: list[Column]


class GetIntegrationResult(Result):
    integration: IntegrationDetail
    tables: list[Table]
    """As cached at structureCachedAt; an empty list proves no absence."""
    tables_truncated: bool
    table_names: list[str]
    structure_cached_at: Moment | None


class UsagesArguments(PageArguments):
    integration_id: Id
    project_id: Id | None = None
    """Only usages in this project."""
    page_size: PageSize = 50


class ProjectUsage(Result):
    id: str
    name: str
    url: str
    notebook_count: int
    block_count: int


class ProjectUsagesPage(Result):
    projects: list[ProjectUsage]
    pagination: Pagination


class NotebookUsage(Result):
    id: str
    name: str
    project_id: str
    project_name: str
    url: str
    block_count: int


class NotebookUsagesPage(Result):
    notebooks: list[NotebookUsage]
    pagination: Pagination


class BlockUsage(Result):
    id: str
    notebook_id: str
    notebook_name: str
    project_id: str
    project_name: str
    url: str
    content: str
    position: int
    """From 0, among the notebook's blocks."""


class BlockUsagesPage(Result):
    blocks: list[BlockUsage]
    pagination: Pagination
