"""Looking things up in the index: which objects of a kind match, best first."""

from collections.abc import Sequence

from sqlalchemy import Connection, String, bindparam, text

from workspace.domain import Caller
from workspace.search.nearest import LAST, MOST_MENDED, nearest
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
MOST_LONGER = 16
"""So many words at most stand for the word that they begin with; of more, the index merges the beginning."""
_FIRST = "0"
"""The first character that a word may go on with."""


def understood(connection: Connection, caller: Caller, q: str) -> list[Term]:
    """The query's words; one that nothing this caller may see begins with is replaced by the nearest words there are for them."""
    return [_term(connection, caller, word) for word in words(q)]


def _term(connection: Connection, caller: Caller, word: str) -> Term:
    term = Term(word, longer=_longer(connection, word))
    if len(word) < SHORTEST_MENDED or _is_there(connection, caller, term):
        return term
    there = [
        (name, far)
        for name, far in nearest(connection, word)
        if _is_there(connection, caller, Term(name, (name,)))
    ]
    return Term(word, tuple(name for name, far in there[:MOST_MENDED] if far == there[0][1]))


def _is_there(connection: Connection, caller: Caller, term: Term) -> bool:
    """Whether the caller may see anything with this word. Asked for whole words first, which is quicker and usually so."""
    forms = (True,) if term.is_whole else (True, False)
    if caller.project_ids is not None:
        return any(
            _candidates(connection, caller, [term], kind, whole=form, most=1)
            for form in forms
            for kind in SEEN
        )
    if connection.dialect.name == "sqlite":
        statement = text("SELECT 1 FROM search_fts WHERE search_fts MATCH :match LIMIT 1")
        matches = [f"{{title body}} : {term.fts5(form)}" for form in forms]
    else:
        statement = text("SELECT 1 FROM search_entries WHERE vector @@ to_tsquery('simple', :match) LIMIT 1")
        matches = [term.tsquery(form) for form in forms]
    return any(connection.execute(statement, {"match": match}).first() is not None for match in matches)


def _longer(connection: Connection, word: str) -> tuple[str, ...] | None:
    """The words that begin with this one, if they are few; None for one with accents, which SQLite keeps without them."""
    if not word.isascii():
        return None
    sqlite = connection.dialect.name == "sqlite"
    column, table = ("term", "search_vocabulary") if sqlite else ("word", "search_words")
    statement = text(
        f"SELECT {column} FROM {table} WHERE {column} >= :low AND {column} < :high ORDER BY {column} LIMIT {MOST_LONGER + 1}"
    )
    found = connection.scalars(statement, {"low": word + _FIRST, "high": word + LAST}).all()
    return tuple(found) if len(found) <= MOST_LONGER else None


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
    if len(rows) < ENOUGH and not all(term.is_whole for term in terms):
        rows |= _candidates(connection, caller, terms, kind, whole=False)
    name = " ".join(q.lower().split())
    found = [
        (-score(title.lower(), body.lower(), terms, name), title, one) for one, (title, body) in rows.items()
    ]
    return [object_id for _score, _title, object_id in sorted(found)]


def _candidates(
    connection: Connection,
    caller: Caller,
    terms: Sequence[Term],
    kind: str,
    *,
    whole: bool,
    most: int = RANKED,
) -> dict[str, tuple[str, str]]:
    """Title and text by id, of at most `most` objects."""
    limited = caller.project_ids is not None and kind != "integrations"
    sqlite = connection.dialect.name == "sqlite"
    statement = text((SQLITE if sqlite else POSTGRES).format(seen=SEEN[kind] if limited else "true"))
    values: dict[str, object] = {
        "match": (fts5 if sqlite else tsquery)(terms, kind, whole),
        "kind": kind,
        "ranked": most,
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
