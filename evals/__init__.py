"""Is it still right? Record real sessions, replay them without a key or a network, score path and end state."""

from evals.errors import Drift, EvalError, Infrastructure, Usage
from evals.scene import App, GraphApp, ModelPlace, Place, Scene, Trace
from evals.scores import Result, Score, Scorer, Seen, State
from evals.session import Session

__all__ = [
    "App",
    "Drift",
    "EvalError",
    "GraphApp",
    "Infrastructure",
    "ModelPlace",
    "Place",
    "Result",
    "Scene",
    "Score",
    "Scorer",
    "Seen",
    "Session",
    "State",
    "Trace",
    "Usage",
]
