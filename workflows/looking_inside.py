"""What a notebook holds, block by block, and in which notebooks something stands; read, not run."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from agents.errors import ToolFailed
from agents.results import Block, Notebook, NotebookRow
from agents.rules.looking_said import Look
from agents.rules.ranking import others, stem
from agents.rules.wording import FILLER, folded, words_of
from agents.toolbox import Toolbox
from workflows.auditing_words import counted, plain
from workflows.labels import label
from workflows.looking_words import MOST, NAME, Workspace, linked, shown, when
from workflows.outcome import Claim, Outcome, Source, Status
from workflows.reading.names import Names, all_names
from workflows.reading.sql import read_sql

AT_ONCE = 8
READ = 60
"""Notebooks that are read to the end; of more, those that a search finds."""
TEXT = 400
"""Characters of a text block that are quoted."""
KINDS = {
    "chart": "visualization",
    "graph": "visualization",
    "plot": "visualization",
    "slider": "input-slider",
    "dropdown": "input-select",
    "checkbox": "input-checkbox",
    "image": "image",
    "button": "button",
    "visualization": "visualization",
    "visualisation": "visualization",
    "input": "input-",
    "sql": "sql",
    "callout": "text-cell-callout",
    "separator": "separator",
    "bullet": "text-cell-bullet",
    "todo": "text-cell-todo",
}


def kind_of(words: Sequence[str]) -> str:
    """The type of block that the words mean and nothing else: `a chart`; its beginning for `inputs`; empty where they mean a text."""
    said = [word for word in words if word not in ("block", "blocks", "cell", "cells")]
    return KINDS.get(said[0].removesuffix("s"), "") if len(said) == 1 else ""


NUMBERS = frozenset({"two", "three", "both", "several"})


async def outline(look: Look, there: Workspace, tools: Toolbox) -> Outcome | None:
    """The notebook's blocks in their order, each by what it is for."""
    rows = [
        (row, project.name)
        for project in there.projects
        for row in project.notebooks
        if row.name in look.notebooks
    ]
    if len(rows) != 1:
        return None
    row, project = rows[0]
    notebook = await tools.get_notebook(row.id)
    address = notebook.url or row.url
    if look.verbatim == "inputs":
        return inputs_of(notebook, address)
    if look.verbatim:
        return _verbatim(look.verbatim, notebook, address)
    kinds = {each.id: each.name for each in there.integrations}
    lines, facts = [], []
    for number, text in enumerate(lines_of(notebook, kinds), 1):
        lines.append(f"{number}. {text}")
        facts.append(Claim(text=text, source=at(notebook, number - 1)))
    whole = Source(tool="get_notebook", notebook_id=notebook.id, label=notebook.name)
    facts.append(Claim(text=f"blocks of {notebook.name}", value=len(notebook.blocks), source=whole))
    ran = await _ran(row, tools)
    facts.append(Claim(text=f"last run of {notebook.name}: {when(row.last_run_at) or 'none'}", source=Source(tool="list_projects", notebook_id=row.id)))  # fmt: skip
    head = f"{linked(row.name, address)} (project {plain(project)}) has {counted(len(notebook.blocks), 'block')}.{ran}"
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=f"{head}\n\n{shown(lines, facts, whole)}" if lines else head,
        claims=facts,
        not_checked=["What the blocks come to: nothing was run."],
        address=address,
        next=[f"Run {row.name} and tell me what changed.", f"Tell me what changed in the last run of {row.name}, without running it again."],
    )  # fmt: skip


async def _ran(row: NotebookRow, tools: Toolbox) -> str:
    """How and when it last ran."""
    if not row.last_run_at:
        return " It has never been run."
    run = await tools.get_run(row.last_run_id) if row.last_run_id else None
    how = {"success": "succeeded", "error": "failed", "internal_error": "failed"}.get(run.status if run else "", "ended")  # fmt: skip
    return f" Its last run {how}, {when(row.last_run_at)}."


def at(notebook: Notebook, place: int) -> Source:
    """Where a block was read."""
    return Source(
        tool="get_notebook",
        notebook_id=notebook.id,
        block_id=notebook.blocks[place].id,
        label=label(notebook.blocks, place),
    )


