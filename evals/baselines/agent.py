"""The baseline agent as an app of the harness, so that one run compares it with the graphs: same requests, same world, same model."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from evals.alone import Alone
from evals.baselines.paths import Perfect, path_of
from evals.baselines.react import react
from evals.errors import Usage
from evals.scene import Scene, Wanted, WorldServer
from evals.scorers import scorers_for
from evals.scores import Scorer
from evals.session import Session

STATUS = {"answered": "done", "error": "failed"}
"""Everything else is a limit that was reached."""
PATIENCE = 600.0
"""Seconds that a model may take to answer, as for the graphs."""


class AgentApp:
    """LangChain's `create_agent` with all documented tools."""

    async def run(self, scene: Scene) -> Any:
        """Status and answer; an agent makes no claims and keeps no journal."""
        from agents.models import hosted_model
        from agents.session import Target, open_session

        if scene.model is None:
            raise Usage("An agent needs a model: name some with --models.")
        provider = "anthropic" if scene.model.protocol == "anthropic-messages" else "openai"
        place = scene.workspace
        opened = hosted_model(
            provider,
            scene.model.name,
            base_url=scene.model.url,
            key=scene.model.key,
            retries=0,
            timeout=PATIENCE,
        )
        target = Target(url=place.url, key=place.key, app=place.app)
        async with open_session(target, sleep=scene.clock.sleep) as session, opened as (model, _settings):
            if isinstance(scene.model.player, Perfect):
                scene.model.player.session = session
            result = await react(scene.request, model=model, session=session)
        return {"status": STATUS.get(result.ended, "out_of_budget"), "answer": result.answer}

    async def node(self, scene: Scene, name: str, state: Mapping[str, Any]) -> Alone:
        raise Usage("An agent has no nodes of its own.")

    def world(self, wanted: Wanted) -> AbstractAsyncContextManager[WorldServer] | None:
        """The same world as the graphs'."""
        from evals.world import open_world

        world: AbstractAsyncContextManager[WorldServer] = open_world(wanted)
        return world


SCORED = ("status", "same_places")
"""An agent has no nodes, makes no claims and takes a path of its own."""
HELD_TO = frozenset({"world_has", "answer_contains", "answer_lacks", "answer_matches"})
"""What a session asks for that an agent can be held to as well."""


def scorers_of(session: Session) -> list[Scorer]:
    """What judges the agent. A scripted one speaks a fixed sentence, so its words are not judged."""
    allowed = {"world_has"} if session.origin.decider == "scripted" else HELD_TO
    return scorers_for(session.expect, session.name, usual=SCORED, allowed=allowed)


def why_not(session: Session, model: str | None) -> str:
    """Why a session cannot be put to the agent; an empty text when it can."""
    status = session.outcome.get("status") if isinstance(session.outcome, dict) else None
    if session.app != "evals.ours:app":
        return "its app is not one of the workflows"
    if status not in ("done", "nothing_to_do"):
        return f"it ends as {status}"
    if session.inputs or any(str(reply).lower() != "yes" for reply in session.replies):
        return "it turns on an option or an answer that only a graph takes"
    if model == "offline" or (model is None and session.origin.decider == "rules"):
        return "it is answered by rules"
    if model == "scripted" and path_of(session.request) is None:
        return "no path of calls is written for its request"
    return ""
