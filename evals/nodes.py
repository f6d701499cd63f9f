"""Node cases: one node of a graph on the state that a recorded session gave it, without the rest of the run.

`python -m evals.nodes SESSION NODE` keeps one, from the session's tape; `python -m evals.run SESSION --node NODE` and `pytest --evals`
run it. A case stands in `nodes/NODE.yaml` of the session's folder (`NODE.2.yaml` for the second time that the node ran).
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from pydantic import Field

from evals.alone import Alone, plain
from evals.apps import load_app
from evals.deck import Deck, Mode
from evals.drift import drift_of, node_drift
from evals.errors import Drift, EvalError, Usage
from evals.running import Run, run_session
from evals.scene import App, Scene, Wanted
from evals.scores import Result, State, Step
from evals.session import (
    FOLDER_HELP,
    SESSION,
    TAPE,
    Session,
    Strict,
    find_sessions,
    read_model,
    read_session,
    sessions_folder,
)
from evals.tape import Interaction, Sides, dump_yaml, load, write_whole

FOLDER = "nodes"


class NodeCase(Strict):
    """One node, the state it is given, and what it made of it."""

    format: int = 1
    node: str
    time: int = 1
    """Which execution of the node in its session."""
    state: dict[str, Any] = Field(default_factory=dict)
    """Fields that differ from the schema's defaults; long ones stand in side files."""
    replies: list[Any] = Field(default_factory=list)
    interactions: list[int] = Field(default_factory=list)
    """Recordings of the session's tape that belong to it, counted from 1."""
    update: Any = None
    next: list[str] = Field(default_factory=list)

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.node}.yaml" if self.time == 1 else f"{self.node}.{self.time}.yaml"


class OneNode:
    """The session's app, of which only one node is run."""

    def __init__(self, app: App, case: NodeCase) -> None:
        self._app, self._case = app, case

    async def run(self, scene: Scene) -> Any:
        """Update and next nodes as JSON."""
        return (await self.node(scene, self._case.node, self._case.state))._asdict()

    async def node(self, scene: Scene, name: str, state: Mapping[str, Any]) -> Alone:
        return await self._app.node(scene, name, state)

    def world(self, wanted: Wanted) -> None:
        return None


def find_cases(folder: Path, pattern: str = "*") -> list[Path]:
    """The kept cases of a session, by a node's name or a glob."""
    found = sorted((folder / FOLDER).glob("*.yaml"))
    return [path for path in found if fnmatch(path.stem, pattern) or path.stem.partition(".")[0] == pattern]


def replay_node(path: Path, root: Path | None = None) -> Result:
    """Run a kept case from its session's tape. Raises Usage when its files are wrong."""
    folder = path.parent.parent
    sides = Sides(root or folder.parent.parent)
    session = read_session(folder, sides)
    case = _read(path, sides)
    tape = load(folder / TAPE, sides)
    run = asyncio.run(run_case(session, tape, case, load_app(session.app, folder / SESSION)))
    if isinstance(run.failure, Usage):
        raise Usage(f"{path}: {run.failure}")
    drift = node_drift(run, {"update": case.update, "next": case.next}, case.node)
    seen = run.seen()
    return Result(
        session=f"{session.name}:{path.stem}",
        workflow=session.workflow,
        about=session.about,
        request=session.request,
        mode="node",
        model=session.origin.model,
        state=State.DRIFT if drift else State.PASSED,
        drift=drift or "",
        timeline=[Step(kind=event.kind, name=event.name) for event in run.scene.trace.events],
        tool_calls=len(seen.calls),
        model_calls=seen.tokens.calls,
        input_tokens=seen.tokens.input,
        output_tokens=seen.tokens.output,
        seconds=round(run.seconds, 4),
    )


async def run_case(session: Session, tape: list[Interaction], case: NodeCase, app: App | None = None) -> Run:
    """One node on its part of the tape; connecting is part of each."""
    alone = OneNode(app or load_app(session.app), case)
    return await run_session(
        session.model_copy(update={"replies": case.replies}), _part(tape, case), Mode.TAPE, alone
    )


def _part(tape: list[Interaction], case: NodeCase) -> list[Interaction]:
    handshakes = [n for n, one in enumerate(Deck(Mode.TAPE, tape).recorded()) if one.meaning.handshake]
    kept = sorted({*handshakes, *(n - 1 for n in case.interactions if n <= len(tape))})
    return [tape[n]._replace(after=sum(other < tape[n].after for other in kept)) for n in kept]


