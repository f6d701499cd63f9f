"""Whatever drifts turns a session red and is named: a word, a description, an argument, a value, an edge, a schema, a model, a call."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from evals.deck import Mode
from evals.replay import replay_folder
from evals.scores import Result, State

PROJECT = Path(__file__).parent / "example_project"


class Mutation(NamedTuple):
    file: str
    old: str
    new: str
    names: str
    """What the verdict must name."""
    mode: Mode = Mode.TAPE


MUTATIONS = {
    "one word in a prompt": Mutation("triage.py", "fits best", "fits better", r"messages\[0\]\.content line 2: recorded .*fits best.* got .*fits better"),
    "a tool's description": Mutation("desk.py", "File a ticket into", "Put a ticket into", r"tools\.file_ticket\.description: recorded 'File a ticket into a queue\.', got 'Put", Mode.WORLD),
    "an argument": Mutation("triage.py", 'text=state["text"])', 'text=state["text"].upper())', r"params\.arguments\.text: recorded 'I was charged twice in May\.', got 'I WAS"),
    "one value of a tool's result": Mutation("desk.py", "refunds, prices", "refunds, fees", r"calls\[0\] list_queues\.result\.result\[0\]\.about: recorded 'invoices, refunds, prices', got", Mode.WORLD),
    "one value of a tool's result on the tape": Mutation("sessions/triage/charged_twice/tape.yaml", "number: 101", "number: 102", r"calls\[2\] file_ticket\.result\.number: recorded 101, got 102"),
    "an edge of a graph": Mutation("triage.py", 'add_edge("label", "approve")', 'add_edge("label", "file")', r"nodes\[2\]: recorded 'approve', got 'file'"),
    "a field of a schema": Mutation("triage.py", "    queue: str\n\n\nclass Ticket", "    queue: str\n    why: str = ''\n\n\nclass Ticket", r"response_format\.json_schema\.schema\.properties\.why: recorded \(nothing\)"),
    "a model name": Mutation("triage.py", "ChatOpenAI(model=model,", 'ChatOpenAI(model=model + "-mini",', r"model: recorded 'scripted', got 'scripted-mini'"),
    "a dropped call": Mutation("triage.py", 'hours = await call("office_hours")', 'hours = {"open": True}', r"calls\[1\]: Dropped: office_hours"),
    "an added call": Mutation("triage.py", 'hours = await call("office_hours")', 'hours = await call("office_hours")\n        await call("office_hours")', r"An added mcp request office_hours"),
    "swapped calls": Mutation("triage.py", 'queues = await call("list_queues")\n        hours = await call("office_hours")', 'hours = await call("office_hours")\n        queues = await call("list_queues")', r"calls\[0\]: Swapped: office_hours came before list_queues"),
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the example project, importable until the test ends."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield folder
    for name in ("triage", "triage_evals", "desk"):
        sys.modules.pop(name, None)


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
    change = MUTATIONS[name]
    path = project / change.file
    text = path.read_text(encoding="utf-8")
    assert text.count(change.old) == 1
    path.write_text(text.replace(change.old, change.new), encoding="utf-8")
    result = replay(project, change.mode)
    assert result.state is State.DRIFT
    assert re.search(change.names, result.drift), result.drift


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


def test_the_verdict_is_the_same_whatever_the_clock_zone_and_locale(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for zone, locale in (("Pacific/Kiritimati", "C"), ("America/St_Johns", "de_DE.UTF-8")):
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("LC_ALL", locale)
        assert replay(project).state is State.PASSED
