"""Two snapshots of one notebook: everything that differs, with noise told apart and what was not compared said."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agents.results import SnapshotBlock
from workflows.diff.noise import as_number, quiet, same_value
from workflows.diff.outputs import Chart, Failure, Image, Item, Number, Table, Text, items_of
from workflows.diff.tables import TableDiff, changes, compare_tables

LINES = 2000
"""Lines of one text that are matched one by one; longer texts are compared as sets of lines."""

FEW = 5
"""Numbers of one text that are told one by one; when more lines differ, the text is said to differ."""


class ChangeKind(StrEnum):
    ERROR_NEW = "error_new"
    ERROR_GONE = "error_gone"
    ERROR_CHANGED = "error_changed"
    NUMBER = "number"
    TABLE = "table"
    CODE = "code"
    BLOCK_ADDED = "block_added"
    BLOCK_REMOVED = "block_removed"
    CHART = "chart"
    IMAGE = "image"
    TEXT = "text"
    OUTPUT_ADDED = "output_added"
    OUTPUT_REMOVED = "output_removed"


@dataclass(frozen=True)
class Change:
    """One difference in one block; which of the fields are set depends on the kind."""

    kind: ChangeKind
    block_id: str
    label: str = ""
    """What the value is called in the notebook, where it is called anything."""
    before: str | float | None = None
    after: str | float | None = None
    absolute: float | None = None
    relative: float | None = None
    table: TableDiff | None = None
    lines: tuple[str, ...] = ()
    """A few lines of a text or code diff, with `+ ` and `- `."""


@dataclass(frozen=True)
class Snapshot:
    """What one run left: outputs by block in notebook order, and the source of each block where it is known."""

    run_id: str
    blocks: Sequence[SnapshotBlock]
    sources: Mapping[str, str] | None = None
    truncated: bool = False


@dataclass(frozen=True)
class Noise:
    block_id: str
    what: str


@dataclass
class SnapshotDiff:
    """All differences between two snapshots."""

    changes: list[Change] = field(default_factory=list)
    noise: list[Noise] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    """What could not be compared, one sentence each."""
    short: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Tables of which the newer snapshot holds only some rows, by block id: rows held, rows of the table."""
    blocks_compared: int = 0
    unchanged: int = 0
    """Blocks with the same code and outputs in both."""


def compare(before: Snapshot, after: Snapshot) -> SnapshotDiff:
    """Compare two snapshots block by block, matched by block id."""
    diff = SnapshotDiff()
    old = {block.id: block for block in before.blocks}
    new = {block.id: block for block in after.blocks}
    diff.changes += [
        Change(ChangeKind.BLOCK_REMOVED, gone, after=block.type)
        for gone, block in old.items()
        if gone not in new
    ]
    for block_id, block in new.items():
        was = old.get(block_id)
        if was is None:
            diff.changes.append(Change(ChangeKind.BLOCK_ADDED, block_id, after=block.type))
            continue
        diff.blocks_compared += 1
        count, noise = len(diff.changes), len(diff.noise)
        _code(block_id, before, after, diff)
        if was.outputs != block.outputs:
            _outputs(block_id, items_of(was.outputs), items_of(block.outputs), diff)
        _short_tables(block, diff)
        diff.unchanged += len(diff.changes) == count and len(diff.noise) == noise
    if before.sources is None or after.sources is None:
        diff.incomplete.append(
            "Whether the code changed between the two runs was not compared: a snapshot's source was not to be had."
        )
    if before.truncated or after.truncated:
        diff.incomplete.append("A snapshot was too large to be sent whole; what was cut off is not compared.")
    return diff


def _code(block_id: str, before: Snapshot, after: Snapshot, diff: SnapshotDiff) -> None:
    if before.sources is None or after.sources is None:
        return
    old, new = before.sources.get(block_id, ""), after.sources.get(block_id, "")
    if old.strip() != new.strip():
        diff.changes.append(
            Change(ChangeKind.CODE, block_id, lines=line_diff(old.splitlines(), new.splitlines()))
        )


