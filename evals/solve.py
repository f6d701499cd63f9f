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
from pathlib import Path
from typing import Any, NamedTuple

from agents.errors import AgentError, ModelFailed
from agents.questions import Usage
from agents.toolbox import DOCUMENTED
from evals.verdicts import Did, Judged, Verdict, Wanted, Write, judge, read_requests

CLOCK = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


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
    from evals import scene
    from evals.world import open_world

    world = open_world(scene.Wanted("demo", CLOCK, 1, "editor", loopback=False))
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
            policy=Policy(approval=Approval.YES),
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
    page = await session.call("list_projects", {"pageSize": 100})
    names: dict[str, str] = {project["id"]: project["name"] for project in page["projects"]}
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
