"""What one command runs: sessions times modes, models, ways and trials; or single questions and nodes of them."""

import argparse
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from evals.errors import Usage
from evals.session import read_session
from evals.suite import Task
from evals.tape import Sides

MODES = ("tape", "world", "live", "verify")
WAYS = ("graph", "agent")


def tasks_for(
    options: argparse.Namespace, folders: list[Path], root: Path, tell: Callable[[str], None]
) -> list[Task]:
    """The tasks of a command line, sessions by name. Raises Usage for options that do not go together."""
    modes = _chosen("--mode", options.mode, MODES)
    ways = _chosen("--ways", options.ways, WAYS)
    models = [name for name in options.models.split(",") if name] or [None]
    if models != [None] and modes != ["live"]:
        raise Usage("--models needs --mode live: a tape holds the answers of one model.")
    if ways != ["graph"] and modes != ["live"]:
        raise Usage("--ways needs --mode live: a tape holds one way through a request.")
    if options.trials < 1:
        raise Usage("--trials is at least 1.")
    if options.node is not None:
        return _nodes(options.node, folders, root)
    judged = options.judge is not None
    tasks = [
        Task(folder, root, mode, trial, model=model, question=options.step, way=way, judged=judged)
        for folder in folders
        for mode in modes
        for model in models
        for way in ways
        for trial in range(1, options.trials + 1)
    ]
    return _for_both(tasks, root, tell) if "agent" in ways else tasks


def _chosen(option: str, named: str, known: tuple[str, ...]) -> list[str]:
    chosen = named.split(",")
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise Usage(f"{option} {unknown[0]!r} is not known. There are: {', '.join(known)}.")
    return chosen


def _nodes(named: str, folders: list[Path], root: Path) -> list[Task]:
    from evals.nodes import find_cases

    tasks = [
        Task(folder, root, "node", case=case) for folder in folders for case in find_cases(folder, named)
    ]
    if not tasks:
        raise Usage(
            f"No session here has a kept node {named!r}. Keep one: python -m evals.nodes WORKFLOW/TITLE NODE"
        )
    return tasks


def _for_both(tasks: list[Task], root: Path, tell: Callable[[str], None]) -> list[Task]:
    """Only what an agent can be given: both ways answer the same requests, so that they can be compared."""
    from evals.baselines.agent import why_not

    sides = Sides(root)
    reasons: dict[tuple[Path, str | None], str] = {}
    for task in tasks:
        key = (task.folder, task.model)
        if key not in reasons:
            reasons[key] = why_not(read_session(task.folder, sides), task.model)
    for reason, count in Counter(reason for reason in reasons.values() if reason).most_common():
        tell(f"{count} left out: {reason}.")
    kept = [task for task in tasks if not reasons[task.folder, task.model]]
    if not kept:
        raise Usage("None of these can be put to the agent. Name models: --models scripted, or openai:NAME.")
    return kept


__all__ = ["MODES", "tasks_for"]
