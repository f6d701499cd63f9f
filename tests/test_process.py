"""A command line as a process: output that nobody takes, terminals that know few letters, and Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "DEEPNOTE_WORKFLOWS_HOME": str(home), **more}


@pytest.mark.parametrize(
    ("into", "code", "said"),
    [("/dev/full", 1, "cannot be written: No space left on device.\n"), (None, 141, "")],
)
def test_output_that_nothing_takes_is_no_traceback(
    home: Path, into: str | None, code: int, said: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with Path(into).open("w") if into else os.fdopen(os.dup(writer), "w") as out:
        done = subprocess.run(
            [sys.executable, "-m", "workflows.runs", "--json"],
            env=environment(home), stdout=out, stderr=subprocess.PIPE, text=True, timeout=100,
        )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr[-len(said) :] if said else done.stderr) == (code, said)


def test_a_terminal_that_knows_no_umlauts_is_no_traceback(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workflows.run", "docs_qa", "How do I schedule a notebook — “daily”?"],
        env=environment(home, PYTHONIOENCODING="ascii"), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=100,
    )  # fmt: skip
    assert (done.returncode, "Scheduling a notebook" in done.stdout) == (0, True), done.stderr


def test_a_second_interrupt_ends_at_once_what_the_first_could_not(home: Path) -> None:
    code = """
import asyncio, sys
from workflows.process import ended_by_a_second
async def deaf():
    with ended_by_a_second(lambda: "Go on."):
        while True:
            try:
                print("here", flush=True)
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                pass
asyncio.run(deaf())
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdout is not None
    for _ in range(2):
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "\nInterrupted. Go on.\n")
