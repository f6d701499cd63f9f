"""The same command works by changing only `--model`: every workflow at the command line, over both protocols, streaming."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import workflows.run
from agents.scripted import Request, Script, ScriptedModel

COMMANDS: list[list[str]] = [
    ["build_analysis", "Create a project called NASDAQ vs S&P 100, exploring stock returns for the past two years.", "--yes", "--no-run"],
    ["run_and_inspect", "Run the Monthly KPIs notebook and tell me what changed.", "--yes"],
    ["audit_integrations", "Which notebooks query our Snowflake warehouse?"],
    ["tidy_notebook", "In the Scratchpad notebook, move the imports block to the top and replace the empty scratch block with a note.", "--yes"],
    ["docs_qa", "How do I schedule a notebook?"],
    ["How do I schedule a notebook?"],
]  # fmt: skip
ANSWERS: dict[str, Any] = {
    "build_analysis.outline": {
        "verdict": "build", "project": "NASDAQ vs S&P 100", "table": "Market data/index_prices", "period": "past two years", "parts": ["rebased"],
        "missing": [{"asked": "S&P 100", "instead": "S&P 500"}], "unanswered": ["exploring stock returns"],
    },
    "build_analysis.extra": {"blocks": [
        {"wish": "exploring stock returns", "title": "Returns by year", "language": "python", "content": "levels.resample('YE').last().pct_change()"},
    ]},
    "run_and_inspect.wish": {"run": True},
    "run_and_inspect.matters": {"picked": ["c1"], "headline": "The figures moved a little."},
    "tidy_notebook.plan": {"steps": [
        {"action": "move", "blocks": ["id6"], "place": "top"},
        {"action": "replace", "blocks": ["id4"], "text": "Notes on this sheet.", "note": True},
    ]},
    "docs_qa.articles": {"question": "How do I schedule a notebook?", "slugs": ["scheduling"]},
    "docs_qa.answer": {"found": True, "statements": [{"key": "s1", "text": "Add a schedule on the command line."}]},
    "ask.route": {"steps": [{"workflow": "docs_qa", "request": "How do I schedule a notebook?"}]},
}  # fmt: skip
HERE = Path(__file__).parent.parent
README = (HERE / "README.md").read_text(encoding="utf-8")
SPOKEN = {"run_and_inspect.matters", "docs_qa.answer"}
"""Questions whose answer a person watches being written."""


@contextmanager
def served(model: ScriptedModel) -> Iterator[None]:
    """The scripted model on a loopback port, in a thread."""
    started, loop = threading.Event(), asyncio.new_event_loop()

    async def serve() -> None:
        async with model.serving():
            started.set()
            await over.wait()

    over = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert started.wait(60)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
        loop.close()


def shown(text: str) -> str:
    """What a person reads, without what differs from run to run: ids, times, terminal codes and links, tokens, looks at a run."""
    text = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\", "", text)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    text = re.sub(
        r"[0-9a-f-]{32,36}|\b[0-9a-f]{8}\b|\d+(?:\.\d+)? s(?:econds)?\b|seconds from start to end = [\d.]+|\d\d:\d\d(?::\d\d)?|[\d,]+ tokens in|\d+ tool calls",
        "…",
        text,
    )
    return " ".join(text.split())


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key and no workspace of whoever runs the tests."""
    for name in os.environ:
        if name.startswith(("DEEPNOTE", "OPENAI", "ANTHROPIC")):
            monkeypatch.delenv(name)


def scripted(last: bool = True) -> ScriptedModel:
    script = {"questions": {name: [{"json": one}] for name, one in ANSWERS.items()}}
    return ScriptedModel(Script.model_validate({**script, "when_used_up": "last" if last else "error"}))


