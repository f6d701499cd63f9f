"""A row of any columns, read by attribute. SQLAlchemy counts the columns of a row in its type from 2.1 on; here it would only be noise."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Row

    AnyRow = Row[*tuple[Any, ...]]
else:
    from sqlalchemy import Row as AnyRow

__all__ = ["AnyRow"]
