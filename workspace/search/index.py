"""Looking things up in the index: which objects of a kind match, best first."""

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Connection, String, bindparam, text

from workspace.domain import Caller
from workspace.search.query import Term, fts5, tsquery, words

RANKED = 200
"""Matches of a kind that are ranked, the newest; a query with more is about nothing in particular."""
ENOUGH = 100
"""So many hits of whole words, a page at its largest, and no beginnings of words are looked up."""
LOOKED_AT = 2_000
"""Characters of a text that count for its rank."""
USUAL_LENGTH = 200
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
    mended = _mended(word, _vocabulary(connection, word))
    return Term(word, tuple(one for one in mended if _is_there(connection, one)))


def _is_there(connection: Connection, word: str) -> bool:
    """Whether a word begins so; asked for the whole word first, which is quicker and usually so."""
    if connection.dialect.name == "sqlite":
        statement = text("SELECT 1 FROM search_fts WHERE search_fts MATCH :match LIMIT 1")
        forms = (f'{{title body}} : "{word}"', f'{{title body}} : "{word}" *')
    else:
        statement = text("SELECT 1 FROM search_entries WHERE vector @@ to_tsquery('simple', :match) LIMIT 1")
        forms = (word, f"{word}:*")
    return any(connection.execute(statement, {"match": form}).first() is not None for form in forms)


def _vocabulary(connection: Connection, word: str) -> list[str]:
    """The index's words that begin like this one: with two letters, else with one, else all. Reading all takes its time."""
    table = "search_vocabulary" if connection.dialect.name == "sqlite" else "search_words"
    column = "term" if connection.dialect.name == "sqlite" else "word"
    between = text(f"SELECT {column} FROM {table} WHERE {column} >= :low AND {column} < :high")
    for letters in (2, 1):
        low = word[:letters]
        near = list(connection.scalars(between, {"low": low, "high": low + _LAST}))
        if _mended(word, near):
            return near
    return list(connection.scalars(text(f"SELECT {column} FROM {table}")))


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
SELECT e.object_id, e.title, substr(e.body, 1, :looked_at) AS body FROM search_fts JOIN search_entries e ON e.id = search_fts.rowid
WHERE search_fts MATCH :match AND e.kind = :kind AND {seen} ORDER BY search_fts.rowid DESC LIMIT :ranked
"""
POSTGRES = """
SELECT e.object_id, e.title, substr(e.body, 1, :looked_at) AS body FROM search_entries e
WHERE e.vector @@ to_tsquery('simple', :match) AND e.kind = :kind AND {seen} ORDER BY e.id DESC LIMIT :ranked
"""


def matches(connection: Connection, caller: Caller, terms: Sequence[Term], kind: str, q: str) -> list[str]:
    """Ids of the objects of one kind that hold every term and that the caller may see: that very name first, then by rank.

    Whole words are looked up first: merging all words with a beginning costs more, and is left out where those suffice.
    """
    if not terms:
        return []
    rows = _candidates(connection, caller, terms, kind, whole=True)
    if len(rows) < ENOUGH:
        rows |= _candidates(connection, caller, terms, kind, whole=False)
    name = " ".join(q.lower().split())
    found = [
        (-score(title.lower(), body.lower(), terms, name), title, one) for one, (title, body) in rows.items()
    ]
    return [object_id for _score, _title, object_id in sorted(found)]


def _candidates(
    connection: Connection, caller: Caller, terms: Sequence[Term], kind: str, *, whole: bool
) -> dict[str, tuple[str, str]]:
    """Title and text by id, of at most RANKED objects."""
    limited = caller.project_ids is not None and kind != "integrations"
    sqlite = connection.dialect.name == "sqlite"
    statement = text((SQLITE if sqlite else POSTGRES).format(seen=SEEN[kind] if limited else "true"))
    values: dict[str, object] = {
        "match": (fts5 if sqlite else tsquery)(terms, kind, whole),
        "kind": kind,
        "ranked": RANKED,
        "looked_at": LOOKED_AT,
    }
    if limited:
        statement = statement.bindparams(bindparam("projects", expanding=True, type_=String))
        values["projects"] = sorted(caller.project_ids or ())
    return {row.object_id: (row.title, row.body) for row in connection.execute(statement, values).all()}


def score(title: str, body: str, terms: Sequence[Term], name: str) -> float:
    """How well an entry answers: its very name above all, words of its title, then how often and how densely words occur."""
    total = 1000.0 if title == name else 0.0
    density = 0.25 + 0.75 * len(body) / USUAL_LENGTH
    for term in terms:
        for word in term.instead or (term.typed,):
            total += 10.0 * min(title.count(word), 2) * len(word) / (len(title) or 1)
            total += 5.0 if word in title else 0.0
            often = body.count(word)
            total += often / (often + 1.2 * density)
    return total
