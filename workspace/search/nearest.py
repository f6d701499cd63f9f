"""The index's words that resemble a typed one. Read by their beginnings alone: the whole vocabulary of a large workspace takes too long."""

from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import JSON, TEXT

MOST_MENDED = 4
LAST = "\U0010ffff"
"""The last character that a word may go on with."""

SQLITE_LETTERS = f"""
WITH RECURSIVE first(word) AS (
  SELECT * FROM (SELECT term FROM search_vocabulary ORDER BY term LIMIT 1)
  UNION ALL
  SELECT (SELECT term FROM search_vocabulary WHERE term >= substr(word, 1, 1) || '{LAST}' ORDER BY term LIMIT 1)
  FROM first WHERE word IS NOT NULL
) SELECT substr(word, 1, 1) FROM first WHERE word IS NOT NULL
"""
POSTGRES_LETTERS = f"""
WITH RECURSIVE first(word) AS (
  (SELECT word FROM search_words ORDER BY word LIMIT 1)
  UNION ALL
  SELECT (SELECT known.word FROM search_words known WHERE known.word >= left(first.word, 1) || '{LAST}' ORDER BY known.word LIMIT 1)
  FROM first WHERE word IS NOT NULL
) SELECT left(word, 1) FROM first WHERE word IS NOT NULL
"""
SQLITE_WORDS = f"""
SELECT v.term FROM json_each(:beginnings) b CROSS JOIN search_vocabulary v WHERE v.term >= b.value AND v.term < b.value || '{LAST}'
"""
POSTGRES_WORDS = f"""
SELECT w.word FROM unnest(:beginnings) AS b(beginning)
JOIN search_words w ON w.word >= b.beginning COLLATE "C" AND w.word < (b.beginning || '{LAST}') COLLATE "C"
"""


def nearest(connection: Connection, word: str) -> list[tuple[str, float]]:
    """Words that resemble this one, with how many mistakes they are away, nearest first.

    Looked for among those with its first two letters, else among those with one mistake in these.
    """
    if near := _near(word, _words(connection, {word[:2]})):
        return near
    return _near(word, _words(connection, _mistaken(word, _letters(connection))))


def _near(word: str, candidates: Sequence[str]) -> list[tuple[str, float]]:
    """Words at most one mistake away, two for longer ones; a swap of neighbours is one mistake."""
    most = 1 if len(word) <= 5 else 2
    found = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=most, limit=5 * MOST_MENDED)
    return [(name, distance) for name, distance, _index in found]


def _mistaken(word: str, letters: Iterable[str]) -> set[str]:
    """How a word may begin that was typed with one mistake in its first two letters."""
    one, two, three, four = word[:1], word[1:2], word[2:3], word[3:4]
    found = {two + one + three, one + three + two, two + three, one + three + four}
    for letter in letters:
        found |= {letter + two + three, letter + one + two, one + letter + three, one + letter + two}
    return found


def _letters(connection: Connection) -> Sequence[str]:
    """The characters that the index's words begin with."""
    sqlite = connection.dialect.name == "sqlite"
    return connection.scalars(text(SQLITE_LETTERS if sqlite else POSTGRES_LETTERS)).all()


def _words(connection: Connection, beginnings: set[str]) -> Sequence[str]:
    """The index's words with one of these beginnings, each once."""
    sqlite = connection.dialect.name == "sqlite"
    statement = text(SQLITE_WORDS if sqlite else POSTGRES_WORDS).bindparams(
        bindparam("beginnings", type_=JSON() if sqlite else ARRAY(TEXT()))
    )
    return sorted(set(connection.scalars(statement, {"beginnings": sorted(beginnings)}).all()))
