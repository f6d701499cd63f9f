"""How many requests does a model solve? `python -m evals.solve --model local:FILE.gguf` runs them and judges the end states.

Each request of `evals/requests.yaml` runs on a fresh copy of the demo workspace, through its graph or, with `--agent`,
through the free agent. What was written decides, not the wording: solved, not solved, or a wrong write.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

from agents.errors import AgentError, ModelFailed
from agents.questions import Usage
from agents.toolbox import DOCUMENTED

REQUESTS = Path(__file__).parent / "requests.yaml"
CLOCK = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Wanted(BaseModel):
    """A request and the end state that it must have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workflow: str = ""
    request: str
    nothing: bool = False
    run: str | None = None
    inputs: dict[str, str] = Field(default_factory=dict)
    notebook: str = "Scratchpad"
    order: list[str] = Field(default_factory=list)
    project: str | None = None
    sql: list[str] = Field(default_factory=list)
    says: list[str] = Field(default_factory=list)
    says_not: list[str] = Field(default_factory=list)


class Write(NamedTuple):
    """A call that changed something."""

    tool: str
    arguments: Mapping[str, Any]


class Did(NamedTuple):
    """What a run did."""

    answer: str
    writes: list[Write]
    notebooks: dict[str, list[str]]
    """Contents of the blocks of every notebook afterwards, by name."""
    ids: dict[str, str]
    """Names of notebooks by id, and of the notebooks of blocks by block id, as they were before."""
    usage: Usage
    tool_calls: int
    seconds: float
    ended: str


class Verdict(StrEnum):
    SOLVED = "solved"
    UNSOLVED = "not solved"
    """Refused, asked, or answered wrongly; nothing was written that should not have been."""
    WRONG_WRITE = "wrong write"


class Judged(BaseModel):
    """One trial."""

    workflow: str
    request: str
    verdict: Verdict
    why: str
    answer: str
    ended: str
    writes: list[str]
    usage: Usage
    tool_calls: int
    seconds: float
    readings: int = 0
    """Answers that were code's reading of the question, taken by the model."""
    own: int = 0
    """Answers that the model gave itself."""


def read_requests(path: Path = REQUESTS) -> list[Wanted]:
    data: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Wanted.model_validate({"workflow": workflow, **entry})
        for workflow, entries in data.items()
        for entry in entries
    ]


def judge(wanted: Wanted, did: Did) -> tuple[Verdict, str]:
    """The verdict with its reason."""
    wrong = _wrong_write(wanted, did)
    if wrong:
        return Verdict.WRONG_WRITE, wrong
    missing = "it came to no end in time" if did.ended == "time" else _missing(wanted, did)
    return (Verdict.UNSOLVED, missing) if missing else (Verdict.SOLVED, "")


def _wrong_write(wanted: Wanted, did: Did) -> str:
    """The first write that the request did not ask for."""
    for write in did.writes:
        place = did.ids.get(str(write.arguments.get("notebookId") or write.arguments.get("blockId")), "")
        if wanted.nothing:
            return f"{write.tool} was called, and nothing was to be written"
        if wanted.run is not None and (write.tool != "create_run" or place != wanted.run):
            return f"{write.tool} on {place or 'something new'}"
        built = (wanted.sql or wanted.project) and place == ""  # something new, where that is wanted as well
        if (
            wanted.order
            and not built
            and (
                place != wanted.notebook
                or write.tool not in {"reorder_notebook_blocks", "update_block", "create_block"}
            )
        ):
            return f"{write.tool} on {place or 'something new'}"
        if wanted.sql and place and not wanted.order:
            return f"{write.tool} on {place}, which was there before"
    if wanted.order and did.writes and _order(wanted, did):
        return _order(wanted, did)
    return ""


def _missing(wanted: Wanted, did: Did) -> str:
    """The first thing of the end state that is not there."""
    if wanted.run is not None:
        runs = [write for write in did.writes if write.tool == "create_run"]
        if len(runs) != 1:
            return f"{len(runs)} runs were started"
        given = {name: str(value) for name, value in (runs[0].arguments.get("inputs") or {}).items()}
        wrong = [
            f"{name}={given.get(name)}" for name, value in wanted.inputs.items() if given.get(name) != value
        ]
        wrong += [
            f"{name}={value}" for name, value in given.items() if name not in wanted.inputs and wanted.inputs
        ]
        if wrong:
            return f"inputs differ: {', '.join(wrong)}"
    if wanted.order and (fault := _order(wanted, did)):
        return fault
    if wanted.sql and (fault := _built(wanted, did)):
        return fault
    said = did.answer.lower()
    lacking = [text for text in wanted.says if text.lower() not in said]
    if lacking:
        return f"the answer does not say {lacking[0]!r}"
    extra = [text for text in wanted.says_not if text.lower() in said]
    return f"the answer says {extra[0]!r}" if extra else ""


