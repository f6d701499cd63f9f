"""A node of a recorded session is run without the rest: it fails for its own changes, and for nobody else's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from triage_world import change as replace_in
from triage_world import copied, forget, importable

from evals import nodes
from evals import run as evaluate
from evals.errors import Usage
from evals.nodes import find_cases, replay_node
from evals.recording import SESSIONS
from evals.scores import State
from evals.session import find_sessions

CASES = [case for folder in find_sessions(SESSIONS) for case in find_cases(folder)]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    with importable(copied(tmp_path / "project")) as folder:
        yield folder


def test_every_workflow_has_a_kept_node_and_all_come_out_as_recorded() -> None:
    assert {case.parents[2].name for case in CASES} == {
        "audit_integrations",
        "build_analysis",
        "docs_qa",
        "run_and_inspect",
        "tidy_notebook",
    }
    found = {str(case): replay_node(case) for case in CASES}
    assert {name: one.drift for name, one in found.items() if one.state is not State.PASSED} == {}


def keep(project: Path, node: str, title: str = "charged_twice") -> Path:
    assert nodes.main([f"triage/{title}", node, "--sessions", str(project / "sessions")]) == 0
    return project / "sessions" / "triage" / title / "nodes" / f"{node}.yaml"


def change(project: Path, old: str, new: str) -> None:
    replace_in(project / "triage.py", old, new)


def test_a_node_fails_for_its_own_change_and_not_for_one_before_it(project: Path) -> None:
    kept = {node: keep(project, node) for node in ("look", "label", "approve", "file")}
    change(project, 'hours = await call("office_hours")', 'hours = {"open": True}')
    said = {node: replay_node(path).drift for node, path in kept.items()}
    assert said["look"].startswith("Dropped: the mcp request office_hours")
    assert {said[node] for node in ("label", "approve", "file")} == {""}
    forget()
    change(project, "fits best", "fits better")
    said = {node: replay_node(path).drift for node, path in kept.items()}
    assert (
        "messages[0].content line 2: recorded …'oose the queue whose description fits best.'" in said["label"]
    )
    assert {said["approve"], said["file"]} == {""}


def test_where_a_node_leads_and_what_it_was_answered_belong_to_it(project: Path) -> None:
    yes, no = keep(project, "approve"), keep(project, "approve", "denied")
    assert "next:\n- file" in yes.read_text()
    assert "next" not in no.read_text()
    change(project, 'lambda state: "file" if state["approved"] else END', 'lambda state: "file"')
    assert replay_node(yes).state is State.PASSED
    assert replay_node(no).drift == "approve.next[0]: recorded (nothing), got 'file'"


def test_a_node_that_is_gone_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = keep(project, "label")
    change(project, "for node in (look, label, approve, file)", "for node in (look, approve, file)")
    change(
        project, "    graph.add_edge(START", '    graph.add_node("name_it", label)\n    graph.add_edge(START'
    )
    change(project, 'add_edge("look", "label")', 'add_edge("look", "name_it")')
    change(project, 'add_edge("label", "approve")', 'add_edge("name_it", "approve")')
    with pytest.raises(
        Usage, match=r"label\.yaml: The graph has no node 'label'. It has: look, approve, file, name_it"
    ):
        replay_node(path)
    assert nodes.main(["triage/charged_twice", "wait", "--sessions", str(project / "sessions")]) in (2, 3)
    assert nodes.main(["triage", "label", "--sessions", str(project / "sessions")]) == 2
    assert "'triage' names 2 sessions" in capsys.readouterr().err


def test_a_kept_node_is_run_from_the_command_line_and_is_kept_through_a_new_recording(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = keep(project, "label")
    monkeypatch.chdir(project)
    common = ["charged", "--sessions", "sessions", "--workers", "1"]
    assert evaluate.main([*common, "--node", "label"]) == 0
    assert "triage/charged_twice:label" in capsys.readouterr().out
    assert evaluate.main([*common, "--node", "wait"]) == 2
    assert "No session here has a kept node 'wait'" in capsys.readouterr().err
    change(project, "fits best", "fits better")
    assert evaluate.main([*common, "--node", "label"]) == 3
    forget()
    assert evaluate.main([*common, "--accept", "--yes"]) == 0
    assert path.exists()
    assert replay_node(path).state is State.PASSED
