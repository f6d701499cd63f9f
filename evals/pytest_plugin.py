"""`pytest --evals`: every `session.yaml` becomes a test that replays it from its tape, every kept node one that runs it alone."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("evals", "recorded sessions")
    group.addoption("--evals", action="store_true", help="collect recorded sessions (session.yaml) as tests")
    group.addoption(
        "--evals-mode",
        default="tape",
        choices=["tape", "world"],
        help="replay from the tape (default), or in a fresh world",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A session's folder and its kept nodes are files to collect, where `--evals` is given."""
    node = file_path.parent.name == "nodes" and (file_path.parent.parent / "session.yaml").exists()
    if parent.config.getoption("--evals") and (file_path.name == "session.yaml" or node):
        collector: pytest.Collector = SessionFile.from_parent(parent, path=file_path)
        return collector
    return None


class SessionFile(pytest.File):
    """One recorded session, or one node of it."""

    def collect(self) -> Iterable[pytest.Item]:
        node = self.path.stem if self.path.name != "session.yaml" else ""
        folder = self.path.parent.parent if node else self.path.parent
        name = f"{folder.parent.name}/{folder.name}"
        yield SessionItem.from_parent(self, name=f"{name}:{node}" if node else name)


class NotAsRecorded(Exception):
    """A session failed or drifted; carries its result."""

    def __init__(self, result: Any) -> None:
        super().__init__(result.drift or result.error or result.state)
        self.result = result


class SessionItem(pytest.Item):
    """Replays the session, or runs the node, when the test runs."""

    def runtest(self) -> None:
        """Raises NotAsRecorded; Usage when the session's files are wrong."""
        from evals.deck import Mode
        from evals.nodes import replay_node
        from evals.replay import replay_folder
        from evals.scores import State

        if self.path.name == "session.yaml":
            result = replay_folder(self.path.parent, Mode(self.config.getoption("--evals-mode")))
        else:
            result = replay_node(self.path)
        if result.state is not State.PASSED:
            raise NotAsRecorded(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The drift or the failed scores, instead of a traceback."""
        from evals.errors import EvalError

        if isinstance(excinfo.value, EvalError):
            return str(excinfo.value)
        if not isinstance(excinfo.value, NotAsRecorded):
            return super().repr_failure(excinfo, style)
        result = excinfo.value.result
        lines = [f"{result.session}: {result.state}", result.drift or result.error]
        lines += [f"{score.name}: {score.reason}" for score in result.scores if score.state == "failed"]
        return "\n".join(line for line in lines if line)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"session {self.name}"
