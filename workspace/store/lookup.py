"""One row by one value, straight from the driver: for what every call looks up, where the layers between cost ten times the read.

Nothing is kept between two lookups: each sees what was committed last, by any process.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Engine

from workspace.store.engine import unavailable
from workspace.store.rows import AnySelect


class Lookup:
    """A statement, compiled once for an engine. Values come out as the columns' types have them."""

    def __init__(self, engine: Engine, statement: AnySelect) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self._engine = engine
        self._failure: type[Exception] = engine.dialect.loaded_dbapi.OperationalError
        self._sql = str(compiled)
        self._order = compiled.positiontup if compiled.positional else None
        columns = statement.selected_columns.items()
        self._row = namedtuple("Row", [name for name, _ in columns])  # type: ignore[misc]
        self._readers: list[tuple[int, Callable[[Any], Any]]] = []
        for place, (_, column) in enumerate(columns):
            reader = column.type.dialect_impl(engine.dialect).result_processor(engine.dialect, None)
            if reader is not None:
                self._readers.append((place, reader))

    def first(self, values: Mapping[str, Any]) -> Any:
        """The row, its columns as attributes, or None. Raises StoreUnavailable when the database is gone."""
        sent = values if self._order is None else [values[name] for name in self._order]
        try:
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(self._sql, sent)
                found = cursor.fetchone()
            finally:
                connection.close()
        except self._failure as failed:
            raise unavailable(self._engine, failed) from failed
        if found is None:
            return None
        row = list(found)
        for place, reader in self._readers:
            row[place] = reader(row[place])
        return self._row(*row)
