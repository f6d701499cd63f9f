"""`python -m workspace.store.migrations.regenerate` writes the first migration anew from the tables, while nothing is released.

Its revision carries a digest of the tables, so that a database of yesterday's tables is refused and not misread.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy.schema import CreateIndex, CreateTable

from workspace.store import search_triggers
from workspace.store.engine import open_engine, sqlite_url, writing
from workspace.store.migrations.apply import HERE
from workspace.store.tables import METADATA


def digest() -> str:
    statements = [str(CreateTable(table)) for table in METADATA.sorted_tables]
    statements += sorted(
        str(CreateIndex(index)) for table in METADATA.sorted_tables for index in table.indexes
    )
    statements.append(Path(search_triggers.__file__).read_text(encoding="utf-8"))
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()[:8]


def main() -> int:
    from alembic import command
    from alembic.config import Config

    revision = f"0001_{digest()}"
    for old in (HERE / "versions").glob("0001*.py"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(sqlite_url(Path(folder) / "empty.db"))
        config = Config()
        config.set_main_option("script_location", str(HERE).replace("%", "%%"))
        config.set_main_option("file_template", "%%(rev)s")
        with writing(engine) as connection:
            config.attributes["connection"] = connection
            command.revision(config, "The tables of the workspace.", autogenerate=True, rev_id=revision)
        engine.dispose()
    written = HERE / "versions" / f"{revision}.py"
    subprocess.run([sys.executable, "-m", "ruff", "check", "--fix", "--quiet", written], check=False)
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", written], check=True)
    print(written)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
