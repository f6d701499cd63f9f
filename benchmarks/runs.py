"""A notebook of 20 short code blocks: a run here, cold and warm, beside `jupyter execute` and nbclient in its own process."""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from benchmarks.table import median, print_table
from workspace.domain import Workspace, local_caller
from workspace.opening import open_store
from workspace.runs.queue import status_of
from workspace.runs.schema import TERMINAL
from workspace.tools.registry import TOOLS
from workspace.tools.runs import start_run

CELLS = [f"x{n} = {n}\nprint(x{n})\nsum(range({n}))" for n in range(20)]
WARM_UP = 6.0
"""Seconds that an idle kernel gets to be replaced between two measurements."""


def jupyter_execute(file: Path) -> float:
    began = time.perf_counter()
    subprocess.run([Path(sys.executable).parent / "jupyter-execute", file], check=True, capture_output=True)
    return time.perf_counter() - began


def in_process(file: Path) -> float:
    began = time.perf_counter()
    NotebookClient(nbformat.read(file, as_version=4)).execute()
    return time.perf_counter() - began


def one_run(workspace: Workspace, notebook_id: str) -> float:
    """From asking to the end that get_run tells, snapshot written."""
    began = time.perf_counter()
    run_id = start_run(workspace, local_caller(), notebook_id, {})
    while (status := status_of(workspace.services.engine, run_id)) not in TERMINAL:
        time.sleep(0.002)
    took = time.perf_counter() - began
    if status != "success":
        raise SystemExit(f"the run ended as {status}")
    return took


def with_worker(workspace: Workspace, notebook_id: str, warm: int, rounds: int) -> list[float]:
    command = [
        sys.executable,
        "-m",
        "workspace",
        "worker",
        "--data",
        str(workspace.services.data),
        "--warm",
        str(warm),
    ]
    worker = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        assert worker.stderr is not None
        worker.stderr.readline()
        took = []
        for _ in range(rounds):
            if warm:
                time.sleep(WARM_UP)
            took.append(one_run(workspace, notebook_id))
        return took
    finally:
        worker.terminate()
        worker.communicate()


async def _notebook(workspace: Workspace) -> str:
    import json

    made = json.loads(await TOOLS["create_project"].call(workspace, local_caller(), {"name": "Benchmark"}))
    notebook_id = str(made["project"]["notebooks"][0]["id"])
    for cell in CELLS:
        block = {"notebookId": notebook_id, "type": "code", "content": cell}
        await TOOLS["create_block"].call(workspace, local_caller(), block)
    return notebook_id


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runs", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(argv).rounds
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "short.ipynb"
        cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
        workspace = open_store(Path(folder) / "data")
        notebook_id = asyncio.run(_notebook(workspace))
        peers: list[tuple[str, Callable[[Path], float]]] = [
            ("jupyter execute", jupyter_execute),
            ("nbclient, its imports done", in_process),
        ]
        results = [(name, [measure(file) for _ in range(rounds)]) for name, measure in peers]
        results.append(("run, cold kernel", with_worker(workspace, notebook_id, 0, rounds)))
        results.append(("run, warm kernel", with_worker(workspace, notebook_id, 1, rounds)))
        workspace.close()
    peer = median(results[0][1])
    rows = [[name, median(took), min(took), max(took), median(took) / peer] for name, took in results]
    print_table("20 short code blocks, seconds", ["", "median", "least", "most", "× jupyter execute"], rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