async def keep(
    session: Session, tape: list[Interaction], node: str, time: int = 1, app: App | None = None
) -> NodeCase:
    """The case of a node, from a replay of its session. Raises Drift when the session or the node alone does not come out as recorded."""
    whole = await run_session(session, tape, Mode.TAPE, app)
    drift = drift_of(whole, whole.seen(), tape)
    if drift:
        raise Drift(f"{session.name} has left its tape, so no state of it can be kept. {drift}")
    steps = [step for step in whole.scene.trace.steps if step.node == node]
    if len(steps) < time:
        known = ", ".join(dict.fromkeys(step.node for step in whole.scene.trace.steps))
        what = f"ran {len(steps)} times" if steps else "did not run"
        raise Usage(f"{session.name}: the node {node!r} {what} in it. These did: {known}.")
    step = steps[time - 1]
    case = NodeCase(
        node=node,
        time=time,
        state=plain(step.given),
        replies=session.replies[step.answered : step.answers],
        interactions=sorted(n + 1 for n in set(whole.deck.order[step.first : step.last])),
        update=plain(step.made),
    )
    alone = await run_case(session, tape, case, app)
    case = case.model_copy(update={"next": (alone.outcome or {}).get("next", [])})
    wrong = node_drift(alone, {"update": case.update, "next": case.next}, node)
    if wrong:
        raise Drift(f"{session.name}: the node {node} does not come out alone as it did in the run. {wrong}")
    return case


def case_text(case: NodeCase, sides: Sides) -> str:
    """The text of a case's file."""
    content = case.model_dump(mode="json", exclude_defaults=True)
    content["state"] = {name: sides.put(value) for name, value in case.state.items()}
    if isinstance(case.update, dict):
        content["update"] = {name: sides.put(value) for name, value in case.update.items()}
    return dump_yaml({"format": 1, **content})


async def kept_again(folder: Path, session: Session, tape: list[Interaction]) -> dict[str, NodeCase]:
    """The cases of a session that is recorded again, by file name. A node that is gone, or goes another way, takes its case along."""
    again: dict[str, NodeCase] = {}
    for path in find_cases(folder):
        node, _, time = path.stem.partition(".")
        try:
            again[path.name] = await keep(session, tape, node, int(time or 1))
        except EvalError as gone:
            sys.stderr.write(f"{path}: is not kept. {gone}\n")
    return again


def _read(path: Path, sides: Sides) -> NodeCase:
    case = read_model(path, NodeCase, "Correct it, or keep it again: python -m evals.nodes SESSION NODE.")
    update = case.update
    if isinstance(update, dict):
        update = {name: sides.get(value, path) for name, value in update.items()}
    state = {name: sides.get(value, path) for name, value in case.state.items()}
    return case.model_copy(update={"state": state, "update": update})


def main(argv: list[str] | None = None) -> int:
    """Keep a node of a session, or list its nodes; 2 when there is none, 3 when it has left its tape."""
    from evals.recording import alone

    parser = argparse.ArgumentParser(prog="python -m evals.nodes", description=__doc__)
    parser.add_argument("session", help="WORKFLOW/TITLE")
    parser.add_argument(
        "node", nargs="?", help="the node to keep; all that ran are listed when it is left out"
    )
    parser.add_argument("--time", type=int, default=1, metavar="N", help="its Nth execution (default 1)")
    parser.add_argument("--sessions", type=Path, help=FOLDER_HELP)
    options = parser.parse_args(argv)
    try:
        folders = find_sessions(sessions_folder(options.sessions), options.session)
        if len(folders) != 1:
            raise Usage(
                f"{options.session!r} names {len(folders)} sessions; name one of: python -m evals.run --list"
            )
        folder = folders[0]
        sides = Sides(folder.parent.parent)
        session, tape = read_session(folder, sides), load(folder / TAPE, sides)
        if options.node is None:
            return _list(session, tape)
        with alone(folder.parent.parent):
            case = asyncio.run(keep(session, tape, options.node, options.time))
            (folder / FOLDER).mkdir(exist_ok=True)
            write_whole(folder / FOLDER / case.file, case_text(case, sides))
    except Usage as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    except EvalError as failed:
        sys.stderr.write(f"{failed}\n")
        return 3
    sys.stdout.write(
        f"Kept {folder / FOLDER / case.file}. Run it: python -m evals.run {session.name} --node {case.node}\n"
    )
    return 0


def _list(session: Session, tape: list[Interaction]) -> int:
    run = asyncio.run(run_session(session, tape, Mode.TAPE))
    for step in run.scene.trace.steps:
        sys.stdout.write(f"{step.node:24} {step.last - step.first} requests\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