def line_diff(old: Sequence[str], new: Sequence[str], shown: int = 6) -> tuple[str, ...]:
    """The first few differing lines, marked `- ` and `+ `."""
    marked = []
    # Not ndiff: it pairs similar lines, which takes minutes for a text of some hundred numbers.
    for tag, i, j, k, m in difflib.SequenceMatcher(
        None, old[:LINES], new[:LINES], autojunk=False
    ).get_opcodes():
        if tag != "equal":
            marked += [f"- {line}" for line in old[i:j] if line.strip()] + [
                f"+ {line}" for line in new[k:m] if line.strip()
            ]
    more = (f"… {len(marked) - shown} more lines",) if len(marked) > shown else ()
    return (*(line[:160] for line in marked[:shown]), *more)


def _short_tables(block: SnapshotBlock, diff: SnapshotDiff) -> None:
    for item in items_of(block.outputs):
        if isinstance(item, Table) and not item.complete:
            diff.short[block.id] = (len(item.rows), item.row_count)


def _outputs(block_id: str, old: list[Item], new: list[Item], diff: SnapshotDiff) -> None:
    # A block that failed has no other outputs to speak of: the error is the change.
    failed_before, failed_now = _first(old, Failure), _first(new, Failure)
    if isinstance(failed_now, Failure) or isinstance(failed_before, Failure):
        _errors(block_id, failed_before, failed_now, diff)
        if (failed_before is None) != (failed_now is None):
            return
    for kind in (Number, Table, Chart, Image, Text):
        pairs = list(_paired(old, new, kind))
        for was, now in pairs:
            _pair(block_id, was, now, diff)


def _first(items: list[Item], kind: type[Item]) -> Item | None:
    return next((item for item in items if isinstance(item, kind)), None)


def _paired(old: list[Item], new: list[Item], kind: type[Item]) -> Iterator[tuple[Item | None, Item | None]]:
    a = [item for item in old if isinstance(item, kind) and not _is_error_stream(item)]
    b = [item for item in new if isinstance(item, kind) and not _is_error_stream(item)]
    for place in range(max(len(a), len(b))):
        yield (a[place] if place < len(a) else None), (b[place] if place < len(b) else None)


def _is_error_stream(item: Item) -> bool:
    return isinstance(item, Text) and item.stream == "stderr"


def _errors(block_id: str, was: Item | None, now: Item | None, diff: SnapshotDiff) -> None:
    old = f"{was.name}: {was.message}" if isinstance(was, Failure) else None
    new = f"{now.name}: {now.message}" if isinstance(now, Failure) else None
    if old is None:
        diff.changes.append(Change(ChangeKind.ERROR_NEW, block_id, after=new))
    elif new is None:
        diff.changes.append(Change(ChangeKind.ERROR_GONE, block_id, before=old))
    elif quiet(old) != quiet(new):
        diff.changes.append(Change(ChangeKind.ERROR_CHANGED, block_id, before=old, after=new))


def _pair(block_id: str, was: Item | None, now: Item | None, diff: SnapshotDiff) -> None:
    if was is None or now is None:
        kind = ChangeKind.OUTPUT_ADDED if was is None else ChangeKind.OUTPUT_REMOVED
        item = now if was is None else was
        diff.changes.append(
            Change(kind, block_id, label=described(item), after=_value(now), before=_value(was))
        )
    elif isinstance(was, Number) and isinstance(now, Number):
        _number(block_id, was, now, diff)
    elif isinstance(was, Table) and isinstance(now, Table):
        _table(block_id, was, now, diff)
    elif isinstance(was, Chart) and isinstance(now, Chart):
        _chart(block_id, was, now, diff)
    elif isinstance(was, Image) and isinstance(now, Image):
        if was.digest != now.digest:
            diff.changes.append(Change(ChangeKind.IMAGE, block_id, label=now.kind))
    elif isinstance(was, Text) and isinstance(now, Text):
        _text(block_id, was, now, diff)


def _value(item: Item | None) -> str | float | None:
    if isinstance(item, Number):
        return item.value
    return "\n".join(item.lines)[:200] if isinstance(item, Text) else None


def described(item: Item | None) -> str:
    """What an output is, in a few words."""
    if isinstance(item, Table):
        rows, columns = item.row_count, len(item.columns)
        return f"a table of {rows} {'row' if rows == 1 else 'rows'} and {columns} {'column' if columns == 1 else 'columns'}"
    if isinstance(item, Number):
        return f"{item.label} = {item.written}" if item.label else f"the number {item.written}"
    if isinstance(item, Failure):
        return f"{item.name}: {item.message}"
    return {Chart: "a chart", Image: "an image", Text: "text"}.get(type(item), "an output")