def lines_of(notebook: Notebook, integrations: dict[str, str]) -> list[str]:
    """Each block by what it is for."""
    names = all_names(notebook.blocks)
    inputs = {each.block_id: each for each in notebook.inputs}
    found = []
    for block in notebook.blocks:
        variable = str(block.metadata.get("deepnote_variable_name") or "")
        if block.type.startswith("input-"):
            given = inputs.get(block.id)
            value = block.metadata.get("deepnote_variable_value") if given is None else given.value
            text = f"input: `{variable}` ({block.type.removeprefix('input-')}), now `{value}`"
        elif block.type == "sql":
            text = _query(block, integrations, variable)
        elif block.type == "visualization":
            text = f"chart of `{variable}`" if variable else "chart"
        elif block.type == "code":
            text = _code(block, names.get(block.id, Names()))
        elif block.type in ("separator", "button", "image"):
            text = block.type
        else:
            text = f"{'text' if 'text' in block.type or block.type == 'markdown' else block.type}: {_quoted(block.content)}"
        found.append(text)
    return found


def _code(block: Block, names: Names) -> str:
    imported = {name for name, _ in names.imported}
    made = sorted(name for name in names.defines - imported if not name.startswith("_"))
    if made:
        return f"code: makes {', '.join(f'`{name}`' for name in made[:8])}"
    if imported:
        return f"code: imports {', '.join(sorted({f'`{what}`' for _, what in names.imported}))}"
    return f"code: `{_first(block)}`" if block.content.strip() else "code: empty"


def _query(block: Block, integrations: dict[str, str], variable: str) -> str:
    kept = block.integration_id or str(block.metadata.get("sql_integration_id") or "")
    where = integrations.get(
        kept, "an integration that is not visible to this key" if kept else "no integration"
    )
    reading = read_sql(block.content)
    reads = ", ".join(f"`{table}`" for table in sorted(reading.reads)) or "no table"
    writes = f", writes {', '.join(f'`{table}`' for table in sorted(reading.writes))}" if reading.writes else ""  # fmt: skip
    return f"SQL: reads {reads} in **{plain(where)}**{writes}" + (f", as `{variable}`" if variable else "")


def _first(block: Block) -> str:
    lines = [
        line.strip()
        for line in block.content.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    return (lines or block.content.strip().splitlines() or [""])[0].replace("`", "'")[:80]


def _quoted(content: str) -> str:
    text = " ".join(re.sub(r"^#+\s*(.*?)\s*$", r"\1:", content.strip(), count=1, flags=re.MULTILINE).split())
    text = text.rstrip(":") if text.count(" ") < 12 else text
    return f"“{text[:TEXT].rstrip()}{'…' if len(text) > TEXT else ''}”" if text else "empty"


def inputs_of(notebook: Notebook, address: str | None) -> Outcome:
    """The inputs with what they are set to, which is what a run takes that is given nothing else, and what they may be set to."""
    lines, facts = [], []
    given = {each.block_id: each for each in notebook.inputs}
    for place, block in enumerate(notebook.blocks):
        if not block.type.startswith("input-"):
            continue
        known = given.get(block.id)
        kept = block.metadata
        variable = str(kept.get("deepnote_variable_name") or "")
        called = str(kept.get("deepnote_input_label") or variable)
        value = kept.get("deepnote_variable_value") if known is None else known.value
        options = [str(each) for each in kept.get("deepnote_variable_options") or []]
        low, high = kept.get("deepnote_slider_min_value"), kept.get("deepnote_slider_max_value")
        may_be = f"; one of {', '.join(f'`{each}`' for each in options)}" if options else f"; from {low} to {high}" if high is not None else ""  # fmt: skip
        text = (
            f"{plain(called)} (`{variable}`, {block.type.removeprefix('input-')}): set to `{value}`{may_be}"
        )
        lines.append(f"- {text}")
        facts.append(Claim(text=text, source=at(notebook, place)))
    head = f"{linked(notebook.name, address)} has {counted(len(lines), 'input')}"
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=f"{head}, set as a run takes them that is given nothing else:\n\n" + "\n".join(lines) if lines else f"{linked(notebook.name, address)} has no input.",
        claims=[*facts, Claim(text=f"inputs of {notebook.name}", value=len(lines), source=Source(tool="get_notebook", notebook_id=notebook.id))],
        address=address,
    )  # fmt: skip


