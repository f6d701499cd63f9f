"""A row of any columns, read by attribute, and a statement that gives such rows.

SQLAlchemy counts the columns in both types from 2.1 on; here that would only be noise.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Row, Select

    AnyRow = Row[*tuple[Any, ...]]
    AnySelect = Select[*tuple[Any, ...]]
else:
    from sqlalchemy import Row as AnyRow
    from sqlalchemy import Select as AnySelect

__all__ = ["AnyRow", "AnySelect"]
