"""Our own suite: what it covers, that a changed prompt is found to its file and line, and that sessions hold in a fresh world."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from evals import run as evaluate
from evals.calls import contract
from evals.canonical import digest
from evals.deck import Deck, Mode
from evals.record_suite import SUITE, Suite, sessions_of
from evals.recording import SESSIONS, unused_bodies
from evals.replay import replay_folder
from evals.scores import State
from evals.session import Session, find_sessions, read_model, read_session
from evals.steps import replay_step
from evals.tape import Sides, load

ROOT = Path(__file__).parent.parent
FOLDERS = find_sessions(SESSIONS)


@pytest.fixture(scope="module")
def sessions() -> list[Session]:
    sides = Sides(SESSIONS)
    return [read_session(folder, sides) for folder in FOLDERS]


def test_the_suite_covers_every_workflow_and_every_way_of_answering(sessions: list[Session]) -> None:
    assert len(sessions) >= 60
    assert {session.workflow for session in sessions} >= {
        "build_analysis",
        "run_and_inspect",
        "audit_integrations",
        "tidy_notebook",
        "docs_qa",
    }
    assert {session.origin.decider for session in sessions} >= {"rules", "scripted"}
    assert {session.origin.protocol for session in sessions} >= {"none", "openai-chat", "anthropic-messages"}
    statuses = Counter(session.outcome["status"] for session in sessions)
    assert {"done", "denied", "refused", "planned", "needs_answer", "failed", "out_of_budget"} <= set(
        statuses
    )
    assert any("stop_after" in session.inputs for session in sessions)
    assert all(session.about for session in sessions)


def test_every_session_is_one_of_the_list_it_is_recorded_from(sessions: list[Session]) -> None:
    listed = {session.name: session for session in sessions_of(read_model(SUITE, Suite, ""))}
    for session in sessions:
        assert (session.name, session.request, session.about) == (
            session.name,
            listed[session.name].request,
            listed[session.name].about,
        )


def test_no_side_file_is_left_over_and_tapes_stay_small() -> None:
    assert unused_bodies(SESSIONS) == []
    assert [str(path) for path in SESSIONS.rglob("tape.yaml") if path.stat().st_size > 300_000] == []


def test_each_process_of_a_run_opens_one_session_and_all_were_offered_the_same_tools(
    sessions: list[Session],
) -> None:
    sides = Sides(SESSIONS)
    offered: dict[str, list[str]] = {}
    for folder, session in zip(FOLDERS, sessions, strict=True):
        exchanges = Deck(Mode.TAPE, load(folder / "tape.yaml", sides)).recorded()
        opened = [one for one in exchanges if one.meaning.what == "initialize"]
        assert len(opened) <= 1 + len(session.inputs.get("stop_after", [])), session.name
        offered.setdefault(digest(contract(exchanges)), []).append(session.name)
    assert len(offered) == 1, offered


@pytest.mark.parametrize(
    "name",
    [
        "tidy_notebook/scratchpad",
        "audit_integrations/snowflake",
        "docs_qa/scripted_openai",
        "build_analysis/denied",
        "run_and_inspect/denied",
        "ask/docs",
    ],
)
def test_a_session_holds_in_a_fresh_world_with_its_end_state(name: str) -> None:
    result = replay_folder(SESSIONS / name, Mode.WORLD)
    assert (
        result.state,
        result.drift,
        [score.reason for score in result.scores if score.state is State.FAILED],
    ) == (State.PASSED, "", [])
    assert next(score for score in result.scores if score.name == "end_state").state is State.PASSED


def test_one_question_of_a_session_is_asked_alone() -> None:
    folder = SESSIONS / "docs_qa" / "scripted_openai"
    (question, *_) = read_session(folder, Sides(SESSIONS)).questions
    result = replay_step(folder, SESSIONS, question.name)
    assert (result.state, result.drift) == (State.PASSED, "")


def test_who_breaks_a_prompt_is_told_the_file_and_the_line(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "agents", tmp_path / "agents", ignore=shutil.ignore_patterns("__pycache__"))
    prompt = tmp_path / "agents" / "prompts" / "preamble.md"
    text = prompt.read_text(encoding="utf-8")
    assert text.count("material") >= 1
    prompt.write_text(text.replace("material", "matter", 1), encoding="utf-8")
    line = next(
        n
        for n, (a, b) in enumerate(zip(text.splitlines(), prompt.read_text().splitlines(), strict=True), 1)
        if a != b
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "evals.run", "docs_qa/scripted_openai", "--workers", "1"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 3, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert re.search(r"recorded .*material.* got .*matter", said)
    assert f"It comes from agents/prompts/preamble.md:{line}." in said


def test_graph_and_agent_answer_the_same_request_with_the_scripted_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        "docs_qa/sch*",
        "--mode",
        "live",
        "--models",
        "scripted",
        "--ways",
        "graph,agent",
        "--workers",
        "1",
    ]
    assert evaluate.main([*command, "--json", str(tmp_path / "r.json"), "--state", str(tmp_path)]) == 0
    assert "graph against agent: the same requests, the same model" in capsys.readouterr().out
    results = {one["way"]: one for one in json.loads((tmp_path / "r.json").read_text())["results"]}
    assert {way: one["state"] for way, one in results.items()} == {"graph": "passed", "agent": "passed"}
    assert results["graph"]["model_calls"] < results["agent"]["model_calls"]
    assert results["graph"]["input_tokens"] * 2 < results["agent"]["input_tokens"]
    assert [score["name"] for score in results["agent"]["scores"]] == ["status", "same_places"]
