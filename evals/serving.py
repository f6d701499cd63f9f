"""Servers that a recording starts for itself: prepared answers, and weights on this machine. Real HTTP on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.errors import Usage
from evals.scene import ModelPlace
from evals.session import Origin, read_session
from evals.tape import Sides

if TYPE_CHECKING:
    from agents.scripted import ScriptedModel

ROOT = Path(__file__).parent


def _found(name: str) -> Path:
    """A file as named, from here or from the folder of this package."""
    for path in (Path(name), ROOT / name):
        if path.is_file():
            return path
    raise Usage(f"--model: the file {name} is missing.")


def _place(url: str, origin: Origin, key: str, player: Any = None) -> ModelPlace:
    """The server's address as the protocol's SDK wants it: Anthropic's adds `/v1` itself."""
    base = url.removesuffix("/v1") if origin.protocol == "anthropic-messages" else url
    return ModelPlace(
        base,
        key=key,
        name=origin.model,
        protocol=origin.protocol,
        small=origin.decider == "local",
        player=player,
    )


def _like(named: str) -> dict[str, Any]:
    """The answers of a recorded session as a script. `?first=FAULT` puts a fault before each, `?always=FAULT` plays nothing else.

    A fault is one of the scripted model's, or `nonsense`: JSON of another form.
    """
    name, _, option = named.removeprefix("like:").partition("?")
    how, _, fault = option.partition("=")
    root = ROOT / "sessions"
    if not (root / name / "session.yaml").is_file():
        raise Usage(f"--model: there is no session {name} to take answers from.")
    session = read_session(root / name, Sides(root))
    step: dict[str, Any] = {"json": {"nonsense": True}} if fault == "nonsense" else {"fault": fault}
    if how == "always":
        return {"answers": [step], "when_used_up": "last"}
    questions: dict[str, list[dict[str, Any]]] = {}
    for question in session.questions:
        if question.answer is not None:
            steps = questions.setdefault(question.name, [])
            steps += [*([step] if how == "first" else []), {"json": question.answer}]
    return {"questions": questions}


@asynccontextmanager
async def serve_scripted(script: str, origin: Origin) -> AsyncIterator[ModelPlace]:
    """A model that plays the answers of a file, with `like:WORKFLOW/TITLE` those of a recorded session, with `path:WORKFLOW` an agent's calls."""
    async with _player(script).serving() as server:
        yield _place(server.url, origin, "scripted-model-needs-no-key", server)


def _player(script: str) -> ScriptedModel:
    from agents.scripted import Script, ScriptedModel, read_script

    if script.startswith("path:"):
        from evals.baselines.paths import TASKS, Perfect

        found = [task for task in TASKS if task.workflow == script.removeprefix("path:")]
        if not found:
            raise Usage(f"--model: no path of calls is written for {script.removeprefix('path:')!r}.")
        return Perfect(found[0].path)
    answers = _like(script) if script.startswith("like:") else None
    return ScriptedModel(read_script(_found(script)) if answers is None else Script.model_validate(answers))


@asynccontextmanager
async def serve_local(weights: str, origin: Origin) -> AsyncIterator[ModelPlace]:
    """A model that runs on this machine. Raises Usage when its weights, or what runs them, are missing."""
    from agents.errors import AgentError
    from agents.local import local_server

    async with AsyncExitStack() as stack:
        try:
            server = await stack.enter_async_context(local_server(Path(weights)))
        except AgentError as lacking:
            raise Usage(f"--model local:{weights}: {lacking}") from None
        yield _place(f"{server.url}/v1", origin, server.key)
