"""The README: every command in it exists, every option it names is known, every file it links is there."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    set(
        re.findall(
            r"python -m (workspace [a-z]+|workflows\.\w+|evals\.\w+|agents\.\w+|workspace|benchmarks)\b",
            README,
        )
    )
)
LINES = re.findall(r"python -m ((?:workspace [a-z]+|workflows\.\w+|evals\.\w+)[^\n`#]*)", README)
WITH_OPTIONS = [line for line in LINES if "--" in line]


@cache
def help_of(module: str) -> str:
    command = [sys.executable, "-m", *module.split(), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{module}: {done.stderr}"
    return done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_exists(command: str) -> None:
    assert "usage" in help_of(command).lower()


@pytest.mark.parametrize("line", WITH_OPTIONS)
def test_every_option_of_the_readme_is_known(line: str) -> None:
    words = line.split()
    verb = words[1] if words[0] == "workspace" else ""
    text = help_of(f"{words[0]} {verb}".strip())
    if verb and len(words) > 2 and re.fullmatch("[a-z]+", words[2]) and "ACTION" in text:
        text += help_of(f"{words[0]} {verb} {words[2]}")
    assert [option for option in re.findall(r"(?<!\S)--[a-z-]+", line) if option not in text] == []


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    root = Path(__file__).parent.parent
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert [link for link in links if not (root / link).exists()] == []


def test_no_part_of_the_readme_waits_to_be_written() -> None:
    assert re.findall(r"<!-- (\w+):begin -->\s*<!-- \1:end -->", README) == []
