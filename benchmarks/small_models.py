"""How many requests a local model solves: through the graphs, or with `--agent` as a free agent; the end states decide.

`python -m benchmarks small_models --model FILE.gguf` takes a fixed subset of `evals/requests.yaml`, spread evenly over the
workflows, and tries each request several times. Every trial is kept in a file at once; run again, it goes on where it
stopped. Temperature is 0 and the trials of a request follow each other, so its prompts come from the server's cache. A
trial that reaches `--seconds` counts as not solved. `--minutes` ends the whole after the request it is at.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from agents.errors import ModelFailed
from agents.local import PATIENCE, local_model
from agents.model_decider import Asked, ModelDecider
from agents.questions import Question
from benchmarks.table import median, print_table
from evals.solve import Setup, counted, line, solve
from evals.verdicts import Judged, Verdict, Wanted, read_requests

ROOM_FOR_AN_AGENT = 32_768
"""Tokens: the 19 tools alone fill more than what the graphs' prompts need."""
ANSWER_OF_AN_AGENT = Question.answer_budget
"""Tokens of one answer, the same as the graphs' largest. Without it a small model repeats itself until the time is out."""


def subset(requests: Sequence[Wanted], most: int) -> list[Wanted]:
    """At most so many requests, the same number of each workflow as far as it has them, evenly spaced in the file's order."""
    names = list(dict.fromkeys(wanted.workflow for wanted in requests))
    by_name = {name: [wanted for wanted in requests if wanted.workflow == name] for name in names}
    share, rest = divmod(min(most, len(requests)), len(names))
    room = {name: min(share + (place < rest), len(by_name[name])) for place, name in enumerate(names)}
    while sum(room.values()) < min(most, len(requests)):
        room[max(names, key=lambda name: len(by_name[name]) - room[name])] += 1
    return [
        by_name[name][index * len(by_name[name]) // room[name]]
        for name in names
        for index in range(room[name])
    ]


def kept(file: Path) -> list[Judged]:
    """The trials of an earlier run."""
    if not file.exists():
        return []
    return [Judged.model_validate(entry) for entry in json.loads(file.read_text(encoding="utf-8"))]


def keep(file: Path, results: Sequence[Judged]) -> None:
    part = file.with_suffix(".part")
    part.write_text(json.dumps([one.model_dump(mode="json") for one in results], indent=1), encoding="utf-8")
    part.replace(file)


@contextlib.asynccontextmanager
async def opened(file: Path, agent: bool, asked: list[Asked]) -> AsyncIterator[Any]:
    """The chat model for the agent, the decider for the graphs."""
    async with local_model(file, context=ROOM_FOR_AN_AGENT if agent else None) as (model, settings):
        limited: Any = model.model_copy(update={"max_tokens": ANSWER_OF_AN_AGENT})
        yield limited if agent else ModelDecider(model, settings, observe=asked.append)


async def measure(options: argparse.Namespace, file: Path) -> list[Judged]:
    chosen = subset(read_requests(), options.requests)
    results = kept(file)
    setup = Setup("", options.agent, None, {}, seconds=options.seconds)
    asked: list[Asked] = []
    ends = time.monotonic() + 60 * options.minutes
    async with opened(options.model, options.agent, asked) as decider:
        if options.agent and len(results) < len(chosen) * options.trials:
            print(
                "The server reads the 19 tools once, which is not counted: minutes on a small machine.",
                flush=True,
            )
            await solve(chosen[0], setup._replace(seconds=PATIENCE), decider)
        for number, wanted in enumerate(chosen, 1):
            done = sum(one.request == wanted.request and one.workflow == wanted.workflow for one in results)
            for trial in range(done, options.trials):
                if time.monotonic() > ends:
                    return results
                asked.clear()
                result = counted(await solve(wanted, setup, decider), asked)
                results.append(result)
                keep(file, results)
                sys.stdout.write(f"{number}/{len(chosen)}.{trial + 1} {line(result)}")
                sys.stdout.flush()
    return results


def show(title: str, results: Sequence[Judged]) -> None:
    """The table of the README."""
    rows: list[list[object]] = []
    for name in [*dict.fromkeys(result.workflow for result in results), "all"]:
        of = [result for result in results if name in ("all", result.workflow)]
        solved = sum(one.verdict is Verdict.SOLVED for one in of)
        answers = sum(one.readings + one.own for one in of)
        rows.append(
            [
                name,
                len({(one.workflow, one.request) for one in of}),
                len(of),
                f"{solved} ({solved / len(of):.0%})",
                f"{sum(one.verdict is Verdict.UNSOLVED for one in of)} ({sum(one.ended == 'time' for one in of)} out of time)",
                sum(one.verdict is Verdict.WRONG_WRITE for one in of),
                f"{sum(one.usage.calls for one in of) / len(of):.1f}",
                f"{sum(one.usage.input_tokens for one in of) / len(of):,.0f}",
                f"{median([one.seconds for one in of]):.1f}",
                f"{sum(one.own for one in of) / answers:.0%}" if answers else "-",
            ]
        )
    columns = [
        "workflow", "requests", "trials", "solved", "not solved", "wrong writes", "model calls a trial",
        "tokens in a trial", "seconds, median", "answers of its own",
    ]  # fmt: skip
    print_table(title, columns, rows)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks small_models", description=__doc__)
    parser.add_argument("--model", type=Path, help="a GGUF file")
    parser.add_argument("--agent", action="store_true", help="the free agent instead of the graphs")
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=90.0, help="limit of one trial (90)")
    parser.add_argument("--minutes", type=float, default=600.0, help="limit of the whole (600)")
    parser.add_argument(
        "--out", type=Path, help="where trials are kept; in the folder for temporary files without it"
    )
    options = parser.parse_args(argv)
    if options.model is None:
        print(
            "No model is named, so nothing is measured: python -m benchmarks small_models --model FILE.gguf"
        )
        return 0
    side = "agent" if options.agent else "graphs"
    file = options.out or Path(tempfile.gettempdir()) / f"small_models.{options.model.stem}.{side}.json"
    try:
        results = asyncio.run(measure(options, file))
    except ModelFailed as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nInterrupted. What was tried is in {file}; the same command goes on from there.")
        results = kept(file)
    if not results:
        return 130
    show(f"{options.model.stem}, {'a free agent' if options.agent else 'the graphs'}", results)
    print(f"\nEvery trial: {file}")
    return 1 if any(one.verdict is Verdict.WRONG_WRITE for one in results) and not options.agent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
