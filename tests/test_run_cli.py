"""`python -m workflows.run` as a person meets it: help, exit codes, plan, approval on a terminal, threads, interruption."""

import gc
import io
import json
import os
import pty
import re
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from rich.console import Console

import workflows.run
import workflows.runs
from workflows.console import Watch, ask_plan, edit, placed, show_plan
from workflows.threads import Threads

SHORT = 'Create a project called "Falls": only drawdowns of the S&P 500 since 2015'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DEEPNOTE", "OPENAI", "ANTHROPIC"))
    }
    return {**kept, "DEEPNOTE_WORKFLOWS_HOME": str(home), "COLUMNS": "200", **more}


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def command(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line in this process: its exit code and what it printed."""
    for name in os.environ:
        if name.startswith(("DEEPNOTE", "OPENAI", "ANTHROPIC")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DEEPNOTE_WORKFLOWS_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str, main: Callable[[list[str]], int] = workflows.run.main) -> Done:
        capsys.readouterr()
        try:
            code = main(list(words))
        except SystemExit as exit:
            code = int(exit.code or 0)
        return Done(code, *capsys.readouterr())

    return run


def test_help_names_workflows_options_and_exit_codes(command: Command) -> None:
    done = command("--help")
    assert done.returncode == 0
    for word in (
        "build_analysis",
        "docs_qa",
        "--read-only",
        "--undo",
        "130",
        "exit codes",
        "stock returns for the past two years",
    ):
        assert word in done.stdout


def test_help_imports_nothing_heavy(home: Path) -> None:
    code = "import sys, runpy; sys.argv = ['run', '--help']\ntry: runpy.run_module('workflows.run', run_name='__main__')\nexcept SystemExit: pass\nprint([name for name in ('langgraph', 'pydantic', 'httpx', 'mcp', 'rich', 'sqlalchemy') if name in sys.modules])"  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(home), capture_output=True, text=True, timeout=60
    )
    assert done.stdout.rstrip().endswith("[]"), done.stdout[-200:]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give a request"),
        (["build_analysis"], "request is empty"),
        (["build_analysis", "  "], "request is empty"),
        (["build_analysys", "stock returns"], "Did you mean build_analysis?"),
        (["run-and-inspekt"], "Did you mean run_and_inspect?"),
        (["build_analysis", "x", "--yes", "--read-only"], "exclude each other"),
        (["build_analysis", "x", "--reuse", "--new"], "exclude each other"),
        (["build_analysis", "x", "--workspace", "deepnote.com"], "takes an address"),
        (["build_analysis", "x", "--budget-tools", "0"], "above zero"),
        (["build_analysis", "x", "--budget-seconds", "nan"], "above zero"),
        (["--undo", "kept", "--plan"], "exclude each other"),
        (["docs_qa", "x", "--workspace", "http://"], "takes an address"),
        (["docs_qa", "x", "--workspace", "http://127.0.0.1:99999/mcp"], "takes an address"),
        (["docs_qa", "x", "--workspace", "http://127.0.0.1:9/\x00"], "takes an address"),
        (
            ["docs_qa", "x", "--base-url", "http://127.0.0.1:9/v1"],
            "name it too, for example --model openai:NAME",
        ),
        (["docs_qa", "x", "--small-model"], "--small-model is about a model"),
        (
            ["docs_qa", "x", "--model", "local:m.gguf", "--base-url", "http://127.0.0.1:9"],
            "goes with openai:NAME",
        ),
        (["build_analysis", "x", "--resume", "--thread", "nothing-there"], "no thread 'nothing-there'"),
        (["build_analysis", "--resume", "nothing-there"], "no thread 'nothing-there'"),
        (["--resume", "one", "--thread", "two"], "name two threads"),
        (["--resume", ""], "the thread's name is empty"),
        (["docs_qa", "x", "--out", "no-such-folder/x.md"], "there is no folder 'no-such-folder'"),
        (["docs_qa", "x", "--html", "no-such-folder/x.html"], "--html: there is no folder"),
        (["build_analysis", "x", "--thread", "../up"], "no name for a thread"),
        (["--undo", "nothing-there"], "no thread 'nothing-there'"),
        (["build_analysis", "x", "--model", "clever"], "There is no model called 'clever'"),
        (
            ["build_analysis", "x", "--workspace", "http://127.0.0.1:9/mcp"],
            "No key for http://127.0.0.1:9/mcp",
        ),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_two(
    words: list[str], said: str, command: Command
) -> None:
    done = command(*words)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unreachable_server_is_one_sentence_and_no_key_is_shown(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPNOTE_API_KEY", "dn_secret_key_1234567890")
    done = command(
        "build_analysis",
        "stock returns",
        "--workspace",
        "http://127.0.0.1:9/mcp",
    )
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert "dn_secret" not in done.stderr + done.stdout


def test_plan_approve_list_show_and_undo(command: Command, tmp_path: Path) -> None:
    planned = command("build_analysis", SHORT, "--plan", "--no-run")
    assert planned.returncode == 0, planned.stderr
    assert "15 writes, in this order" in planned.stdout
    assert "levels.cummax()" not in planned.stdout
    assert "--json" in planned.stderr
    told = command("build_analysis", SHORT, "--plan", "--no-run", "--json")
    assert "levels.cummax()" in told.stdout

    waiting = command("build_analysis", SHORT, "--no-run", "--thread", "falls")
    assert waiting.returncode == 1
    assert "--resume falls --yes" in waiting.stderr
    listed = json.loads(command("--json", main=workflows.runs.main).stdout)
    assert listed[0]["thread"] == "falls"
    assert (listed[0]["state"], listed[0]["changes"]) == ("waiting", 0)

    page, text = tmp_path / "report.html", tmp_path / "report.md"
    done = command("--resume", "falls", "--yes", "--json", "--html", str(page), "--out", str(text))
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert (outcome["status"], len(outcome["journal"])) == ("done", 15)
    assert "13 new blocks, read back as planned" in outcome["answer"]
    assert "<html" in page.read_text()
    assert "## What was written" in text.read_text()

    again = command("--resume", "--thread", "falls")
    assert (again.returncode, "is finished" in again.stderr) == (2, True)
    listed = json.loads(command("--json", main=workflows.runs.main).stdout)
    assert (listed[0]["state"], listed[0]["changes"]) == ("done", 15)
    shown = command("show", "falls", main=workflows.runs.main).stdout
    assert "step 1: create_project  Falls" in shown
    for line in ("question  build_analysis", "call      list_integrations", "plan ", "resumed, approved in advance", 'write     create_project(name="Falls"', "result    done"):  # fmt: skip
        assert line in shown, line
    assert f"{outcome['tool_calls']} tool calls" in shown
    undone = command("--undo", "falls")
    assert undone.returncode == 0, undone.stderr
    assert "delete it in the workspace" in undone.stdout
    assert "Not taken back: 15 changes" in undone.stdout
    assert "nothing to undo" in command("--undo", "falls").stdout
    assert "was undone" in command("--resume", "--thread", "falls").stderr


def test_a_thread_keeps_to_its_workflow_its_request_and_its_workspace(command: Command, home: Path) -> None:
    waiting = ("tidy_notebook", "In Scratchpad, move the imports to the top", "--thread", "kept")
    assert command(*waiting).returncode == 1
    before = (home / "threads" / "kept.json").read_bytes()
    for words, said in [
        (("audit_integrations", "Audit everything", "--thread", "kept"), "belongs to tidy_notebook"),
        (("tidy_notebook", "Tidy up Scratchpad", "--thread", "kept"), "is not finished with “In Scratchpad"),
        (("--resume", "--thread", "kept", "--workspace", "http://127.0.0.1:9/mcp"), "works on the embedded"),
        (("--undo", "kept", "--workspace", "http://127.0.0.1:9/mcp"), "cannot go on at"),
        (("Tidy up Scratchpad", "--resume", "--thread", "kept"), "“Tidy up Scratchpad” is another request"),
        (("Undo that please", "--undo", "kept"), "“Undo that please” is another request"),
        (("--resume", "Tidy up Scratchpad", "--thread", "kept"), "“Tidy up Scratchpad” is another request"),
        (("--resume", "kept", "Tidy up Scratchpad"), "“Tidy up Scratchpad” is another request"),
        (("--resume", "docs_qa", "--thread", "kept"), "belongs to tidy_notebook, not to docs_qa"),
        (("docs_qa", "--resume", "--thread", "kept"), "belongs to tidy_notebook, not to docs_qa"),
    ]:
        done = command(*words)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert (home / "threads" / "kept.json").read_bytes() == before


def test_a_waiting_thread_that_was_undone_takes_its_request_anew(command: Command) -> None:
    note = ("tidy_notebook", "In Scratchpad, add the note “Draft” at the top", "--thread", "anew")
    move = ("tidy_notebook", "In Scratchpad, move the imports to the top", "--thread", "anew")
    assert command(*note, "--yes").returncode == 0
    assert command(*move).returncode == 1
    again = command(*move[1:2], "--resume", "--thread", "anew")
    assert (again.returncode, "Nothing of this plan was written" in again.stderr) == (1, True)
    assert command("--undo", "anew").returncode == 0
    assert "was undone; give its request again" in command("--resume", "--thread", "anew").stderr
    done = command(*move, "--yes")
    assert (done.returncode, "was changed and read back" in done.stdout) == (0, True), done.stderr
    assert "the order of" in command("--undo", "anew").stdout


def test_a_request_with_bytes_that_are_no_text_and_markup_is_answered_and_listed(command: Command) -> None:
    done = command("docs_qa", "How do I schedule a notebook\udcff [/b] [red]?", "--thread", "bytes")
    assert done.returncode == 0, done.stderr
    listed = command(main=workflows.runs.main)
    assert (listed.returncode, "[/b] [red]?" in listed.stdout) == (0, True)


@pytest.mark.parametrize("held", [b"\xff\xfe", b"", b"two words", "schlüssel".encode()])
def test_a_key_file_without_a_key_is_named_and_what_it_holds_is_not(
    command: Command, tmp_path: Path, held: bytes
) -> None:
    (tmp_path / "key").write_bytes(held)
    done = command("docs_qa", "x", "--workspace", "http://127.0.0.1:9/mcp", "--key-file", str(tmp_path / "key"))  # fmt: skip
    assert (done.returncode, "key holds no key" in done.stderr, "words" in done.stderr) == (2, True, False)


def test_a_thread_is_shown_from_a_folder_that_cannot_be_written(
    command: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "threads"
    command("docs_qa", "How do I schedule a notebook?", "--thread", "seen")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.setattr(Threads, "lock", None)
    shown = command("show", "seen", main=workflows.runs.main)
    assert (shown.returncode, "Scheduling a notebook" in shown.stdout) == (0, True)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_what_lies_in_the_folder_of_threads_and_cannot_be_read_is_named(
    command: Command, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPNOTE_WORKFLOWS_HOME", str(tmp_path))
    (tmp_path / "workspace").symlink_to(home / "workspace")
    (tmp_path / "threads").mkdir()
    (tmp_path / "threads" / "odd.json").write_text("{")
    assert "odd.json holds no record" in command("--resume", "--thread", "odd").stderr
    assert "holds no record that can be read" in command(main=workflows.runs.main).stdout
    (tmp_path / "threads" / "checkpoints.db").write_bytes(b"no database" * 400)
    done = command("audit_integrations", "Audit everything", "--thread", "new")
    assert (done.returncode, "holds no checkpoints" in done.stderr) == (1, True), done.stderr
    assert not (tmp_path / "threads" / "new.json").exists()


def test_a_limit_ends_the_run_with_what_was_done(command: Command) -> None:
    done = command("build_analysis", 'Create a project called "Few": only drawdowns since 2015', "--yes", "--no-run", "--budget-tools", "14", "--thread", "few", "--json")  # fmt: skip
    outcome = json.loads(done.stdout)
    assert (done.returncode, outcome["status"]) == (1, "out_of_budget")
    written = len(outcome["journal"])
    assert 1 < written < 14
    resumed = json.loads(command("--resume", "--thread", "few", "--yes", "--no-run", "--json").stdout)
    assert (resumed["status"], len(resumed["journal"])) == ("done", 15)


def test_a_disk_that_takes_nothing_more_is_one_sentence(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workflows.run", "docs_qa", "How do I schedule a notebook?"],
        env=environment(home), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=100,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1)),
    )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert re.search(r"cannot be (?:used now|opened|written)", done.stderr.splitlines()[-1])


def test_the_graph_is_drawn_as_mermaid(command: Command) -> None:
    done = command("build_analysis", "--draw")
    assert done.returncode == 0
    assert "create_notebook -.-> create_block;" in done.stdout


class Terminal:
    """The command on a pseudo-terminal: wait for words, type answers."""

    def __init__(self, home: Path, *words: str) -> None:
        self.screen, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workflows.run", *words], env=environment(home, TERM="dumb"), stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True,
        )  # fmt: skip
        os.close(theirs)
        self.seen = ""

    def until(self, words: str, seconds: float = 60.0) -> None:
        while words not in self.seen:
            ready, _, _ = select.select([self.screen], [], [], seconds)
            assert ready, f"{words!r} did not come: {self.seen}"
            try:
                self.seen += os.read(self.screen, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"{words!r} did not come before the end: {self.seen}") from None

    def type(self, words: str) -> None:
        self.seen = ""
        os.write(self.screen, f"{words}\n".encode())

    def end(self) -> int:
        try:
            while os.read(self.screen, 65536):
                pass
        except OSError:
            pass
        os.close(self.screen)
        return self.process.wait(timeout=60)


def test_on_a_terminal_the_plan_is_shown_and_a_no_writes_nothing(home: Path) -> None:
    terminal = Terminal(
        home, "build_analysis", 'Create a project called "Asked": only drawdowns since 2015', "--no-run"
    )
    terminal.until("[y]es, [n]o, [e]dit, [s]how everything:")
    assert "create_project" in terminal.seen
    terminal.type("n")
    terminal.until("Nothing was written")
    assert terminal.end() == 1


def test_interrupting_tells_how_to_go_on(home: Path) -> None:
    terminal = Terminal(
        home,
        "build_analysis",
        'Create a project called "Stopped": only drawdowns since 2015',
        "--no-run",
        "--thread",
        "stopped",
    )
    terminal.until("[y]es, [n]o")
    terminal.process.send_signal(signal.SIGINT)
    terminal.until("--resume stopped")
    assert terminal.end() == 130
    assert json.loads((home / "threads" / "stopped.json").read_text())["state"] == "waiting"


def test_what_a_plan_would_change_is_shown_as_lines_that_come_and_go() -> None:
    console = Console(file=io.StringIO(), width=200)
    show_plan({"summary": ["Move it.", "```diff\n+new\n old\n```"], "writes": []}, console, whole=False)
    assert console.file.getvalue().splitlines()[1:4] == ["  - Move it.", "    +new", "     old"]  # type: ignore[attr-defined]


def test_whoever_leaves_a_question_is_told_what_there_is_to_do(home: Path) -> None:
    terminal = Terminal(
        home, "tidy_notebook", "In Scratchpad, move the imports to the top", "--thread", "left"
    )
    terminal.until("[y]es, [n]o")
    os.write(terminal.screen, b"\x04")
    terminal.until("--resume left")
    assert terminal.end() == 130
    terminal = Terminal(home, "run_and_inspect", "Run the KPIs notebook", "--thread", "asked")
    terminal.until("Number, or your own words")
    os.write(terminal.screen, b"\x04")
    terminal.until("Nothing had begun; ask again.")
    assert terminal.end() == 130
    assert json.loads((home / "threads" / "asked.json").read_text())["state"] == "needs_answer"


def test_interrupting_while_it_loads_has_a_sentence_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(workflows.run, "main", interrupted)
    assert (workflows.run.command(), capsys.readouterr().err) == (130, "\nInterrupted. Nothing had begun; ask again.\n")  # fmt: skip
    gc.unfreeze()


@pytest.mark.parametrize("editor", ["  ", 'vi "', "no-such-editor-here"])
def test_an_editor_that_cannot_be_started_is_named(
    editor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", " ")
    monkeypatch.setenv("EDITOR", editor)
    monkeypatch.setenv("PATH", str(tmp_path))
    draft, console = tmp_path / "plan.yaml", Console(file=io.StringIO(), width=200)
    assert edit({"name": "Falls"}, console, draft) is None
    assert f"The editor {editor.strip() or 'vi'!r} did not work" in console.file.getvalue()  # type: ignore[attr-defined]
    draft.write_bytes(b"\xff")
    assert placed(["name: wrong"], draft) == ["name: wrong"]


def test_a_yes_after_an_edit_that_was_not_read_is_asked_for_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = tmp_path / "plan.yaml"

    def asked(problems: list[str], *answers: str) -> object:
        draft.write_text("name: Falls and falls")
        left = list(answers)
        monkeypatch.setattr("builtins.input", lambda *_: left.pop(0))
        payload = {"plan": {"name": "Falls"}, "summary": ["Fall."], "problems": problems}
        said = ask_plan(payload, Watch(quiet=True), draft)
        assert (left, draft.exists()) == ([], False)
        return said

    assert asked(["name: too long"], "y", "n", "n") is False
    assert asked(["name: too long"], "y", "y") is True
    assert asked(["name: too long"], "n") is False
    assert asked([], "y") is True


def test_a_plan_edited_into_nonsense_keeps_the_persons_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, console = tmp_path / "plan.yaml", Console(file=io.StringIO(), width=200)
    plan = {
        "name": "Falls",
        "steps": [{"action": "move", "blocks": ["b1"]}, {"action": "replace", "text": "x"}],
    }

    def edited(old: str, new: str) -> object:
        monkeypatch.setenv("EDITOR", f"{sys.executable} -c \"import sys, pathlib; p = pathlib.Path(sys.argv[1]); p.write_text(p.read_text().replace('{old}', '{new}'))\"")  # fmt: skip
        return edit(plan, console, draft)

    assert edited("name: Falls", "name: [Falls") is None
    assert re.search(r"line 2, column \d+: .*Your text is kept", console.file.getvalue())  # type: ignore[attr-defined]
    assert edited("[Falls", "[Falls]\\nsince: 2024-13-45") is None
    assert "month must be in 1..12" in console.file.getvalue()  # type: ignore[attr-defined]
    assert edited("[Falls]\\nsince: 2024-13-45", "[Falls]") == {**plan, "name": ["Falls"]}
    assert placed(["name: Input should be a valid string", "steps.1.place: Field required", "It would break."], draft) == [
        "line 1: name: Input should be a valid string", "line 6: steps.1.place: Field required", "It would break.",
    ]  # fmt: skip
