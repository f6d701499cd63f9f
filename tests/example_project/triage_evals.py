"""All it takes to put the triage graph under the harness."""

from desk import open_desk
from triage import build

from evals import GraphApp, Scene


def start(scene: Scene) -> tuple[object, dict[str, str]]:
    assert scene.model is not None
    model, desk = scene.model, scene.workspace
    return build(model.url, model.key, model.name, desk.url, desk.key), {"text": scene.request}


app = GraphApp(
    start,
    outcome=lambda state: {"queue": state["queue"], "number": state.get("number")},
    open_world=open_desk,
)
