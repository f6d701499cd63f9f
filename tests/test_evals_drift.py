"""Whatever drifts turns a session red and is named: a word, a description, an argument, a value, an edge, a schema, a model, a call."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from triage_world import PROJECT, ROOT, change, copied, importable

from evals.deck import Mode
from evals.replay import replay_folder
from evals.scores import Result, State

MUTATIONS = yaml.safe_load((PROJECT / "drifts.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    with importable(copied(tmp_path / "project")) as folder:
        yield folder


def replay(project: Path, mode: Mode = Mode.TAPE, title: str = "charged_twice") -> Result:
    return replay_folder(project / "sessions" / "triage" / title, mode)


@pytest.mark.parametrize("mode", [Mode.TAPE, Mode.WORLD])
@pytest.mark.parametrize("title", ["charged_twice", "denied"])
def test_an_unchanged_app_passes(project: Path, mode: Mode, title: str) -> None:
    result = replay(project, mode, title)
    assert (result.state, result.drift, result.error) == (State.PASSED, "", "")
    assert {score.name for score in result.scores if score.state is State.PASSED} >= {
        "tool_path",
        "node_path",
        "approval_first",
    }


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_change_is_drift_and_is_named(project: Path, name: str) -> None:
    drift = MUTATIONS[name]
    change(project / drift["file"], drift["old"], drift["new"])
    result = replay(project, Mode(drift.get("mode", "tape")))
    assert result.state is State.DRIFT
    assert re.search(drift["names"], result.drift), result.drift


def test_a_replay_cannot_reach_the_network(project: Path) -> None:
    path = project / "triage.py"
    text = path.read_text(encoding="utf-8").replace(
        "        hours = await call",
        '        import socket\n\n        socket.create_connection(("127.0.0.1", 9))\n        hours = await call',
    )
    path.write_text(text, encoding="utf-8")
    result = replay(project)
    assert result.state is State.DRIFT
    assert "A replay does not use the network, but something connected to 127.0.0.1" in result.drift


def test_the_verdict_is_the_same_whatever_the_clock_zone_locale_hashes_and_folder(project: Path) -> None:
    """One process of its own: these are read when an interpreter starts."""
    odd = {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "LANG": "C",
        "PYTHONUTF8": "0",
        "PYTHONHASHSEED": "4711",
        "COLUMNS": "40",
    }
    environment = {**os.environ, **odd, "PYTHONPATH": f"{project}{os.pathsep}{ROOT}"}
    sessions = ["--sessions", str(project / "sessions")]
    command = [sys.executable, "-m", "evals.run", *sessions, "--workers", "1", "--json", "r.json"]
    done = subprocess.run(
        command, cwd=project.parent, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((project.parent / "r.json").read_text(encoding="utf-8"))
    assert [one["state"] for one in report["results"]] == ["passed", "passed"]