def _verbatim(kind: str, notebook: Notebook, address: str | None) -> Outcome:
    """The queries, or all that runs, as it stands there."""
    wanted = ("sql",) if kind == "sql" else ("sql", "code")
    blocks = [(place, block) for place, block in enumerate(notebook.blocks) if block.type in wanted]
    count = len(notebook.blocks)
    parts = [
        f"Block {place + 1} of {count}:\n\n```{'python' if block.type == 'code' else 'sql'}\n{block.content.rstrip()}\n```"
        for place, block in blocks
    ]
    facts = [
        Claim(text=f"block {place + 1} of {count}", value=count, source=at(notebook, place))
        for place, block in blocks
    ]
    word = "SQL" if kind == "sql" else "code"
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer="\n\n".join(parts) or f"**{plain(notebook.name)}** has no {word} block.",
        claims=facts,
        address=address,
    )


class _Where(NamedTuple):
    notebook: Notebook
    project: str
    has: frozenset[str]
    """The words that its name or one of its blocks has."""
    places: tuple[int, ...]
    """Blocks that have most of them."""


async def where_said(look: Look, there: Workspace, tools: Toolbox) -> Outcome | None:
    """The notebooks whose names and blocks have every word, else those that have most of them; or those that have none of it."""
    words = look.words
    wanted = [
        each for each in dict.fromkeys(word.text for word in words_of(words)) if each not in FILLER | NUMBERS
    ]
    if not wanted:
        return None
    rows = [(row, project.name) for project in there.within(look.projects) for row in project.notebooks]
    kind = kind_of(wanted)
    not_checked = ["Results of runs: only what stands in the blocks was read."]
    if len(rows) > READ and look.kind == "says" and not kind:
        rows, told = await _searched(wanted, rows, tools)
        not_checked.append(told)
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(row: NotebookRow, project: str) -> _Where | None:
        async with turn:
            try:
                return _found(await tools.get_notebook(row.id), project, wanted, kind)
            except ToolFailed as failure:
                not_checked.append(f"{row.name} could not be read: {failure.words}")
                return None

    opened = [each for each in await asyncio.gather(*(one(*each) for each in rows)) if each]
    if look.kind == "lacks":
        return without(
            words, [each for each in opened if len(each.has) < len(wanted)], len(opened), not_checked
        )
    every = [each for each in opened if each.has]
    whole = [each for each in every if len(each.has) == len(wanted)]
    most = max((len(each.has) for each in every), default=0)
    meant = whole or [each for each in every if len(each.has) == most]
    lines, facts = [], []
    for each in meant:
        places = [label(each.notebook.blocks, place) for place in each.places[:4]]
        lines.append(f"- {linked(each.notebook.name, each.notebook.url)} (project {plain(each.project)})" + (f": {'; '.join(places)}" if places else ", by its name"))  # fmt: skip
        if len(lines) > MOST:
            continue
        facts += [Claim(text=f"{each.notebook.name} has {_quotes(each.has)} in {label(each.notebook.blocks, place)}", source=at(each.notebook, place)) for place in each.places[:4]]  # fmt: skip
    source = Source(tool="get_notebook")
    facts.append(Claim(text="notebooks that have it", value=len(whole), source=source))
    listing = shown(lines, facts, source)
    if whole:
        answer = f"{counted(len(whole), 'notebook')} {'has' if len(whole) == 1 else 'have'} “{words}”:\n\n{listing}"
    elif meant and len(wanted) > 1:
        some = _quotes(word for word in wanted if word in meant[0].has)
        answer = f"No notebook has all of “{words}”. What has {some}:\n\n{listing}"
    else:
        answer = f"No notebook has “{words}” in its name or its blocks."
    rows_of = [[each.notebook.name, each.project, ", ".join(str(place + 1) for place in each.places)] for each in whole]  # fmt: skip
    table: dict[str, Any] = {"title": f"Notebooks with {words}", "columns": ["notebook", "project", "blocks"], "rows": rows_of, "source": "get_notebook"}  # fmt: skip
    return Outcome(workflow=NAME, status=Status.DONE, answer=answer, claims=facts, tables=[table] if rows_of else [], not_checked=not_checked)  # fmt: skip


