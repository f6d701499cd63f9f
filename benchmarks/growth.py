"""Suites of 60, 250 and 1,000 sessions from the command line: seconds and memory. The sessions are copies under new titles."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from benchmarks.table import print_table
from evals.recording import SESSIONS
from evals.session import SESSION, TAPE, find_sessions
from evals.tape import BODIES


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[60, 250, 1000], help="sessions of each suite"
    )
    parser.add_argument(
        "--workflows", nargs="+", default=["docs_qa", "audit_integrations"], help="whose sessions are copied"
    )
    options = parser.parse_args(argv)
    folders = [folder for folder in find_sessions(SESSIONS) if folder.parent.name in options.workflows]
    if not folders:
        parser.error(f"there is no session of {', '.join(options.workflows)} under {SESSIONS}")
    rows = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-growth-") as name:
            root = Path(name) / "sessions"
            copy(folders, root, size)
            rows.append(_row(root, size))
    columns = ("sessions", "wall s", "CPU s", "CPU ms a session", "largest process MB", "passed", "exit code")
    print_table(f"python -m evals.run on copies of sessions of {', '.join(options.workflows)}", columns, rows)
    return 0 if all(row[0] == row[-2] and row[-1] == 0 for row in rows) else 1


def copy(folders: list[Path], root: Path, count: int) -> None:
    """Sessions under new titles, until there are so many; the side files are those of the originals."""
    root.mkdir(parents=True)
    (root / BODIES).symlink_to(folders[0].parent.parent / BODIES)
    for number, folder in enumerate(islice(cycle(folders), count), 1):
        title = f"{folder.name}_{number}"
        copied = root / folder.parent.name / title
        copied.mkdir(parents=True)
        text = (folder / SESSION).read_text(encoding="utf-8")
        text = re.sub(r"^title: .*$", f"title: {title}", text, count=1, flags=re.MULTILINE)
        (copied / SESSION).write_text(text, encoding="utf-8")
        (copied / TAPE).write_bytes((folder / TAPE).read_bytes())


def _row(root: Path, size: int) -> tuple[int, float, float, float, float, int, int]:
    report = root.parent / "report.json"
    command = [sys.executable, "-m", "evals.run", "--sessions", str(root)]
    command += ["--json", str(report), "--state", str(root.parent / "state")]
    started = time.perf_counter()
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    wall, cpu = time.perf_counter() - started, used.ru_utime + used.ru_stime
    passed = json.loads(report.read_text(encoding="utf-8"))["totals"]["passed"] if report.exists() else 0
    return size, wall, cpu, 1000 * cpu / size, used.ru_maxrss / 1024, passed, running.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
