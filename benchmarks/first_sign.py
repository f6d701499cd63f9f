"""Seconds to the first visible sign of life on a terminal with a model, and from the provider's first words to the first shown.

`python -m workflows.run docs_qa` runs on a pseudo-terminal against a scripted endpoint that streams its answer.
"""

import argparse
import asyncio
import contextlib
import os
import pty
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from agents.scripted import Request, Script, ScriptedModel, Step
from benchmarks.table import median, print_table

FIRST = "Firstwords"
SAID = f"{FIRST} " + "and then many more that say how a notebook is scheduled " * 4
ARTICLES = {"json": {"question": "How do I schedule a notebook?", "slugs": ["scheduling"]}}
ANSWER = {"json": {"found": True, "statements": [{"key": "s1", "text": SAID}]}}
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]")
GOAL = 0.3


class Streams(ScriptedModel):
    """Notes when the answer's stream begins."""

    began = 0.0

    async def answer(self, request: Request) -> Step:
        step = await super().answer(request)
        if request.question == "docs_qa.answer":
            self.began = time.perf_counter()
        return step


def watched(command: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """When the process was started, when it first showed something, and when the first words of the answer were there."""
    ours, theirs = pty.openpty()
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    sign = words = 0.0
    seen = b""
    with contextlib.suppress(OSError):  # the end of a pseudo-terminal on Linux
        while more := os.read(ours, 65536):
            seen += more
            now = time.perf_counter()
            if not sign and ESCAPES.sub(b"", seen).strip():
                sign = now
            if not words and FIRST.encode() in seen:
                words = now
    os.close(ours)
    if process.wait() != 0 or not words:
        raise SystemExit(f"the run ended with {process.returncode}:\n{seen.decode(errors='replace')[-2000:]}")
    return started, sign, words


async def measure(runs: int) -> int:
    signs: list[float] = []
    words: list[float] = []
    with tempfile.TemporaryDirectory(prefix="first-sign-") as folder:
        environment = {
            **os.environ,
            "DEEPNOTE_WORKFLOWS_HOME": str(Path(folder)),
            "OPENAI_API_KEY": "k",
            "TERM": "xterm",
        }
        for _ in range(runs + 1):
            script = Script.model_validate(
                {"questions": {"docs_qa.articles": [ARTICLES], "docs_qa.answer": [ANSWER]}}
            )
            async with Streams(script).serving() as server:
                command = [
                    sys.executable, "-m", "workflows.run", "docs_qa", "How do I schedule a notebook?",
                    "--model", "openai:m", "--base-url", server.url,
                ]  # fmt: skip
                started, sign, shown = await asyncio.to_thread(watched, command, environment)
                signs.append(sign - started)
                words.append(shown - server.began)
    rows = [
        ["first sign of life", f"{median(signs[1:]):.3f}", f"{max(signs[1:]):.3f}", f"{GOAL}"],
        [
            "first words, after the provider's answer began",
            f"{median(words[1:]):.3f}",
            f"{max(words[1:]):.3f}",
            "",
        ],
    ]
    print_table(
        f"Seconds on a terminal, {runs} runs after one to warm up", ["", "median", "most", "goal"], rows
    )
    return 0 if median(signs[1:]) < GOAL else 1


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks first_sign", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    return asyncio.run(measure(parser.parse_args(argv).runs))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
