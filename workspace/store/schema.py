"""The tables of projects, notebooks, blocks and integrations. Ids are texts; times are UTC and know it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. A naive one is refused on the way in; UTC comes out, on databases without time zones too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        if (
            dialect.name == "sqlite"
        ):  # its driver gives text; one step from there, since every row has such columns
            return _utc_of_text
        return lambda value: None if value is None else value.astimezone(UTC)


def _utc_of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class Base(DeclarativeBase):
    """All tables of the workspace, those of its other rooms included."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class WorkspaceSetting(Base):
    """What the workspace is: its id, name, slug, and the key that signs page tokens and download addresses."""

    __tablename__ = "workspace_settings"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Folder(Base):
    """A folder of projects; folders nest."""

    __tablename__ = "folders"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("folders.id", ondelete="CASCADE"))


class Project(Base):
    __tablename__ = "projects"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    project_type: Mapped[str] = mapped_column(String(16), default="standard")
    folder_id: Mapped[str | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What a file said of the project and the workspace has no column for, kept for the way back."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Notebook(Base):
    __tablename__ = "notebooks"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    position: Mapped[int] = mapped_column(Integer, default=0)
    is_init: Mapped[bool] = mapped_column(Boolean, default=False)
    is_scheduled: Mapped[bool] = mapped_column(Boolean, default=False)
    last_run_id: Mapped[str | None] = mapped_column(String(64))
    last_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Both are written together with the newest run, so that lists need not look for it."""
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Block(Base):
    """A block; `sorting_key` is its position with leading zeros, so that key order is array order."""

    __tablename__ = "blocks"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    notebook_id: Mapped[str] = mapped_column(ForeignKey("notebooks.id", ondelete="CASCADE"))
    sorting_key: Mapped[str] = mapped_column(String(64))
    block_group: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text, default="")
    block_metadata: Mapped[dict[str, Any]] = mapped_column("metadata", JSON, default=dict)
    words: Mapped[str] = mapped_column(Text, default="")
    """What search finds besides the content: labels, titles and variable names of the metadata."""
    integration_id: Mapped[str | None] = mapped_column(String(200))
    """`metadata.sql_integration_id` of a SQL block, in lower case. It may name an integration that is gone."""
    content_hash: Mapped[str | None] = mapped_column(String(200))
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Integration(Base):
    """A connection to data. What connects stands encrypted in `secret`; the rest may be shown."""

    __tablename__ = "integrations"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(64))
    is_public: Mapped[bool] = mapped_column(Boolean, default=False)
    description: Mapped[str | None] = mapped_column(Text)
    read_only: Mapped[bool] = mapped_column(Boolean, default=True)
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    structure: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The tables and columns as they were read at `structure_cached_at`."""
    structure_cached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SearchEntry(Base):
    """One searchable thing. Database triggers keep the rows in step, in the transaction of the change itself."""

    __tablename__ = "search_entries"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))
    object_id: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")


Index("ix_projects_created", Project.created_at, Project.id)
Index("ix_projects_folder", Project.folder_id)
Index("ix_folders_parent", Folder.parent_id)
Index("uq_notebooks_project_name", Notebook.project_id, Notebook.name, unique=True)
Index("ix_notebooks_project_position", Notebook.project_id, Notebook.position, Notebook.id)
Index("ix_blocks_notebook_order", Block.notebook_id, Block.sorting_key, Block.id)
Index("ix_blocks_integration", Block.integration_id, Block.notebook_id, Block.sorting_key)
Index("ix_integrations_name", Integration.name, Integration.id)
Index("uq_search_entries_object", SearchEntry.kind, SearchEntry.object_id, unique=True)

__all__ = [
    "Base", "Block", "Folder", "Integration", "Notebook", "Project", "SearchEntry", "UtcDateTime", "WorkspaceSetting",
]  # fmt: skip
