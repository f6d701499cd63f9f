"""`pytest --evals`: every `session.yaml` becomes a test that replays it from its tape."""

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
    """A session folder is a file to collect, where `--evals` is given."""
    if file_path.name == "session.yaml" and parent.config.getoption("--evals"):
        collector: pytest.Collector = SessionFile.from_parent(parent, path=file_path)
        return collector
    return None


class SessionFile(pytest.File):
    """One recorded session."""

    def collect(self) -> Iterable[pytest.Item]:
        yield SessionItem.from_parent(self, name=f"{self.path.parent.parent.name}/{self.path.parent.name}")


class NotAsRecorded(Exception):
    """A session failed or drifted; carries its result."""

    def __init__(self, result: Any) -> None:
        super().__init__(result.drift or result.error or result.state)
        self.result = result


class SessionItem(pytest.Item):
    """Replays the session when the test runs."""

    def runtest(self) -> None:
        """Raises NotAsRecorded; Usage when the session's files are wrong."""
        from evals.deck import Mode
        from evals.replay import replay_folder
        from evals.scores import State

        result = replay_folder(self.path.parent, Mode(self.config.getoption("--evals-mode")))
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