def _order(wanted: Wanted, did: Did) -> str:
    contents = did.notebooks.get(wanted.notebook, [])
    exact = len(wanted.order) == len(contents) or wanted.notebook != "Monthly KPIs"
    if exact and len(contents) != len(wanted.order):
        return f"{wanted.notebook} has {len(contents)} blocks"
    for place, (text, content) in enumerate(zip(wanted.order, contents, strict=False), 1):
        if (text and text.lower() not in content.lower()) or (not text and content.strip()):
            return f"block {place} of {wanted.notebook} is {content[:40]!r}"
    return ""


def _built(wanted: Wanted, did: Did) -> str:
    made = [write for write in did.writes if write.tool == "create_project"]
    if len(made) != 1:
        return f"{len(made)} projects were created"
    if wanted.project is not None and made[0].arguments.get("name") != wanted.project:
        return f"the project is called {made[0].arguments.get('name')!r}"
    texts = " ".join(
        json.dumps(write.arguments) for write in did.writes if write.tool in {"create_block", "update_block"}
    )
    for wish in wanted.sql:
        if not any(word.lower() in texts.lower() for word in wish.split("|")):
            return f"no block uses {wish}"
    return ""


# ---- running -----------------------------------------------------------------------------------------------------


class Setup(NamedTuple):
    model: str
    agent: bool
    base_url: str | None
    environment: Mapping[str, str]
    small: bool = False
    seconds: float | None = None
    """A trial that takes longer is ended; what it wrote until then is judged."""


async def solve(wanted: Wanted, setup: Setup, decider: Any) -> Judged:
    """One trial on a fresh workspace. `decider` is a Decider for the graphs, a chat model for the agent."""
    from agents.session import Target, open_session
    from evals.scene import Wanted
    from evals.world import open_world

    world = open_world(Wanted("demo", CLOCK, 1, "editor", loopback=False))
    async with world as inside:
        place = inside.place
        target = Target(url=place.url, key=place.key, app=place.app)
        async with open_session(target) as session:
            ids = await _names(session)
            by = _by_agent if setup.agent else _by_graph
            did = await by(wanted, target, session, decider, setup.seconds)
            contents = await _contents(session)
    did = did._replace(ids=ids, notebooks=contents)
    verdict, why = judge(wanted, did)
    return Judged(
        workflow=wanted.workflow, request=wanted.request, verdict=verdict, why=why, answer=did.answer[:1500],
        ended=did.ended, writes=[write.tool for write in did.writes], usage=did.usage, tool_calls=did.tool_calls,
        seconds=round(did.seconds, 1),
    )  # fmt: skip


async def _by_graph(wanted: Wanted, target: Any, _session: Any, decider: Any, seconds: float | None) -> Did:
    from agents.session import open_toolbox
    from agents.toolbox import Call
    from workflows.context import Approval, Context, Policy
    from workflows.runner import Ended, in_memory

    made: list[Call] = []
    before = decider.usage
    started = time.monotonic()
    async with open_toolbox(target, timer=time.monotonic, observe=made.append) as tools:
        context = Context(
            decider=decider, tools=tools, clock=lambda: datetime.now(UTC), sleep=asyncio.sleep,
            policy=Policy(approval=Approval.YES, run=not wanted.sql),
        )  # fmt: skip
        ended: object = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                ended = await in_memory(wanted.workflow, context).start(wanted.request)
    writes = [Write(call.tool, call.arguments) for call in made if not call.read_only and call.error is None]
    answer, status = ("", "time") if ended is None else ("waits for an answer", "waiting")
    if isinstance(ended, Ended):
        outcome = ended.outcome
        sources = " ".join(claim.source.model_dump_json() for claim in outcome.claims)
        tables = json.dumps(outcome.tables, default=str)
        parts = [
            outcome.answer,
            outcome.question or "",
            *outcome.choices,
            *(claim.text for claim in outcome.claims),
            sources,
            tables,
        ]
        answer, status = "\n".join(parts), outcome.status.value
    return Did(
        answer, writes, {}, {}, _since(before, decider.usage), len(made), time.monotonic() - started, status
    )


async def _by_agent(wanted: Wanted, _target: Any, session: Any, model: Any, seconds: float | None) -> Did:
    from evals.baselines.react import Limits, react

    limits = Limits(seconds=seconds) if seconds is not None else Limits()
    result = await react(wanted.request, model=model, session=session, limits=limits)
    writes = [
        Write(call.tool, call.arguments)
        for call in result.called
        if not call.failed and not session.tools[call.tool].read_only and call.tool in DOCUMENTED
    ]
    return Did(result.answer, writes, {}, {}, result.usage, len(result.called), result.seconds, result.ended)


