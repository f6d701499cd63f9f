"""Looking things up in the index: which objects of a kind match, best first."""

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Connection, String, bindparam, text

from workspace.domain import Caller
from workspace.search.query import Term, fts5, tsquery, words

RANKED = 2_000
"""Matches of a kind that are ranked; a query with more is about nothing in particular, and the rest is cut off."""
SHORTEST_MENDED = 3
"""A shorter word is not mended: everything resembles it."""
MOST_MENDED = 4
_LAST = "\U0010ffff"


def understood(connection: Connection, q: str) -> list[Term]:
    """The query's words; one that nothing begins with is replaced by the nearest words there are."""
    return [_term(connection, word) for word in words(q)]


def _term(connection: Connection, word: str) -> Term:
    if len(word) < SHORTEST_MENDED or _is_there(connection, word):
        return Term(word)
    if connection.dialect.name == "sqlite":
        return Term(word, _mended(word, _vocabulary(connection, word)))
    return Term(word, _mended(word, _similar_words(connection, word)))


def _is_there(connection: Connection, word: str) -> bool:
    if connection.dialect.name == "sqlite":
        statement = text("SELECT 1 FROM search_fts WHERE search_fts MATCH :match LIMIT 1")
        return connection.execute(statement, {"match": f'{{title body}} : "{word}" *'}).first() is not None
    statement = text("SELECT 1 FROM search_entries WHERE vector @@ to_tsquery('simple', :match) LIMIT 1")
    return connection.execute(statement, {"match": f"{word}:*"}).first() is not None


def _vocabulary(connection: Connection, word: str) -> list[str]:
    """The index's words with the same first letter, and all of them when that letter begins none."""
    statement = text("SELECT term FROM search_vocabulary WHERE term >= :low AND term < :high")
    near = list(connection.scalars(statement, {"low": word[0], "high": word[0] + _LAST}))
    if _mended(word, near):
        return near
    return list(connection.scalars(text("SELECT term FROM search_vocabulary")))


def _similar_words(connection: Connection, word: str) -> list[str]:
    """Words of the texts that share most trigrams with the word; none where PostgreSQL has no pg_trgm."""
    if connection.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")) is None:
        return []
    connection.execute(text("SET LOCAL pg_trgm.word_similarity_threshold = 0.35"))
    statement = text(
        "SELECT lower(left(title || ' ' || body, 20000)) AS found FROM search_entries "
        "WHERE lower(left(title || ' ' || body, 20000)) %> :word LIMIT 200"
    )
    return sorted(
        {one for found in connection.scalars(statement, {"word": word}) for one in words(found, most=None)}
    )


def _mended(word: str, candidates: Sequence[str]) -> tuple[str, ...]:
    """Words at most one mistake away, two for longer ones; a swap of neighbours is one mistake. Nearest first."""
    most = 1 if len(word) <= 5 else 2
    near = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=most, limit=MOST_MENDED)
    if not near:
        return ()
    best = near[0][1]
    return tuple(name for name, distance, _index in near if distance == best)


SEEN = {
    "projects": "e.object_id IN :projects",
    "notebooks": "e.object_id IN (SELECT id FROM notebooks WHERE project_id IN :projects)",
    "blocks": "e.object_id IN (SELECT b.id FROM blocks b JOIN notebooks n ON n.id = b.notebook_id WHERE n.project_id IN :projects)",
    "integrations": "true",
}
"""The condition that keeps out what a caller limited to some projects may not see. Integrations belong to the whole workspace."""
SQLITE = """
SELECT found.object_id FROM (
  SELECT e.object_id, e.title, bm25(search_fts, 0.0, 10.0, 1.0) AS score
  FROM search_fts JOIN search_entries e ON e.id = search_fts.rowid
  WHERE search_fts MATCH :match AND {seen} LIMIT :ranked) AS found
ORDER BY lower(found.title) = :q DESC, found.score, found.object_id LIMIT :limit OFFSET :offset
"""
POSTGRES = """
SELECT found.object_id FROM (
  SELECT e.object_id, e.title, e.vector FROM search_entries e
  WHERE e.vector @@ to_tsquery('simple', :match) AND {seen} LIMIT :ranked) AS found
ORDER BY (lower(found.title) = :q) DESC, ts_rank(found.vector, to_tsquery('simple', :match)) DESC, found.object_id
LIMIT :limit OFFSET :offset
"""


def matches(
    connection: Connection, caller: Caller, terms: Sequence[Term], kind: str, q: str, offset: int, limit: int
) -> list[str]:
    """Ids of the objects of one kind that hold every term and that the caller may see: that very name first, then by rank."""
    if not terms:
        return []
    limited = caller.project_ids is not None and kind != "integrations"
    sqlite = connection.dialect.name == "sqlite"
    statement = text((SQLITE if sqlite else POSTGRES).format(seen=SEEN[kind] if limited else "true"))
    values: dict[str, object] = {
        "match": fts5(terms, kind) if sqlite else tsquery(terms, kind),
        "q": q.strip().lower(),
        "ranked": RANKED,
        "limit": limit,
        "offset": offset,
    }
    if limited:
        statement = statement.bindparams(bindparam("projects", expanding=True, type_=String))
        values["projects"] = sorted(caller.project_ids or ())
    return list(connection.scalars(statement, values))
