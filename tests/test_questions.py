"""Every question of the package has a prompt file that fits it, a sample, a rule, and a size it keeps on a huge workspace."""

import string
import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel

from agents.errors import NoAnswer
from agents.listing import every_question
from agents.prompts import FOLDER, placeholders, render
from agents.questions import Question, spoken_text
from agents.rules import rule_for
from agents.schemas import Dialect, for_provider

QUESTIONS = every_question()


def prompt_names() -> set[str]:
    return {
        ".".join(path.relative_to(FOLDER).with_suffix("").parts)
        for path in FOLDER.rglob("*.md")
        if path.parent != FOLDER
    }


def test_every_prompt_file_belongs_to_a_question_and_the_other_way_round() -> None:
    assert prompt_names() == set(QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_prompt_shows_all_of_the_questions_material_once(name: str) -> None:
    kind = QUESTIONS[name]
    question = kind.sample()
    assert placeholders(kind) | set(kind.shared) == set(question.material())
    assert not placeholders(kind) & set(kind.shared)
    prompt = render(question)
    assert prompt.tokens <= kind.budget
    assert prompt.left_out == []
    for field in question.material():
        assert prompt.text.count(f"</{field}>") >= 1


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_can_be_answered_offline(name: str) -> None:
    assert rule_for(name) is not None


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_schema_says_what_every_field_is_for(name: str) -> None:
    kind = QUESTIONS[name]
    for dialect in Dialect:
        for_provider(kind.sample().schema_for_answer(), dialect)
    if kind.spoken is not None:
        assert kind.spoken.partition(".")[0] in kind.answer_type().model_fields


def test_spoken_text_is_found_in_answers_that_are_half_written() -> None:
    assert spoken_text({"headline": "It rose."}, "headline") == "It rose."
    statements = [{"key": "s1", "text": "First."}, {"key": "s2", "text": "Sec"}, {"key": "s3"}]
    assert spoken_text({"found": True, "statements": statements}, "statements.text") == "First.\n\nSec"
    for half in ({}, {"statements": None}, {"statements": [{}]}, {"statements": ["x"]}, [], "text"):
        assert spoken_text(half, "statements.text") == ""


def grown(value: Any, times: int) -> Any:
    """The same value, many times as large: long texts, long lists, of different things."""
    if isinstance(value, BaseModel):
        return value.model_copy(
            update={field: grown(getattr(value, field), times) for field in type(value).model_fields}
        )
    if isinstance(value, (list, tuple)):
        return type(value)(_renamed(item, n) for n in range(times) for item in value)
    if isinstance(value, str) and " " in value:
        return "\n".join([value] * times)
    return value


def _renamed(item: Any, number: int) -> Any:
    if isinstance(item, str):
        return f"{item} {number}" if number else item
    if isinstance(item, BaseModel):
        texts = {
            field: f"{getattr(item, field)}{number}"
            for field in type(item).model_fields
            if field in {"id", "ref", "key", "name", "slug", "block_id"}
            and isinstance(getattr(item, field), str)
        }
        return item.model_copy(update=texts) if number else item
    return item


@pytest.mark.parametrize("times", [50, 3000])
@pytest.mark.parametrize("name", QUESTIONS)
def test_no_prompt_exceeds_its_budget_on_the_largest_workspace(name: str, times: int) -> None:
    kind = QUESTIONS[name]
    question: Question[Any] = grown(kind.sample(), times)
    size, refused = 0, ""
    try:
        size = render(question).tokens
    except NoAnswer as too_much:
        refused = str(too_much)
    assert size <= kind.budget
    assert bool(size) or "does not fit" in refused


def test_the_command_lists_prints_and_helps(tmp_path: Any) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "agents.questions", *arguments], capture_output=True, text=True, timeout=60
        )

    listed = run()
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(QUESTIONS)
    name = next(iter(QUESTIONS))
    shown = run(name)
    assert all(part in shown.stdout for part in ("## Prompt", "## Schema of the answer", "## Size"))
    unknown = run(name[:-1])
    assert unknown.returncode == 2
    assert f"Did you mean {name}?" in unknown.stderr


def test_questions_are_light_to_import() -> None:
    program = "import sys, agents.questions, agents.deciders; print(sorted(m for m in sys.modules if m.split('.')[0] in {'langchain_core', 'openai', 'anthropic', 'mcp', 'httpx'}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_prompt_files_hold_no_place_that_is_not_filled() -> None:
    for name, kind in QUESTIONS.items():
        assert string.Template("\n".join(f"${field}" for field in placeholders(kind))).is_valid(), name
