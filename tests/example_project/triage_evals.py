"""All it takes to put the triage graph under the harness."""

from desk import open_desk
from triage import build

from evals import GraphApp, Scene


def start(scene: Scene) -> tuple[object, dict[str, str]]:
    assert scene.model is not None
    graph = build(
        scene.model.url, scene.model.key, scene.model.name, scene.workspace.url, scene.workspace.key
    )
    return graph, {"text": scene.request}


app = GraphApp(
    start,
    outcome=lambda state: {"queue": state["queue"], "number": state.get("number")},
    open_world=open_desk,
)
