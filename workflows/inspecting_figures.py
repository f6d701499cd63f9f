"""Figures that a request asks for beside the changes: read from the run's own outputs, each with its claim."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from agents.rules.run_and_inspect_intent import FORBIDDEN, PAST
from agents.rules.wording import alike, names_in, words_of
from workflows.diff.compare import Snapshot
from workflows.diff.outputs import INDEX, Item, Number, Table, Text, items_of
from workflows.diff.words import number, signed
from workflows.inspecting_rows import fitting, in_time_order, listed
from workflows.outcome import Claim, Source

FEW = 6
"""Rows of a table that are told in full, and columns of one that is told at all."""
LISTED = 40
"""Rows of a table that are listed by their names."""
MOST = 500
"""Rows of a table in which a row is looked for."""
RANKED = 3
ASKS = re.compile(
    r"\b(?:how\s+(?:many|much|high|low|large|big|far|do|does|did|is|are|jumpy|volatile)|what(?:['’]s|\s+(?:is|are|was|were|does|do|did|came))(?!\s+(?:changed|new|different|moved|the\s+(?:differences?|changes?|news)))|waht|where\s+(?:do|does|did|is|are)|which|figures?|numbers?|values?|readings?|levels?|averages?|means?|medians?|sums?|rates?|differences?|totals?|says?|show|give|results?|came\s+out|who|whose|wie\s+(?:viel|hoch|groß)|welche[rs]?|combien|quel(?:le)?s?|cu[aá]nt\w+)\b",
    re.IGNORECASE,
)
ONLY_CHANGES = re.compile(
    r"\b(?:what|which\s+(?:things?|figures?|numbers?|values?)|how\s+(?:much|many)\s+(?:things?|figures?|numbers?|values?)|tell|show|give|say)\b[^.;!?,]*\b(?:changed|chang(?:es|ing)|different|differences?|differs?|moved|new|news)\b",
    re.IGNORECASE,
)
"""Asks what is told anyway."""
ONLY_THIS = re.compile(
    r"\bnothing\s+(?:else|more)\b|\bno\s+more(?:\s+than\s+that)?\s*[.!]*$|\bthat(?:['’]s|\s+is)\s+all\b|\b(?:only|just)\s+(?:(?:tell|give|show|say)\b(?!.*\bchang(?:ed|es)\b)|(?:the|that|this|one)\s+(?:one\s+)?(?:figure|number|value)\b)|\bno\s+(?:details|comparison|explanations?)\b",
    re.IGNORECASE,
)
"""Wants the figures that it asks for and no more."""
LOSS = re.compile(
    r"\b(?:los(?:t|e|es|s|er|ing)|fell|falls?|fallen|declin\w+|dropp\w*|shr[aiu]nk\w*|lowest|smallest|least|worst|weakest|minimum|min|fewest|bottom|verlor\w*|niedrigste\w*|kleinste\w*|perdu\w*|perdido)\b",
    re.IGNORECASE,
)
GAIN = re.compile(
    r"\b(?:top|highest|largest|biggest|greatest|most(?!\s+recent)|best|strongest|maximum|max|gainers?|winners?|leading|leads|höchste\w*|größte\w*|meisten|plus\s+grande?)\b",
    re.IGNORECASE,
)
COUNTED = re.compile(r"\b(?:most|fewest|least|how\s+many)\s+(?!of\b)\w+s\b", re.IGNORECASE)
"""Asks for a number of things: `which has the most sectors`."""
ADDED = re.compile(
    r"\b(?:chang\w*|differ\w*|up|down|more|less|rise|rose|fall|fell|grow|grew|compare\w*|against|versus|vs)\b",
    re.IGNORECASE,
)


def wants_figures(request: str) -> bool:
    """Whether a request asks what a notebook shows, and not only about runs that were."""
    return ASKS.search(ONLY_CHANGES.sub(" ", request)) is not None and not (
        PAST.search(request) or FORBIDDEN.search(request)
    )


ANY_FIGURE = frozenset({"value", "values", "figure", "figures", "number", "count", "total", "result"})
"""Names of columns that say nothing of what is in them."""


class Told(NamedTuple):
    """Figures in words."""

    text: str
    claims: list[Claim]
    alone: bool = False
    """Whether they are asked for, and nothing else is."""


Line = tuple[str, list[Claim]]


class _Shown(NamedTuple):
    """One table of the run."""

    table: Table
    source: Source
    figures: list[str]
    """Its columns that hold figures."""
    labels: list[str]
    """What its rows are called; empty where nothing names one."""


def asked_figures(
    request: str, after: Snapshot, places: Mapping[str, str], *, anyway: bool = False
) -> Told | None:
    """The figures that the request asks for; None where it asks for none, or none of the outputs holds them.

    With `anyway` those that the notebook puts first are told unasked: a comparison of other values says little.
    """
    asks = ASKS.search(ONLY_CHANGES.sub(" ", request)) is not None
    ranks = GAIN.search(request) is not None or LOSS.search(request) is not None
    items = list(_items(after, places))
    tables = list(_tables(items))
    if not (asks or ranks):
        # Words that can only mean these rows or columns need no word of asking.
        fit = (
            _rows_listed(request, tables)
            or _fitting_rows(request, tables, sure=True)
            or _named_columns(request, tables, sure=True)
        )
        asked = _told("Asked for", fit)
        if asked is not None:
            return asked._replace(alone=ONLY_THIS.search(request) is not None)
        return _told("It shows", _headline(items, tables)) if anyway else None
    told = _rows_listed(request, tables) or _fitting_rows(request, tables, sure=True)
    told = told or [*(_ranked(request, tables) if ranks else []), *_named_rows(request, tables)]
    told = told or _fitting_rows(request, tables) or _named_columns(request, tables)
    asked = _told("Asked for", told)
    if asked is not None:
        return asked._replace(alone=ONLY_THIS.search(request) is not None)
    return _told("It shows", _headline(items, tables))


def _told(lead: str, told: Sequence[Line]) -> Told | None:
    if not told:
        return None
    # What two blocks show alike is told once.
    first = {re.sub(r" \(block \d+\)$", "", line): line for line, _ in reversed(told)}
    lines = [line for line, _ in told if line in first.values()]
    lines = list(dict.fromkeys(lines))[:8]
    facts = [fact for _, facts in told for fact in facts]
    return Told(f"{lead}:\n\n" + "\n".join(f"- {line}" for line in lines), facts)


def _items(after: Snapshot, places: Mapping[str, str]) -> Iterator[tuple[Item, Source]]:
    """Everything that the run shows, each with the block that shows it."""
    for block in after.blocks:
        place = places.get(block.id, block.type)
        source = Source(tool="get_run", run_id=after.run_id, block_id=block.id, label=place)
        for item in items_of(block.outputs):
            yield item, source


def _tables(items: Sequence[tuple[Item, Source]]) -> Iterator[_Shown]:
    for item, source in items:
        if (
            isinstance(item, Table)
            and item.rows
            and item.complete
            and len(item.rows) <= MOST
            and len(item.columns) <= FEW
        ):
            figures = _figures(item)
            yield _Shown(item, source, figures, [_label(item, at, figures) for at in range(len(item.rows))])


def _figures(table: Table) -> list[str]:
    """Columns that hold figures; a year only names its row."""
    return [
        name
        for name in table.columns
        if not re.fullmatch(r"(?i)years?|months?|quarters?", name)
        and all(isinstance(row.get(name), int | float) or row.get(name) is None for row in table.rows)
        and any(row.get(name) is not None for row in table.rows)
    ]


def _label(table: Table, at: int, figures: Sequence[str]) -> str:
    """What a row is called: its texts, its year, or the name that it has in the frame."""
    row = table.rows[at]
    own = [_written(row[name]) for name in table.columns if name not in figures and row.get(name) is not None]
    index = row.get(INDEX)
    if not own and index is not None and not (isinstance(index, int) and index == at):
        own = [_written(index)]
    return ", ".join(own)


def _written(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    return re.sub(r"T00:00:00(?:\.0+)?$", "", str(value))[:60].replace("`", "'")


def _short(place: str | None) -> str:
    """`block 3` of `block 3 (gains = …)`."""
    return (place or "a block").partition(" (")[0]


def _line(shown: _Shown, at: int, columns: Sequence[str], lead: str = "") -> Line:
    row, label = shown.table.rows[at], shown.labels[at]
    cells = [(name, row[name]) for name in columns if row.get(name) is not None]
    said = ", ".join(f"{name} = {number(value)}" for name, value in cells)
    facts = [
        Claim(
            text=f"{name} of {label or 'the row'} in {shown.source.label}", value=value, source=shown.source
        )
        for name, value in cells
    ]
    return f"{lead}{f'{label}: ' if label else ''}{said} ({_short(shown.source.label)})", facts


def _ranked(request: str, tables: Sequence[_Shown]) -> list[Line]:
    """The first rows by the column that the request speaks of, or by the one that holds a change."""
    best: tuple[float, _Shown, str] | None = None
    for shown in tables:
        if len(shown.table.rows) < RANKED:
            continue
        for place, name in enumerate(shown.figures):
            weight = 4.0 * _speaks_of(request, name) + 2.0 * bool(
                re.search(r"(?i)gain|change|growth|diff|loss", name)
            )
            weight += (
                place / max(1, len(shown.figures))
                + len(shown.table.rows) / (2 * MOST)
                + bool(shown.labels[0])
            )
            weight += 3.0 * bool(
                COUNTED.search(request) and re.fullmatch(r"(?i)counts?|n|number(?:_of_\w+)?", name)
            )
            if best is None or weight > best[0]:
                best = (weight, shown, name)
    if best is None:
        return []
    _, shown, name = best
    rows = shown.table.rows
    down = LOSS.search(request) is not None
    told = [at for at, row in enumerate(rows) if row.get(name) is not None]
    first = sorted(told, key=lambda at: float(rows[at][name]), reverse=not down)[:RANKED]
    leads = [f"{'lowest' if down else 'highest'} {name}: ", "then ", "then "]
    return [_line(shown, at, [name], lead) for at, lead in zip(first, leads, strict=False)]


def _speaks_of(request: str, name: str) -> bool:
    own = words_of(name.replace("_", " "))
    said = words_of(request)
    return any(
        alike(word.text, each.text) or (len(each.text) >= 4 and word.text.startswith(each.text[:4]))
        for word in said
        for each in own
        if len(each.text) >= 3
    )


def _named_rows(request: str, tables: Sequence[_Shown]) -> list[Line]:
    """Rows that the request names, and where it names two and asks what lies between them, their differences."""
    found: list[Line] = []
    for shown in tables:
        labels, figures = shown.labels, shown.figures
        if not any(labels) or len(set(labels)) < len(labels):
            continue
        years = set(re.findall(r"(?<![\w-])(?:19|20)\d\d(?![\w-])", request))
        chosen = [place for place, label in enumerate(labels) if label in years]
        chosen += [
            named.which
            for named in names_in(request, [label.replace("_", " ") for label in labels])
            if named.which not in chosen and not labels[named.which].isdigit()
        ]
        if not 1 <= len(chosen) <= FEW or not figures:
            continue
        chosen.sort()
        named = [name for name in figures if _speaks_of(request, name)] or figures
        found += [_line(shown, at, named) for at in chosen]
        if len(chosen) == 2 and ADDED.search(request):
            one, two = (shown.table.rows[at] for at in chosen)
            moves = [
                (name, float(two[name]) - float(one[name]))
                for name in named
                if None not in (one.get(name), two.get(name))
            ]
            between = f"from {labels[chosen[0]]} to {labels[chosen[1]]}"
            facts = [Claim(text=f"{name} {between}", value=move, source=shown.source) for name, move in moves]
            found.append(
                (
                    f"{between}: " + ", ".join(f"{name} {signed(round(move, 4))}" for name, move in moves),
                    facts,
                )
            )
    return found[: 2 * FEW]


def _fitting_rows(request: str, tables: Sequence[_Shown], *, sure: bool = False) -> list[Line]:
    """Rows whose words the request says in its own order: `the drop against the year before`; two words of them, to be sure."""
    found: list[Line] = []
    for shown in tables:
        if 1 < len(shown.labels) <= 2 * FEW and all(shown.labels) and shown.figures:
            rows = fitting(request, shown.labels, least=2 if sure else 1)
            found += [_line(shown, at, shown.figures) for at in rows]
    return found


def _rows_listed(request: str, tables: Sequence[_Shown]) -> list[Line]:
    """Every row of the table that the request wants listed, by what it is called, and how many they are."""
    table = listed(request, [shown.table for shown in tables])
    shown = next((shown for shown in tables if shown.table is table), None)
    if shown is None:
        return []
    texts = [name for name in shown.table.columns if name not in shown.figures and _speaks_of(request, name)]
    called = [_written(row[texts[0]]) for row in shown.table.rows] if texts else shown.labels
    names = list(dict.fromkeys(called))
    if not all(names) or len(names) > LISTED:
        return []
    claim = Claim(
        text=f"rows of {shown.source.label}: {', '.join(names)}", value=len(names), source=shown.source
    )
    return [(f"{_short(shown.source.label)} lists {len(names)}: {', '.join(names)}", [claim])]


def _named_columns(request: str, tables: Sequence[_Shown], *, sure: bool = False) -> list[Line]:
    """The rows of a short table, or the last one in time, in the columns that the request names, by their names or by how these begin; by two words of them, to be sure."""
    found: list[Line] = []
    for shown in tables:
        figures = [name for name in shown.figures if name.lower() not in ANY_FIGURE]
        whole = {
            figures[each.which] for each in names_in(request, [name.replace("_", " ") for name in figures])
        }
        named = [
            name
            for name in figures
            if (name in whole and (not sure or len(words_of(name.replace("_", " "))) > 1))
            or (not sure and _begun(request, name))
        ]
        if named:
            few = len(shown.labels) <= FEW and all(shown.labels)
            found += (
                [_line(shown, at, named) for at in range(len(shown.labels))]
                if few
                else [_line(shown, len(shown.labels) - 1, named, "last row, ")]
                if in_time_order(shown.table)
                else []
            )
    return found


def _begun(request: str, name: str) -> bool:
    own = words_of(name)
    return len(own) > 1 and own[0].text in {word.text for word in words_of(request)}


def _headline(items: Sequence[tuple[Item, Source]], tables: Sequence[_Shown]) -> list[Line]:
    """The numbers that the notebook shows, its short tables, and the last row of the others."""
    found: list[Line] = []
    for item, source in items:
        if isinstance(item, Number):
            label = item.label or source.label
            claim = Claim(text=f"{label} = {item.written}", value=item.value, source=source)
            found.append((f"{label} = {number(item.value)}", [claim]))
        elif (
            isinstance(item, Text) and len(item.lines) <= 2 and item.lines and re.search(r"\d", item.lines[0])
        ):
            text = item.lines[0].strip()[:160]
            line = f"`{text.replace('`', chr(39))}` ({_short(source.label)})"
            found.append((line, [Claim(text=text, source=source)]))
    telling = [shown for shown in tables if shown.figures]
    for shown in telling:
        if len(shown.labels) <= FEW:
            found += [_line(shown, at, shown.figures) for at in range(len(shown.labels))]
    return found or [
        _line(shown, len(shown.labels) - 1, shown.figures, "last row, ")
        for shown in telling
        if in_time_order(shown.table)
    ]


__all__ = ["Told", "asked_figures", "wants_figures"]
