"""`python -m workspace`: what it says, and how it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from workspace.__main__ import main, parser


def test_the_help_names_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    words = capsys.readouterr().out
    for command in ("serve", "worker", "demo", "open", "key", "integration", "schedule", "import", "export"):
        assert f"\n    {command}" in words, command
    assert "exit codes: 0 done" in words


def test_help_loads_neither_database_nor_server() -> None:
    code = "import sys; from workspace.__main__ import parser; parser(); print([n for n in sys.modules if n.split('.')[0] in ('sqlalchemy', 'starlette', 'pydantic', 'duckdb', 'pandas')])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serv"])
    assert ended.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [
        ["policy", "viewers-may-run", "--data", "{}", "on"],
        ["policy", "--data", "{}", "viewers-may-run", "on"],
        ["policy", "viewers-may-run", "on", "--data", "{}"],
    ],
)
def test_options_may_stand_between_the_words_of_a_command(
    given: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.format(tmp_path) for word in given]) == 0
    assert capsys.readouterr().out.split() == ["viewers-may-run", "on"]


def test_every_command_has_a_line_of_help() -> None:
    (commands,) = [action for action in parser()._actions if action.dest == "command"]
    described = {action.dest: action.help for action in commands._choices_actions}  # type: ignore[attr-defined]
    assert all(described.values())
    assert set(described) == set(commands.choices or {})


def test_the_demo_is_made_once_and_anew_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEEPNOTE_WORKFLOWS_HOME", str(tmp_path))
    assert main(["demo"]) == 0
    assert capsys.readouterr().out == f"The demo workspace is in {tmp_path}/workspace.\n"
    assert main(["demo"]) == 0
    assert "is not empty; nothing was changed" in capsys.readouterr().out
    assert main(["demo", "--reset"]) == 0
    assert capsys.readouterr().out == f"The demo workspace is in {tmp_path}/workspace.\n"


def test_a_setting_that_cannot_be_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["demo", "--data", str(tmp_path / "file")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "cannot be made" in error
    url = "postgresql://x:hidden@127.0.0.1:1/y"
    assert main(["demo", "--data", str(tmp_path), "--database", url]) == 2
    error = capsys.readouterr().err
    assert "hidden" not in error
    assert "Traceback" not in error
    assert "Put the URL into $DEEPNOTE_WORKFLOWS_DATABASE instead." in error
    monkeypatch.setenv("DEEPNOTE_WORKFLOWS_DATABASE", url)
    assert main(["run", "list", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("The database postgresql+psycopg://x:***@127.0.0.1:1/y cannot")
