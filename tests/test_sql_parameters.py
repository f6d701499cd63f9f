"""Parameters of SQL blocks: what is bound, and what counts as standing inside quotes."""

import pytest

from workspace.runs.in_kernel.deepnote_blocks.parameters import SqlError, bind


def test_a_parameter_between_two_quoted_texts_is_bound() -> None:
    query = "day >= {{ start }} - INTERVAL '1' YEAR AND day <= {{ end }} AND kind IN ('a', 'b')"
    bound = bind(query, {"start": "2012-01-01", "end": "2015-12-01"}, "qmark")
    assert bound.text == "day >= ? - INTERVAL '1' YEAR AND day <= ? AND kind IN ('a', 'b')"
    assert bound.values == ["2012-01-01", "2015-12-01"]


def test_an_apostrophe_in_a_comment_or_a_quoted_name_opens_no_text() -> None:
    query = "-- it's the month\nSELECT \"o'clock\" FROM t WHERE kind = 'a' AND day = {{ day }}"
    assert bind(query, {"day": 1}, "qmark").values == [1]


@pytest.mark.parametrize(
    "query", ["a = '{{ x }}'", "a = 'from {{ x }} on' AND b = 'z'", "a = 'it''s {{ x }}'"]
)
def test_a_parameter_inside_a_quoted_text_is_refused(query: str) -> None:
    with pytest.raises(SqlError, match="stands inside quotes"):
        bind(query, {"x": 1}, "qmark")