def _number(block_id: str, was: Number, now: Number, diff: SnapshotDiff) -> None:
    if same_value(was.value, now.value):
        if was.written != now.written:
            diff.noise.append(Noise(block_id, "a number differs by rounding only"))
        return
    absolute, relative = changes(was.value, now.value)
    label = now.label or was.label
    diff.changes.append(Change(ChangeKind.NUMBER, block_id, label, was.value, now.value, absolute, relative))


def _table(block_id: str, was: Table, now: Table, diff: SnapshotDiff) -> None:
    table = compare_tables(was, now)
    if not table.differs:
        if table.reordered:
            diff.noise.append(Noise(block_id, "the same rows stand in another order"))
        elif was.rows != now.rows:
            diff.noise.append(Noise(block_id, "numbers differ by rounding only"))
        return
    single = (
        len(was.rows) == len(now.rows) == 1
        and table.changed == 1
        and not (table.columns_added or table.columns_removed)
    )
    if single:
        for column in table.by_column:
            cell = column.largest[0]
            diff.changes.append(
                Change(
                    ChangeKind.NUMBER if cell.absolute is not None else ChangeKind.TEXT,
                    block_id,
                    cell.column,
                    cell.before,
                    cell.after,
                    cell.absolute,
                    cell.relative,
                )
            )
        return
    diff.changes.append(Change(ChangeKind.TABLE, block_id, table=table))


def _chart(block_id: str, was: Chart, now: Chart, diff: SnapshotDiff) -> None:
    table = compare_tables(was.data, now.data) if was.data and now.data else None
    redrawn = was.digest != now.digest
    if redrawn or (table is not None and table.differs):
        label = "its definition" if redrawn else "its data"
        diff.changes.append(Change(ChangeKind.CHART, block_id, label, table=table))


NUMBERS = re.compile(r"[-+−]?\$?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?\s?%?")


def _text(block_id: str, was: Text, now: Text, diff: SnapshotDiff) -> None:
    old, new = [line for line in was.lines if line.strip()], [line for line in now.lines if line.strip()]
    if old == new:
        return
    if sorted(old) == sorted(new):
        diff.noise.append(Noise(block_id, "the same lines stand in another order"))
        return
    if len(old) == len(new):
        pairs = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
        meant = [(a, b) for a, b in pairs if quiet(a) != quiet(b)] if len(pairs) <= LINES else pairs
        if not meant:
            diff.noise.append(Noise(block_id, "timings, addresses or file names that differ at every run"))
            return
        numbers = [change for a, b in meant[:FEW] for change in _numbers(block_id, quiet(a), quiet(b))]
        if len(numbers) == len(meant):
            diff.changes += numbers
            return
    elif sorted(map(quiet, old)) == sorted(map(quiet, new)):
        diff.noise.append(Noise(block_id, "timings, addresses or file names that differ at every run"))
        return
    if max(len(old), len(new)) > LINES:
        gone, came = set(old) - set(new), set(new) - set(old)
        lines: tuple[str, ...] = (f"- {len(gone)} lines", f"+ {len(came)} lines")
    else:
        lines = line_diff(old, new)
    diff.changes.append(Change(ChangeKind.TEXT, block_id, lines=lines))


def _numbers(block_id: str, old: str, new: str) -> list[Change]:
    """A line in which one number differs, as a change of that number; nothing when more than that differs."""
    if NUMBERS.sub("#", old) != NUMBERS.sub("#", new):
        return []
    pairs = [
        (a, b, a.start())
        for a, b in zip(NUMBERS.finditer(old), NUMBERS.finditer(new), strict=True)
        if a.group() != b.group()
    ]
    if len(pairs) != 1:
        return []
    a, b, start = pairs[0]
    before, after = as_number(a.group().strip()), as_number(b.group().strip())
    if before is None or after is None:
        return []
    absolute, relative = changes(before, after)
    label = re.sub(r"[\s:=|(]+$", "", old[:start]).strip()[-60:]
    return [Change(ChangeKind.NUMBER, block_id, label, before, after, absolute, relative)]
