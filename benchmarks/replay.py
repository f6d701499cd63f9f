"""Replaying recorded sessions: seconds a session, the whole suite, and with `--peers` pydantic-evals and Inspect on the same answers."""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.environment import environment, python
from benchmarks.table import median, print_table, quantile
from evals.recording import SESSIONS
from evals.replay import replay_folder
from evals.scores import State
from evals.session import find_sessions, read_session
from evals.suite import Task, warm_up, worker_count
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
    from inspect_ai.model import ModelAPI, ModelOutput, get_model, modelapi
    from inspect_ai.scorer import exact
    answers = {row["name"]: row["answer"] for row in rows}

    @modelapi(name="recorded")
    def recorded():
        class Recorded(ModelAPI):
            async def generate(self, input, tools, tool_choice, config):
                return ModelOutput.from_content("recorded", answers[input[-1].text])
        return Recorded

    samples = [Sample(input=row["name"], target=row["answer"], id=row["name"]) for row in rows]
    ready = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        (log,) = eval(Task(dataset=samples, scorer=exact()), model=get_model("recorded/tape"), display="none", log_dir=folder)
        passed = sum(next(iter(sample.scores.values())).value == "C" for sample in log.samples or [])
ended = time.perf_counter()
print(json.dumps({"start": ready - started, "seconds": ended - ready, "passed": passed}))
"""
"""Runs in a peer's own environment: the recorded answers are given back by a stand-in and compared for equality. No graph, no tools.

Inspect gets a model of its public `ModelAPI`: its own `mockllm` counts tokens with a tokeniser that it fetches from the network.
"""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="peers as well, in an environment made for them")
    parser.add_argument(
        "--environment", type=Path, help="for --peers: one that has pydantic-evals and inspect-ai"
    )
    options = parser.parse_args(argv)
    folders = find_sessions(SESSIONS)
    _sessions(folders)
    _suite(folders)
    if not options.peers:
        return 0
    with environment(options.environment, "pydantic-evals", "inspect-ai") as folder:
        return _peers(folders, python(folder))


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


def _peers(folders: list[Path], interpreter: Path) -> int:
    sides = Sides(SESSIONS)
    sessions = [read_session(folder, sides) for folder in folders]
    answers = [
        {"name": one.name, "answer": str((one.outcome or {}).get("answer") or "none")} for one in sessions
    ]
    rows: list[tuple[object, ...]] = []
    whole = True
    for peer in ("pydantic-evals", "inspect"):
        done = subprocess.run(
            [interpreter, "-c", PEER, peer],
            input=json.dumps(answers),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            whole = False
            rows.append((peer, "did not run", "-", "-", done.stderr.strip().rpartition("\n")[2][:120]))
            continue
        said = json.loads(done.stdout.strip().splitlines()[-1])
        rows.append(
            (peer, said["passed"], said["start"], 1000 * said["seconds"] / len(answers), "answers compared")
        )
    started = time.perf_counter()
    passed = sum(replay_folder(folder).state is State.PASSED for folder in folders)
    each = 1000 * (time.perf_counter() - started) / len(folders)
    rows.append(("evals", passed, "(warm)", each, "graph, tools, model requests, nodes, writes, answers"))
    columns = ("", "passed", "start s", "ms a session", "what is checked")
    print_table("The same recorded answers elsewhere, one process", columns, rows)
    return 0 if whole and passed == len(folders) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