def test_only_the_name_of_the_model_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"COLUMNS": "200", "FORCE_COLOR": "1", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DEEPNOTE_WORKFLOWS_HOME", str(tmp_path / "openai"))
    assert workflows.run.main(COMMANDS[2]) == 0
    shutil.copytree(tmp_path / "openai", tmp_path / "anthropic")
    said: dict[str, list[str]] = {}
    asked: dict[str, list[Request]] = {}
    for provider in ("openai", "anthropic"):
        monkeypatch.setenv("DEEPNOTE_WORKFLOWS_HOME", str(tmp_path / provider))
        model = scripted()
        with served(model):
            for command in COMMANDS:
                capsys.readouterr()
                code = workflows.run.main([*command, "--model", f"{provider}:scripted", "--base-url", model.url])  # fmt: skip
                answered = capsys.readouterr()
                assert code == 0, answered.out
                said.setdefault(provider, []).append(shown(answered.out).replace(f"/{provider} ", "/home "))
        asked[provider] = model.requests
    for one, two in zip(said["openai"], said["anthropic"], strict=True):
        assert one == two
    assert "Not read as a wish" not in said["openai"][3]
    questions = [one.question for one in asked["openai"]]
    assert set(questions) == set(ANSWERS)
    assert [one.question for one in asked["anthropic"]] == questions
    for provider, path in (("openai", "/v1/chat/completions"), ("anthropic", "/v1/messages")):
        assert {one.protocol for one in asked[provider]} == {path}
        assert {one.question for one in asked[provider] if one.body.get("stream")} == SPOKEN


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_key_from_a_file_goes_to_the_endpoint_that_is_named(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text("a key of mine\n")
    monkeypatch.setenv(f"{provider.upper()}_API_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("DEEPNOTE_WORKFLOWS_HOME", str(tmp_path / "home"))
    model = scripted()
    with served(model):
        code = workflows.run.main([*COMMANDS[4], "--model", f"{provider}:m", "--base-url", model.url])
    assert (code, {one.key for one in model.requests}) == (0, {"a key of mine"})
    assert "a key of mine" not in str(capsys.readouterr())


def test_the_python_of_the_readme_asks_any_chat_model(tmp_path: Path) -> None:
    (code,) = re.findall(r"^```python\n(import asyncio\n.*?)^```", README, re.DOTALL | re.MULTILINE)
    model = scripted()
    with served(model):
        known = {**os.environ, "OPENAI_API_KEY": "k", "OPENAI_BASE_URL": model.url, "PYTHONPATH": str(HERE)}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=known, capture_output=True, text=True, timeout=100
        )
    assert "Add a schedule on the command line." in done.stdout, done.stderr
    assert [one.question for one in model.requests] == ["docs_qa.articles", "docs_qa.answer"]


def test_a_thread_is_resumed_with_its_own_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEEPNOTE_WORKFLOWS_HOME", str(tmp_path))
    model = scripted(last=False)
    with served(model):
        named = ["--model", "openai:m", "--base-url", model.url, "--thread", "t"]
        stopped = [*COMMANDS[4], "--budget-calls", "1", *named]
        assert workflows.run.main(stopped) == 1
        assert "--resume t" in capsys.readouterr().out
        assert workflows.run.main(["--resume", "--thread", "t"]) == 0
    assert "decided by openai:m" in capsys.readouterr().err
    assert [one.question for one in model.requests] == ["docs_qa.articles", "docs_qa.answer"]
    assert workflows.run.main([*COMMANDS[4], "--thread", "t"]) == 0
    assert "decided by offline" in capsys.readouterr().err


def test_a_thread_is_resumed_within_its_own_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEEPNOTE_WORKFLOWS_HOME", str(tmp_path))
    begun = ["build_analysis", "retail jobs by year in a project called Shops", "--thread", "t"]
    assert workflows.run.main([*begun, "--no-run", "--deadline", "7", "--budget-tools", "90"]) == 1
    assert "Approve with" in capsys.readouterr().err
    assert workflows.run.main(["--resume", "--thread", "t", "--yes", "--budget-tools", "80", "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert {"create_project", "create_run"} & {entry["tool"] for entry in outcome["journal"]} == {
        "create_project"
    }
    kept = json.loads((tmp_path / "threads" / "t.json").read_text())["bounds"]
    assert (kept["no_run"], kept["deadline"], kept["budget_tools"]) == (True, 7.0, 80)
