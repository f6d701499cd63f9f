"""The whole suite again and again: which sessions were not green, and how often. `--repeats 50` is the figure of the README."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.table import median, print_table


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flakes", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="how often the suite is run (default 3)")
    parser.add_argument("pattern", nargs="?", default="", help="only these sessions, as for evals.run")
    options = parser.parse_args(argv)
    red: Counter[tuple[str, str]] = Counter()
    reasons: dict[tuple[str, str], str] = {}
    seconds, codes, sessions = [], Counter[int](), 0
    with tempfile.TemporaryDirectory(prefix="bench-flakes-") as name:
        for number in range(1, options.repeats + 1):
            started = time.perf_counter()
            code, results = _suite(Path(name), options.pattern)
            seconds.append(time.perf_counter() - started)
            codes[code] += 1
            sessions += len(results)
            bad = [one for one in results if one["state"] != "passed" or one["attempt"] > 1]
            for one in bad:
                state = one["state"] if one["state"] != "passed" else "passed at another attempt"
                red[one["session"], state] += 1
                reasons.setdefault((one["session"], state), _reason(one))
            print(
                f"{number}/{options.repeats}: {len(results) - len(bad)} of {len(results)} green", flush=True
            )
    columns = ("runs", "sessions played", "not green", "runs that ended with 0", "median s", "longest s")
    row = (options.repeats, sessions, red.total(), codes[0], median(seconds), max(seconds))
    print_table("The suite, repeated", columns, [row])
    if red:
        rows = [(*which, times, reasons[which]) for which, times in red.most_common()]
        print_table("Not green", ("session", "state", "times", "first reason"), rows)
    return 0 if not red and codes[0] == options.repeats and sessions else 1


def _suite(folder: Path, pattern: str) -> tuple[int, list[dict[str, Any]]]:
    """One run of the suite by the command line: its exit code and its results. Without a report there are none."""
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "evals.run", *([pattern] if pattern else [])]
    command += ["--json", str(report), "--state", str(folder / "state")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not report.exists():
        print(done.stderr[-1000:], file=sys.stderr)
        return done.returncode or 1, []
    results: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["results"]
    return done.returncode, results


def _reason(result: dict[str, Any]) -> str:
    failed = [score["reason"] for score in result["scores"] if score["state"] == "failed"]
    return " ".join((result["drift"] or result["error"] or "; ".join(failed)).split())[:200]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
