"""The full-text index and the triggers that keep it in step with every change, in the change's own transaction.

SQLite: an FTS5 table over `search_entries`, whose vocabulary is a table of its own kind. PostgreSQL: a generated `tsvector`
column, and `search_words`, which every change adds its words to as it commits. A word is a run of letters and digits on both.
"""

from sqlalchemy import Connection

SOURCES = {
    "projects": ("projects", "{row}.name", "''", ("name",)),
    "notebooks": ("notebooks", "{row}.name", "''", ("name",)),
    "blocks": ("blocks", "{row}.words", "{row}.content", ("words", "content")),
    "integrations": ("integrations", "{row}.name", "{row}.type", ("name", "type")),
}
"""By kind: the table, its title, its text, and the columns whose change counts."""

FTS = [
    "CREATE VIRTUAL TABLE search_fts USING fts5(kind, title, body, content='search_entries', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    "CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab('search_fts', 'row')",
    "CREATE TRIGGER search_entries_added AFTER INSERT ON search_entries BEGIN "
    "INSERT INTO search_fts(rowid, kind, title, body) VALUES (new.id, new.kind, new.title, new.body); END",
    "CREATE TRIGGER search_entries_removed AFTER DELETE ON search_entries BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, kind, title, body) VALUES ('delete', old.id, old.kind, old.title, old.body); END",
    "CREATE TRIGGER search_entries_changed AFTER UPDATE ON search_entries BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, kind, title, body) VALUES ('delete', old.id, old.kind, old.title, old.body); "
    "INSERT INTO search_fts(rowid, kind, title, body) VALUES (new.id, new.kind, new.title, new.body); END",
]


def create(connection: Connection) -> None:
    """Everything search needs beyond the tables, on an empty database."""
    if connection.dialect.name == "sqlite":
        statements = [*FTS, *_sqlite_triggers()]
    else:
        statements = [*_postgres_index(), *_postgres_triggers()]
    for statement in statements:
        connection.exec_driver_sql(statement)


def _sqlite_triggers() -> list[str]:
    statements = []
    for kind, (table, title, body, columns) in SOURCES.items():
        new = f"'{kind}', new.id, {title.format(row='new')}, {body.format(row='new')}"
        where = f"WHERE kind = '{kind}' AND object_id = old.id"
        statements += [
            f"CREATE TRIGGER search_{kind}_added AFTER INSERT ON {table} BEGIN "
            f"INSERT INTO search_entries(kind, object_id, title, body) VALUES ({new}); END",
            f"CREATE TRIGGER search_{kind}_changed AFTER UPDATE OF {', '.join(columns)} ON {table} BEGIN "
            f"UPDATE search_entries SET title = {title.format(row='new')}, body = {body.format(row='new')} {where}; END",
            f"CREATE TRIGGER search_{kind}_removed AFTER DELETE ON {table} BEGIN DELETE FROM search_entries {where}; END",
        ]
    return statements


def _plain(column: str) -> str:
    """Letters and digits only, so that PostgreSQL's parser sees the same words as SQLite's."""
    return f"regexp_replace(left({column}, 200000), '[^[:alnum:]]+', ' ', 'g')"


VOCABULARY_LOCK = 7_305_012
"""Held by a transaction that adds words while it commits, when it waits for nothing else: so two never wait for each other."""


def _postgres_index() -> list[str]:
    vector = (
        "to_tsvector('simple', 'kindis' || kind) || "
        f"setweight(to_tsvector('simple', {_plain('title')}), 'A') || to_tsvector('simple', {_plain('body')})"
    )
    words = "unnest(tsvector_to_array(NEW.vector)) AS words(word)"
    return [
        f"ALTER TABLE search_entries ADD COLUMN vector tsvector GENERATED ALWAYS AS ({vector}) STORED",
        "CREATE INDEX ix_search_entries_vector ON search_entries USING gin (vector)",
        'CREATE TABLE search_words (word text COLLATE "C" PRIMARY KEY)',
        "CREATE FUNCTION search_learn() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
        f"IF EXISTS (SELECT FROM {words} WHERE NOT EXISTS (SELECT FROM search_words known WHERE known.word = words.word)) THEN "
        f"PERFORM pg_advisory_xact_lock({VOCABULARY_LOCK}); "
        f"INSERT INTO search_words SELECT words.word FROM {words} ON CONFLICT DO NOTHING; "
        "END IF; RETURN NULL; END $body$",
        "CREATE CONSTRAINT TRIGGER search_entries_learned AFTER INSERT OR UPDATE ON search_entries "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION search_learn()",
    ]


def _postgres_triggers() -> list[str]:
    statements = []
    for kind, (table, title, body, columns) in SOURCES.items():
        new_title, new_body = title.format(row="NEW"), body.format(row="NEW")
        statements += [
            f"CREATE FUNCTION search_{kind}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN DELETE FROM search_entries WHERE kind = '{kind}' AND object_id = OLD.id; RETURN OLD; END IF; "
            f"IF TG_OP = 'INSERT' THEN INSERT INTO search_entries(kind, object_id, title, body) "
            f"VALUES ('{kind}', NEW.id, {new_title}, {new_body}); "
            f"ELSE UPDATE search_entries SET title = {new_title}, body = {new_body} "
            f"WHERE kind = '{kind}' AND object_id = OLD.id; END IF; RETURN NEW; END $body$",
            f"CREATE TRIGGER search_{kind}_rows AFTER INSERT OR DELETE OR UPDATE OF {', '.join(columns)} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION search_{kind}()",
        ]
    return statements