async def _names(session: Any) -> dict[str, str]:
    names: dict[str, str] = {}
    async for notebook in _notebooks(session):
        names[notebook["id"]] = notebook["name"]
        names |= {block["id"]: notebook["name"] for block in notebook["blocks"]}
    return names


async def _contents(session: Any) -> dict[str, list[str]]:
    return {
        notebook["name"]: [block["content"] for block in notebook["blocks"]]
        async for notebook in _notebooks(session)
    }


async def _notebooks(session: Any) -> Any:
    page = await session.call("list_projects", {"pageSize": 100})
    for project in page["projects"]:
        for row in project["notebooks"]:
            yield (await session.call("get_notebook", {"notebookId": row["id"]}))["notebook"]


def _since(before: Usage, after: Usage) -> Usage:
    return Usage(
        calls=after.calls - before.calls,
        input_tokens=after.input_tokens - before.input_tokens,
        cached_tokens=after.cached_tokens - before.cached_tokens,
        output_tokens=after.output_tokens - before.output_tokens,
        seconds=after.seconds - before.seconds,
    )


async def run(
    requests: Sequence[Wanted], setup: Setup, trials: int, tell: Callable[[Judged], None]
) -> list[Judged]:
    """Every trial of every request; the trials of one follow each other, so that the model's server still has its prompt."""
    from agents.model_decider import Asked
    from agents.models import open_decider, open_model

    asked: list[Asked] = []
    results: list[Judged] = []
    opened: Any = (
        open_model(setup.model, base_url=setup.base_url, environment=setup.environment)
        if setup.agent
        else open_decider(
            setup.model, base_url=setup.base_url, environment=setup.environment, small=setup.small,
            observe=asked.append,
        )
    )  # fmt: skip
    async with opened as decider:
        for wanted in requests:
            for _ in range(trials):
                asked.clear()
                result = counted(await solve(wanted, setup, decider), asked)
                results.append(result)
                tell(result)
    return results


def counted(result: Judged, asked: Sequence[Any]) -> Judged:
    """The trial with what its answers were: code's reading, or the model's own."""
    good = [one for one in asked if one.reply is not None and not one.problems]
    readings = sum(one.took_reading for one in good)
    return result.model_copy(update={"readings": readings, "own": len(good) - readings})


def line(result: Judged) -> str:
    """One trial for the terminal."""
    return (
        f"{result.verdict.value:12} {result.seconds:6.1f} s  {result.workflow}: {result.request[:70]}  {result.why}"
        f"  ({result.readings} readings taken, {result.own} own answers)\n"
    )


def table(results: Sequence[Judged]) -> str:
    """Solved, unsolved and wrong writes by workflow, with calls and tokens."""
    lines = [
        "| workflow | requests | solved | not solved | wrong writes | model calls | tokens in | seconds, median |",
        "|---|---|---|---|---|---|---|---|",
    ]
    names = list(dict.fromkeys(result.workflow for result in results))
    for name in [*names, "all"]:
        rows = [result for result in results if name in ("all", result.workflow)]
        count = {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
        median = sorted(row.seconds for row in rows)[len(rows) // 2]
        lines.append(
            f"| {name} | {len(rows)} | {count[Verdict.SOLVED]} ({count[Verdict.SOLVED] / len(rows):.0%}) | {count[Verdict.UNSOLVED]} | "
            f"{count[Verdict.WRONG_WRITE]} | {sum(row.usage.calls for row in rows)} | {sum(row.usage.input_tokens for row in rows):,} | {median:.1f} |"
        )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evals.solve",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "pattern", nargs="*", help="only requests whose workflow or text contains one of these"
    )
    parser.add_argument("--model", default="offline")
    parser.add_argument("--base-url")
    parser.add_argument(
        "--small-model", action="store_true", help="offer it code's readings, as `local:` models are"
    )
    parser.add_argument("--seconds", type=float, help="end a trial that takes longer; it is not solved then")
    parser.add_argument("--agent", action="store_true", help="the free agent instead of the graphs")
    parser.add_argument("--trials", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write every trial here, also while running")
    options = parser.parse_args(argv)
    chosen = [
        wanted
        for wanted in read_requests()
        if not options.pattern
        or any(text in f"{wanted.workflow} {wanted.request}" for text in options.pattern)
    ]
    if not chosen:
        parser.error("no request matches")
    setup = Setup(
        options.model, options.agent, options.base_url, os.environ, options.small_model, options.seconds
    )
    told: list[Judged] = []

    def tell(result: Judged) -> None:
        told.append(result)
        sys.stdout.write(line(result))
        sys.stdout.flush()
        if options.json is not None:
            options.json.write_text(json.dumps([one.model_dump(mode="json") for one in told], indent=1))

    try:
        results = asyncio.run(run(chosen, setup, options.trials, tell))
    except (AgentError, ModelFailed) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"\n{table(results)}\n")
    return 1 if any(result.verdict is Verdict.WRONG_WRITE for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
