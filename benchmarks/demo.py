"""The demo after installation: time, the graph's own share, and the memory of server and worker beside it."""

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.table import median, print_table

REQUEST = "Create a project called NASDAQ vs S&P 100, exploring stock returns for the past two years."
RUN = [sys.executable, "-m", "workflows.run"]
WORKSPACE = [sys.executable, "-m", "workspace"]
SHARE = re.compile(r"trace: .*?graph [\d.]+ s \(([\d.]+) ?%\)")


def seconds(*command: str, home: Path | None = None, key: str | None = None) -> tuple[float, str]:
    """Whole-process wall seconds, and what the command printed."""
    environment = dict(os.environ)
    if home is not None:
        environment["DEEPNOTE_WORKFLOWS_HOME"] = str(home)
    if key is not None:
        environment["DEEPNOTE_API_KEY"] = key
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started, done.stdout + done.stderr


def demo(home: Path) -> tuple[float, float]:
    """Seconds of reset and run together, and the graph's own share of the run in percent."""
    reset, _ = seconds(*WORKSPACE, "demo", "--reset", home=home)
    run, printed = seconds(*RUN, "build_analysis", REQUEST, "--yes", "--trace", home=home)
    share = SHARE.search(printed)
    if share is None:
        raise SystemExit(f"no trace in what the run printed:\n{printed}")
    return reset + run, float(share.group(1))


@contextmanager
def served(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A server in another process, with its run worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DEEPNOTE_WORKFLOWS_HOME": str(home)}
    command = [*WORKSPACE, "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp", psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(30)


def own_memory(server: psutil.Process) -> int:
    """Resident bytes of the server and its worker, kernels and their sandboxes left out."""
    total = 0
    for process in [server, *server.children(recursive=True)]:
        try:
            words = " ".join(process.cmdline())
            if "ipykernel" not in words and "bwrap" not in words and "unshare" not in words:
                total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def peak_memory(home: Path) -> int:
    """The most that server and worker held together while the demo ran against them over HTTP."""
    seconds(*WORKSPACE, "demo", "--reset", home=home)
    _, printed = seconds(*WORKSPACE, "key", "create", "--role", "editor", home=home)
    key = next(line.strip() for line in printed.splitlines() if line.startswith("dnw_"))
    peak = 0
    with served(home) as (url, server):
        done = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.05):
                peak = max(peak, own_memory(server))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            seconds(*RUN, "build_analysis", REQUEST, "--yes", "--workspace", url, home=home, key=key)
        finally:
            done.set()
            watcher.join()
    return peak


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.demo", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        helps = [seconds(*RUN, "--help")[0] for _ in range(options.runs)]
        demo(home)
        runs = [demo(home) for _ in range(options.runs)]
        memory = peak_memory(home)
    rows = [
        ("python -m workflows.run --help, seconds", median(helps), min(helps), max(helps), "0.5"),
        ("the demo (reset and run), seconds", *spread([run for run, _ in runs]), "15"),
        ("the graph's own share of the run, percent", *spread([share for _, share in runs]), "10"),
        ("server and run worker, MB resident", memory / 1e6, memory / 1e6, memory / 1e6, "400"),
    ]
    print_table("The demo", ("figure", "median", "least", "most", "goal: under"), rows)
    return 0


def spread(values: list[float]) -> tuple[float, float, float]:
    return median(values), min(values), max(values)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
