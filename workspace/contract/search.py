"""search."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from workspace.contract.shapes import PageArguments, PageSize, Pagination, Result, storable

Kind = Literal["projects", "notebooks", "blocks", "integrations"]
KINDS: tuple[Kind, ...] = ("projects", "notebooks", "blocks", "integrations")


class SearchArguments(PageArguments):
    q: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(storable)]
    """Words to look for; the beginning of a word is enough, and small typing mistakes are forgiven."""
    types: Annotated[list[Kind], Field(min_length=1, max_length=4)] | None = None
    """What to look for; everything when left out."""
    page_size: PageSize = 20
    """Most hits of each type."""


class ProjectHit(Result):
    id: str
    name: str
    url: str
    snippet: str


class NotebookHit(Result):
    id: str
    name: str
    project_id: str
    project_name: str
    url: str
    snippet: str


class BlockHit(Result):
    id: str
    type: str
    notebook_id: str
    notebook_name: str
    project_id: str
    project_name: str
    url: str
    snippet: str
    """The passage around the first word found."""


class IntegrationHit(Result):
    id: str
    name: str
    type: str


class Hits(Result):
    projects: list[ProjectHit]
    notebooks: list[NotebookHit]
    blocks: list[BlockHit]
    integrations: list[IntegrationHit]


class SearchResult(Result):
    results: Hits
    """Best first within each type."""
    partial_failure: bool
    """Whether a type could not be searched."""
    corrected: list[str]
    """The words that were looked for in place of words nothing holds; empty when none was replaced."""
    pagination: Pagination
