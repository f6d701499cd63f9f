"""`python -m evals.run`, the pytest plugin, and an app of somebody else's under the harness."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from evals import record
from evals import run as evaluate

Run = Callable[..., "Done"]

PROJECT = Path(__file__).parent / "example_project"
ROOT = PROJECT.parent.parent


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs a command of evals in a project's folder, in this process; the project's modules are imported anew each time."""

    def in_folder(
        project: Path, *arguments: str, command: Callable[[list[str]], int] = evaluate.main
    ) -> Done:
        monkeypatch.chdir(project)
        monkeypatch.setattr(sys, "path", [str(project), *sys.path])
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        forget()
        more = ["--workers", "1"] if command is evaluate.main else []
        code = command([*arguments, "--sessions", "sessions", *more])
        return Done(code, *capsys.readouterr())

    yield in_folder
    forget()


def forget() -> None:
    for name in ("triage", "triage_evals", "desk"):
        sys.modules.pop(name, None)


def in_process(project: Path, module: str, *arguments: str) -> Done:
    """Runs a command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{project}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=120)
    return Done(done.returncode, done.stdout, done.stderr)


def changed(project: Path, to: Path, old: str, new: str) -> Path:
    shutil.copytree(project, to)
    path = to / "triage.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return to


def test_a_green_suite_exits_0_and_writes_every_report(run: Run, project: Path) -> None:
    done = run(
        project,
        "--trials",
        "2",
        "--json",
        "r.json",
        "--junit",
        "r.xml",
        "--html",
        "r.html",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 sessions, tape mode: 4 passed" in done.stdout
    assert "avg@2 100.0%" in done.stdout
    assert "pass^2 100.0%" in done.stdout
    report = json.loads((project / "r.json").read_text())
    assert [one["state"] for one in report["results"]] == ["passed"] * 4
    assert (project / "r.xml").read_text().startswith("<?xml")
    assert "All 4 runs of 2 sessions passed" in (project / "r.html").read_text()


def test_drift_exits_3_names_the_field_and_a_baseline_gates(run: Run, project: Path, tmp_path: Path) -> None:
    before = run(project, "--json", "before.json")
    assert before.returncode == 0
    drifted = changed(project, tmp_path / "p", "You sort support tickets.", "You sort some support tickets.")
    done = run(drifted, "--baseline", "before.json")
    assert done.returncode == 3
    assert (
        "messages[0].content line 1: recorded 'You sort support tickets.', got 'You sort some support tickets.'"
        in " ".join(done.stdout.split())
    )
    assert "passed before: triage/charged_twice|tape|scripted|1" in done.stdout


def test_a_failed_score_exits_1(run: Run, project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "p")
    path = tmp_path / "p" / "sessions" / "triage" / "denied" / "session.yaml"
    path.write_text(path.read_text() + "expect:\n- budget: {calls: 1}\n")
    done = run(tmp_path / "p", "denied")
    assert done.returncode == 1
    assert "budget: calls: 2 is more than 1." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chraged_twice"], "No session under"),
        (["chraged_twice"], "Did you mean charged_twice?"),
        (["--sessions", "nowhere"], "nowhere. Record one: python -m evals.record --help"),
        (["--mode", "tapes"], "--mode 'tapes' is not known"),
        (["--models", "openai:x"], "--models needs --mode live"),
        (["--ways", "agent"], "--ways needs --mode live"),
        (["--ways", "walk", "--mode", "live"], "--ways 'walk' is not known. There are: graph, agent."),
        (["--ways", "agent", "--mode", "live"], "None of these can be put to the agent"),
        (["--node", "nine"], "No session here has a kept node 'nine'"),
        (["--trials", "0"], "--trials is at least 1"),
        (["--baseline", "gone.json"], "gone.json: there is no report"),
        (["--baseline", str(PROJECT)], "example_project: cannot be read (Is a directory)"),
        (["--baseline", str(PROJECT / "answers.yaml")], "answers.yaml:1: is not JSON"),
        (["--step", "triage.label"], "there is no question 'triage.label' in it"),
    ],
)
def test_a_mistake_exits_2_with_one_sentence(
    arguments: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(PROJECT))
    assert (
        evaluate.main(
            ["--sessions", str(PROJECT / "sessions"), "--state", str(tmp_path), "--workers", "1", *arguments]
        )
        == 2
    )
    said = capsys.readouterr().err
    assert says in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--expect", "a: [b"], "--expect 'a: [b': while parsing"),
        (["--expect", "answer_contain: b"], "--expect: there is no scorer 'answer_contain'"),
        (["--clock", "yesterday"], "--clock 'yesterday': Invalid isoformat"),
        (["--redact", "("], "--redact '(': missing )"),
        (["--input", "run"], "--input 'run': is not NAME=VALUE"),
        (["--app", "gone:app"], "--app: the module gone of the app gone:app is gone"),
        (["--model", "local:gone.gguf"], "--model local:gone.gguf: "),
    ],
)
def test_a_mistake_before_a_recording_leaves_nothing(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sessions = tmp_path / "sessions"
    assert record.main(["triage", "x", "--as", "one", "--sessions", str(sessions), *arguments]) == 2
    assert says in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".recording"]


def test_what_cannot_be_written_is_told_and_nothing_that_was_found_is_lost(
    run: Run, project: Path, tmp_path: Path
) -> None:
    state = ["--state", str(tmp_path / "state")]
    for option in ("--json", "--html", "--junit"):
        done = run(project, "denied", option, "sessions", "--resume", *state)
        assert done.returncode == 1
        assert "sessions: cannot be written (Is a directory)" in done.stderr
        assert "go on with --resume" in done.stderr
    assert len((tmp_path / "state" / "progress.jsonl").read_text().splitlines()) == 1
    done = run(project, "denied", "--state", "triage.py")
    assert (done.returncode, done.stderr.partition(":")[0]) == (1, "triage.py/progress.jsonl")


def test_every_wrong_file_is_told_and_the_rest_is_run(run: Run, project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "p")
    sessions = tmp_path / "p" / "sessions" / "triage"
    for title, old, new in (("one", "workflow:", "wrkflow:"), ("two", "triage_evals:app", "gone:app")):
        shutil.copytree(sessions / "denied", sessions / title)
        path = sessions / title / "session.yaml"
        path.write_text(path.read_text().replace(old, new).replace("title: denied", f"title: {title}"))
    done = run(tmp_path / "p")
    assert done.returncode == 2
    one, two = done.stderr.splitlines()
    assert re.search(r"one/session.yaml:3: wrkflow: .* Did you mean workflow\?", one)
    assert re.search(r"two/session.yaml:2: app: the module gone of the app gone:app is gone", two)
    assert len((tmp_path / "p" / ".evals" / "progress.jsonl").read_text().splitlines()) == 2


def test_an_aborted_run_is_gone_on_with(run: Run, project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "p")
    assert run(tmp_path / "p", "charged").returncode == 0
    state = tmp_path / "p" / ".evals" / "progress.jsonl"
    with state.open("a") as kept:
        kept.write('{"task": "triage/denied|tape||1|", "resu')
    marked = state.read_text().replace('"seconds":', '"error":"kept from before","seconds":', 1)
    state.write_text(marked.replace('"error":"",', "", 1))
    done = run(tmp_path / "p", "--resume", "--json", "r.json")
    assert done.returncode == 0, done.stdout + done.stderr
    errors = [one["error"] for one in json.loads((tmp_path / "p" / "r.json").read_text())["results"]]
    assert errors == ["kept from before", ""]


def test_accept_shows_the_diff_and_records_again_only_when_told(
    run: Run, project: Path, tmp_path: Path
) -> None:
    drifted = changed(project, tmp_path / "p", "You sort support tickets.", "You sort some support tickets.")
    asked = run(drifted, "charged", "--accept")
    assert asked.returncode == 3, asked.stderr
    assert "+  prompt: " in asked.stdout
    assert "Nobody is there to ask" in asked.stderr
    accepted = run(drifted, "charged", "--accept", "--yes")
    assert accepted.returncode == 0, accepted.stderr
    assert run(drifted, "charged").returncode == 0


def test_a_graph_whose_server_is_only_named_is_recorded_beside_it_and_replayed(
    run: Run, project: Path, tmp_path: Path
) -> None:
    shutil.copytree(project, tmp_path / "p")
    shutil.rmtree(tmp_path / "p" / "sessions")
    text = (
        (tmp_path / "p" / "triage_evals.py")
        .read_text()
        .replace("open_world=open_desk", "tools=lambda: server([])")
    )
    (tmp_path / "p" / "triage_evals.py").write_text(text.replace("import open_desk", "import server"))
    words = ["triage", "The page is empty.", "--as", "bug", "--app", "triage_evals:app"]
    failed = run(tmp_path / "p", *words, command=record.main)
    assert failed.returncode == 1
    assert re.search(
        r"AssertionError \(triage_evals.py:\d+\).* run without a model; name one with --model", failed.stderr
    )
    done = run(tmp_path / "p", *words, "--model", "scripted:access.yaml", command=record.main)
    assert done.returncode == 0, done.stderr
    assert "end_state" not in (tmp_path / "p" / "sessions" / "triage" / "bug" / "session.yaml").read_text()
    done = run(tmp_path / "p", "--mode", "tape,world")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_costly_model_answered_is_kept_while_it_is_asked_the_same(
    run: Run, project: Path, tmp_path: Path
) -> None:
    shutil.copytree(project, tmp_path / "p")
    path = tmp_path / "p" / "sessions" / "triage" / "charged_twice" / "session.yaml"
    text = path.read_text().replace("scripted:answers.yaml", "local:gone.gguf")
    path.write_text(text.replace("decider: scripted", "decider: local"))
    desk = tmp_path / "p" / "desk.py"
    desk.write_text(desk.read_text().replace("100 + len(filed)", "200 + len(filed)"))
    done = run(tmp_path / "p", "charged", "--mode", "world", "--accept", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        re.findall(r"^([-+]) +(.*)", done.stdout, re.MULTILINE)
        == [("-", "number: 101"), ("+", "number: 201")] * 2
    )
    assert "The model's answers are still those of 2026-11-23." in done.stdout
    assert "recorded: '2026-11-23'" in path.read_text()
    desk.write_text(desk.read_text().replace("refunds, prices", "refunds, fees"))
    done = run(tmp_path / "p", "charged", "--mode", "world", "--accept", "--yes")
    assert done.returncode == 2
    assert "its model is asked anew. The model request" in done.stderr
    assert "gone.gguf" in done.stderr.splitlines()[-1]


def test_a_session_is_recorded_verified_and_run_live(run: Run, project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "p")
    recorded = run(
        tmp_path / "p",
        "triage",
        "The page is empty.",
        "--as",
        "bug",
        "--app",
        "triage_evals:app",
        "--model",
        "scripted:access.yaml",
        command=record.main,
    )
    assert recorded.returncode == 0, recorded.stderr
    assert "Answered by: scripted (scripted, openai-chat)" in recorded.stdout
    again = run(
        tmp_path / "p",
        "triage",
        "x",
        "--as",
        "bug",
        "--app",
        "triage_evals:app",
        command=record.main,
    )
    assert again.returncode == 2
    assert "exists. Give another title, or --replace." in again.stderr
    for mode in ("verify", "live", "tape,world"):
        done = run(tmp_path / "p", "bug", "--mode", mode)
        assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "p" / "access.yaml").write_text("answers:\n  - json: {queue: bugs}\n")
    done = run(tmp_path / "p", "bug", "--mode", "verify")
    assert done.returncode == 3
    assert "recorded 'access', got 'bugs'" in done.stdout


def test_a_model_that_is_down_is_an_infrastructure_error_tried_again(
    run: Run, project: Path, tmp_path: Path
) -> None:
    shutil.copytree(project, tmp_path / "p")
    (tmp_path / "p" / "answers.yaml").write_text("answers: [{fault: server_error}]\nwhen_used_up: last\n")
    done = run(
        tmp_path / "p",
        "charged",
        "--mode",
        "live",
        "--retries",
        "1",
        "--json",
        "r.json",
    )
    assert done.returncode == 1
    (one,) = json.loads((tmp_path / "p" / "r.json").read_text())["results"]
    assert (one["state"], one["attempt"]) == ("infrastructure_error", 2)


def test_sessions_are_tests_under_pytest_where_evals_is_given(project: Path, tmp_path: Path) -> None:
    plugin = ("-c", os.devnull, "--rootdir", ".")
    done = in_process(project, "pytest", *plugin, "--evals", "sessions")
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
    drifted = changed(project, tmp_path / "p", 'add_edge("label", "approve")', 'add_edge("label", "file")')
    red = in_process(drifted, "pytest", *plugin, "--evals", "sessions")
    assert red.returncode == 1
    assert "triage/charged_twice: drift\nnodes[2]: recorded 'approve', got 'file'" in red.stdout
    assert "Traceback" not in red.stdout


def test_a_foreign_graph_needs_ten_lines() -> None:
    text = (PROJECT / "triage_evals.py").read_text(encoding="utf-8")
    statements = [
        line
        for line in text.split('"""')[2].splitlines()
        if line.strip() and not line.startswith(("from", "import"))
    ]
    assert len(statements) <= 10
    assert "evals" not in (PROJECT / "triage.py").read_text(encoding="utf-8").replace("nothing of evals", "")
