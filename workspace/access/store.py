"""One session a transaction, over the workspace's engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import CursorResult, Result
from sqlalchemy.orm import Session

from workspace.domain import Services
from workspace.store.engine import reading, writing


@contextmanager
def looking(services: Services) -> Iterator[Session]:
    """Rows that stay readable after the block."""
    with reading(services.engine) as connection, Session(connection, expire_on_commit=False) as session:
        yield session


@contextmanager
def changing(services: Services) -> Iterator[Session]:
    """One transaction: whole when the block ends, undone when it raises."""
    with (
        writing(services.engine) as connection,
        Session(connection, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


def rows_of(result: Result[Any]) -> int:
    """How many rows a change reached."""
    return cast(CursorResult[Any], result).rowcount
