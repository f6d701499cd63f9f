"""`python -m workflows.runs`: the threads there are; `show THREAD` replays what happened on one."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from workflows.process import exit_code

if TYPE_CHECKING:
    from workflows.threads import Record

LONGEST = 160
"""Characters of a request that the list shows."""


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m workflows.runs",
        description="List the threads of this machine, or replay one.",
        epilog="exit codes:\n  0    listed or shown\n  2    the thread is not known, or what is kept of it cannot be read",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--checkpoints", metavar="URL", help="where threads are kept, if not in the data folder"
    )
    made.add_argument("--json", action="store_true", help="as JSON")
    verbs = made.add_subparsers(dest="verb")
    listing = verbs.add_parser(
        "list", help="every thread with its state and how much it changed (the default)"
    )
    listing.add_argument("--limit", type=int, default=30, help="at most so many (30)")
    showing = verbs.add_parser("show", help="what happened on a thread, step by step")
    showing.add_argument("thread")
    return made


def _list(options: argparse.Namespace) -> int:
    from rich.text import Text

    from workflows.running import threads
    from workflows.terminal import Terminal

    found = threads(options).all()[: getattr(options, "limit", 30)]
    if options.json:
        print(json.dumps([record.model_dump(mode="json") for record in found], ensure_ascii=False, indent=1))
        return 0
    if not found:
        print(
            'There is no thread yet. Start one: python -m workflows.run build_analysis "stock returns since 2015"'
        )
        return 0
    console = Terminal()
    columns = ["thread", "workflow", "state", "changes", "last", "request"]
    lines = [_fields(record) for record in found]
    widths = [max(len(line[at]) for line in [columns, *lines]) for at in range(5)]
    for number, line in enumerate([columns, *lines]):
        *head, request = line
        start = "  ".join(field.ljust(width) for field, width in zip(head, widths, strict=True))
        apart = "\n    " if len(start) + 2 + len(request) > console.width else "  "
        console.print(Text(f"{start}{apart}{request}", style="bold" if number == 0 else ""), soft_wrap=True)
    for record in found:
        if record.state in ("waiting", "stopped"):
            word = "waits for approval" if record.state == "waiting" else "was stopped"
            print(f"{record.thread} {word}: python -m workflows.run --resume {record.thread}")
    return 0


def _fields(record: Record) -> list[str]:
    """What the list tells of a thread, its request last: a line of its own where it is long."""
    state = record.state.replace("_", " ") + (" (undone)" if record.undone else "")
    updated = record.updated.strftime("%Y-%m-%d %H:%M")
    request = " ".join(record.request.split())[:LONGEST]
    return [record.thread, record.workflow, state, str(record.changes), updated, request]


async def _history(options: argparse.Namespace) -> tuple[Any, Any, list[Any]]:
    """The record, the last state and the steps, oldest first; no workspace is opened."""
    from workflows import registry
    from workflows.running import threads

    kept = threads(options)
    record = kept.record(options.thread)
    kind = registry.state_type(record.workflow)
    async with kept.reader(*registry.state_types(record.workflow)) as saver:
        graph = registry.graph(record.workflow).compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": record.thread}}
        snapshots = [snapshot async for snapshot in graph.aget_state_history(config)]
    state = kind.model_validate(snapshots[0].values) if snapshots and snapshots[0].values else kind()
    return record, state, snapshots[::-1]


def _show(options: argparse.Namespace) -> int:
    from rich.text import Text

    from workflows import report
    from workflows.log import happened
    from workflows.running import threads
    from workflows.terminal import Terminal

    record, state, snapshots = asyncio.run(_history(options))
    lines = happened(threads(options).log(record.thread))
    if options.json:
        data = {
            "record": record.model_dump(mode="json"),
            "happened": [line.model_dump(mode="json") for line in lines],
            "state": state.model_dump(mode="json"),
        }
        print(json.dumps(data, ensure_ascii=False, indent=1))
        return 0
    console = Terminal()
    undone = ", undone" if record.undone else ""
    console.print(Text(f"{record.thread}: {record.workflow}, {record.state.replace('_', ' ')}{undone}", style="bold"))  # fmt: skip
    console.print(Text(record.request))
    for line in lines:
        took = f"  {line.seconds:.2f} s" if line.seconds is not None else ""
        style = "" if line.kind in ("call", "question") else "bold" if line.kind == "write" else "cyan"
        shown = f"  {line.at:%Y-%m-%d %H:%M:%S}  {line.kind:8}  {' '.join(line.text.split())}{took}"
        console.print(Text(shown, style=style))
    if not lines:
        _show_steps(snapshots, console)
    if state.journal:
        console.print(Text(f"\nThe journal, {len(state.journal)} {'write' if len(state.journal) == 1 else 'writes'}", style="bold"))  # fmt: skip
        for entry in state.journal:
            console.print(
                Text(f"  step {entry.step}: {entry.tool}  {report.what(entry)}  ({entry.state.value})")
            )
    if state.outcome is not None:
        spent = {"tool_calls": record.tool_calls, "usage": record.usage, "seconds": record.seconds}
        report.show(state.outcome.model_copy(update=spent), console)
    elif snapshots and snapshots[-1].next:
        print(
            f"It stopped before {', '.join(snapshots[-1].next)}: python -m workflows.run --resume {record.thread}"
        )
    return 0


def _show_steps(snapshots: list[Any], console: Any) -> None:
    """What the checkpoints tell, for a thread that was run on another machine or before this was written down."""
    from rich.text import Text

    for snapshot in snapshots:
        if snapshot.next:
            shown = f"  {snapshot.created_at or '':.19}  next: {', '.join(snapshot.next)}"
            console.print(Text(shown, style="dim"))


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    from agents.errors import AgentError
    from workflows.errors import WorkflowError

    try:
        return _show(options) if options.verb == "show" else _list(options)
    except (WorkflowError, AgentError) as failure:
        print(failure, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(exit_code(main))
