"""Replaying recorded sessions: seconds a session, the whole suite, a thousand sessions, and peers on the same answers."""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.table import median, print_table, quantile
from evals.recording import SESSIONS
from evals.replay import replay_folder
from evals.scores import State
from evals.session import find_sessions, read_session
from evals.suite import Task, run_tasks, warm_up, worker_count
from evals.tape import Sides

PEER = """
import json, sys, time
rows = json.load(sys.stdin)
started = time.perf_counter()
if sys.argv[1] == "pydantic-evals":
    from pydantic_evals import Case, Dataset
    from pydantic_evals.evaluators import EqualsExpected
    answers = {row["name"]: row["answer"] for row in rows}
    cases = [Case(name=row["name"], inputs=row["name"], expected_output=row["answer"]) for row in rows]
    ready = time.perf_counter()
    report = Dataset(name="recorded", cases=cases, evaluators=[EqualsExpected()]).evaluate_sync(lambda name: answers[name], progress=False)
    passed = sum(all(value.value for value in case.assertions.values()) for case in report.cases)
else:
    import tempfile
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ModelOutput, get_model
    from inspect_ai.scorer import exact
    outputs = [ModelOutput.from_content("mockllm/model", row["answer"]) for row in rows]
    samples = [Sample(input=row["name"], target=row["answer"], id=row["name"]) for row in rows]
    ready = time.perf_counter()
    model = get_model("mockllm/model", custom_outputs=outputs)
    with tempfile.TemporaryDirectory() as folder:
        (log,) = eval(Task(dataset=samples, scorer=exact()), model=model, display="none", log_dir=folder, max_connections=1)
    passed = round(log.results.scores[0].metrics["accuracy"].value * len(rows))
ended = time.perf_counter()
print(json.dumps({"start": ready - started, "seconds": ended - ready, "passed": passed}))
"""
"""Runs in a peer's own environment: the recorded answers are given back by a stand-in and compared for equality. No graph, no tools."""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--many", type=int, default=1000, help="sessions of the growth run; 0 leaves it out")
    parser.add_argument(
        "--peers", type=Path, help="a Python that has pydantic-evals and inspect-ai installed"
    )
    options = parser.parse_args(argv)
    folders = find_sessions(SESSIONS)
    _sessions(folders)
    _suite(folders)
    if options.many:
        _growth(folders, options.many)
    if options.peers:
        _peers(folders, options.peers)
    return 0


def _sessions(folders: list[Path]) -> None:
    warm_up([Task(folder, SESSIONS, "tape") for folder in folders])
    replay_folder(folders[0])
    rows = []
    everything: list[float] = []
    for workflow in dict.fromkeys(folder.parent.name for folder in folders):
        wall, cpu = [], []
        for folder in folders:
            if folder.parent.name == workflow:
                started, used = time.perf_counter(), time.process_time()
                replay_folder(folder)
                wall.append(time.perf_counter() - started)
                cpu.append(time.process_time() - used)
        everything += cpu
        rows.append((workflow, len(cpu), 1000 * median(cpu), 1000 * max(cpu), 1000 * median(wall)))
    rows.append(
        (
            "all",
            len(everything),
            1000 * median(everything),
            1000 * max(everything),
            1000 * quantile(everything, 0.9),
        )
    )
    print_table(
        "Tape replay, one process (the last row's last figure is the 90th percentile of processor time)",
        ("workflow", "sessions", "median CPU ms", "largest CPU ms", "median wall ms"),
        rows,
    )


def _suite(folders: list[Path]) -> None:
    started, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "evals.run"], capture_output=True, text=True, check=False)
    wall, now = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    rows = [(len(folders), worker_count(None), wall, cpu, done.returncode)]
    print_table(
        "python -m evals.run, start included", ("sessions", "processes", "wall s", "CPU s", "exit code"), rows
    )


def _growth(folders: list[Path], many: int) -> None:
    rows = []
    small = [
        folder for folder in folders if folder.parent.name in ("docs_qa", "audit_integrations")
    ] or folders
    for count in (many // 4, many // 2, many):
        tasks = [Task(small[n % len(small)], SESSIONS, "tape", trial=n) for n in range(count)]
        started, passed = time.perf_counter(), 0
        for _, result in run_tasks(tasks, workers=worker_count(None)):
            passed += result.state is State.PASSED
        wall = time.perf_counter() - started
        parent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        rows.append((count, wall, 1000 * wall / count, parent, child, passed))
    columns = ("sessions", "wall s", "ms a session", "parent MB", "largest worker MB", "passed")
    print_table("Growth (sessions of docs_qa and audit_integrations, repeated)", columns, rows)


def _peers(folders: list[Path], python: Path) -> None:
    sides = Sides(SESSIONS)
    sessions = [read_session(folder, sides) for folder in folders]
    answers = [
        {"name": one.name, "answer": str((one.outcome or {}).get("answer") or "none")} for one in sessions
    ]
    rows: list[tuple[object, ...]] = []
    for peer in ("pydantic-evals", "inspect"):
        done = subprocess.run(
            [str(python), "-c", PEER, peer],
            input=json.dumps(answers),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            rows.append(
                (
                    peer,
                    "did not run",
                    "-",
                    "-",
                    "(Inspect fetches a tokeniser from the network when it starts)",
                )
            )
            continue
        said = json.loads(done.stdout.strip().splitlines()[-1])
        rows.append(
            (peer, said["passed"], said["start"], 1000 * said["seconds"] / len(answers), "answers compared")
        )
    started = time.perf_counter()
    passed = sum(replay_folder(folder).state is State.PASSED for folder in folders)
    each = 1000 * (time.perf_counter() - started) / len(folders)
    rows.append(("evals", passed, 0.0, each, "graph, tools, model requests, nodes, writes, answers"))
    columns = ("", "passed", "start s", "ms a session", "what is checked")
    print_table("The same recorded answers elsewhere, one process", columns, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