def without(words: str, found: Sequence[_Where], looked: int, not_checked: list[str]) -> Outcome:
    """The notebooks that are without something."""
    source = Source(tool="get_notebook")
    facts = [
        Claim(text=f"{each.notebook.name} is without {words}", source=Source(tool="get_notebook", notebook_id=each.notebook.id))
        for each in found[:MOST]
    ]  # fmt: skip
    facts += [Claim(text=f"notebooks without {words}", value=len(found), source=source), Claim(text="notebooks looked at", value=looked, source=source)]  # fmt: skip
    lines = [f"- {linked(each.notebook.name, each.notebook.url)} (project {plain(each.project)})" for each in found]  # fmt: skip
    head = (
        f"{len(found)} of {counted(looked, 'notebook')} {'has' if len(found) == 1 else 'have'} no “{words}”"
    )
    rows = [[each.notebook.name, each.project] for each in found]
    table = {"title": f"Notebooks without {words}", "columns": ["notebook", "project"], "rows": rows, "source": "get_notebook"}  # fmt: skip
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=f"{head}:\n\n{shown(lines, facts, source)}" if found else f"Every one of {counted(looked, 'notebook')} has “{words}”.",
        claims=facts,
        tables=[table] if rows else [],
        not_checked=not_checked,
    )  # fmt: skip


def _quotes(words: Iterable[str]) -> str:
    return " and ".join(f"“{word}”" for word in words)


async def _searched(
    wanted: Sequence[str], rows: Sequence[tuple[NotebookRow, str]], tools: Toolbox
) -> tuple[list[tuple[NotebookRow, str]], str]:
    """Of many notebooks those that the workspace's search finds, word by word."""
    found: dict[str, int] = {}
    for word in wanted[:5]:
        hits = (await tools.search(word, ["notebooks", "blocks"])).results
        for each in {*(hit.id for hit in hits.notebooks), *(hit.notebook_id for hit in hits.blocks)}:
            if each:
                found[each] = found.get(each, 0) + 1
    kept = sorted((row for row in rows if row[0].id in found), key=lambda row: -found[row[0].id])[:READ]
    return (
        kept,
        f"Only {len(kept)} notebooks were opened, those that the workspace's search finds first; {len(rows) - len(kept)} were not opened.",
    )


def _found(notebook: Notebook, project: str, wanted: Sequence[str], kind: str) -> _Where:
    if kind:
        at = tuple(place for place, block in enumerate(notebook.blocks) if block.type.startswith(kind))
        return _Where(notebook, project, frozenset(wanted if at else ()), at)
    in_name = {word for word in wanted if _has(word, notebook.name)}
    by_place = {
        place: {word for word in wanted if _has(word, block.content) or KINDS.get(_one(word)) == block.type}
        for place, block in enumerate(notebook.blocks)
    }
    most = max((len(words) for words in by_place.values()), default=0)
    places = tuple(place for place, words in by_place.items() if words and len(words) == most)
    return _Where(notebook, project, frozenset(in_name.union(*by_place.values())), places)


def _one(word: str) -> str:
    return word.removesuffix("s")


def _has(word: str, text: str) -> bool:
    """Whether a text has a word: by its stem, as another word for the same, or cut short as code does (`corr`)."""
    own = stem(folded(word))
    same = {own, *others(own)}
    for said in re.findall(r"[^\W_]+", text):
        each = folded(said)
        if (
            stem(each) in same
            or (len(each) >= 4 and own.startswith(each))
            or (len(own) >= 4 and each.startswith(own))
        ):
            return True
    return False


__all__ = ["AT_ONCE", "at", "kind_of", "lines_of", "outline", "where_said"]
