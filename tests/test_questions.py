"""Every question of the package has a prompt file that fits it, a sample, a rule, and a size it keeps on a huge workspace."""

import functools
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from agents.asks.ask import WhichWorkflow, WorkflowCard
from agents.asks.audit_integrations import IntegrationCard, WhatToAudit
from agents.asks.build_analysis import Outline, likely_tables, table_lines
from agents.asks.build_analysis_blocks import Extra, Repair
from agents.asks.docs_qa import ArticleCard, Passage, WhatTheySay, WhichArticles, likely_articles
from agents.asks.notebooks import NotebookCard, WhichNotebook
from agents.asks.run_and_inspect import Change, HowToRun, InputCard, WhatMatters
from agents.asks.tables import ColumnCard, TableCard
from agents.asks.tidy_notebook import BlockCard, WhatToTidy
from agents.errors import NoAnswer
from agents.listing import every_question, main
from agents.prompts import FOLDER, placeholders, render
from agents.questions import Question, spoken_text
from agents.results import Block
from agents.rules import rule_for, ruled
from agents.schemas import Dialect, for_provider
from workflows.finding import narrowed
from workflows.parts.written import scope_below
from workflows.registry import WORKFLOWS
from workflows.tidying import card_of

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


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_prompt_exceeds_its_budget_whatever_grows(name: str) -> None:
    kind = QUESTIONS[name]
    question: Question[Any] = grown(kind.sample(), 1000)
    size, refused = 0, ""
    try:
        size = render(question).tokens
    except NoAnswer as too_much:
        refused = str(too_much)
    assert size <= kind.budget
    assert bool(size) or "does not fit" in refused


def notebook(blocks: int) -> list[BlockCard]:
    """Blocks as large notebooks hold them: ids of 32 digits and thousands of characters each."""
    long = "\n".join(f"frame['column_{n}'] = frame['amount'].rolling({n}).mean()  # über {n}" for n in range(40))  # fmt: skip
    return [
        card_of(Block(id=f"{n:032x}", type="code" if n % 3 else "markdown", content=f"# step {n}\n{long}"), n + 1)
        for n in range(blocks)
    ]  # fmt: skip


def workspace_cards() -> list[NotebookCard]:
    """10,000 notebooks in 1,000 projects."""
    return [
        NotebookCard(id=f"{n:032x}", name=f"Analysis {n % 97} of region {n}", project=f"Project {n // 10}")
        for n in range(10_000)
    ]


@functools.cache
def largest() -> list[Question[Any]]:
    return list(_largest())


def _largest() -> Iterator[Question[Any]]:
    """Each question as the largest workspace asks it: cards as the graphs make them, from what the server would send."""
    columns = tuple(
        ColumnCard(name=f"column_{n}", type="VARCHAR", role="category", values=tuple(f"value {v}" for v in range(12)))
        for n in range(60)
    )  # fmt: skip
    tables = tuple(
        TableCard(ref=f"Warehouse {n % 30}/table_{n}", integration_id=f"i{n % 30}", integration=f"Warehouse {n % 30}", name=f"table_{n}", columns=columns)
        for n in range(300)
    )  # fmt: skip
    request = "In the long notebook, move the imports to the top. " * 200
    above = [Block(id=card.id, type=card.type, content=card.content) for card in notebook(100)]
    left = scope_below(above, ()).available
    yield Outline(request=request, tables=tables)
    shown = table_lines(tables)
    names = tuple(dict.fromkeys(table.integration for table in tables))
    yield Extra(
        tables=shown, request=request, wishes=("a forecast",) * 10, integrations=names, available=left
    )
    yield Repair(tables=shown, language="python", block="x = 1\n" * 2000, error="e" * 2000, available=left)
    yield WhatToTidy(request=request, notebook="Long", blocks=notebook(500))
    yield WhichNotebook(request=request, notebooks=workspace_cards())
    yield WhichNotebook(request=request, notebooks=narrowed("run region 1234", workspace_cards()))
    values = [f"value {n}" for n in range(500)]
    inputs = [InputCard(name=f"input_{n}", type="input-select", value="value 1", options=values) for n in range(100)]  # fmt: skip
    yield HowToRun(request=request, notebook="Long", inputs=inputs)
    changes = [Change(key=f"c{n}", sentence=f"Block {n}: " + "a long change " * 300) for n in range(40)]
    yield WhatMatters(request=request, changes=changes)
    cards = [
        IntegrationCard(id=f"{n:032x}", name=f"Warehouse {n}", type="pgsql", tables=[f"schema.table_{t}" for t in range(200)])
        for n in range(500)
    ]  # fmt: skip
    yield WhatToAudit(request=request, integrations=cards)
    articles = [ArticleCard(slug=f"article-{n}", title=f"Article {n}", description="About it. " * 20) for n in range(2000)]  # fmt: skip
    yield WhichArticles(request=request, articles=articles)
    passages = [Passage(key=f"s{n}", slug="a", title="A", text="Do this, then that. " * 1000) for n in range(40)]  # fmt: skip
    yield WhatTheySay(request=request, passages=passages)
    flows = [WorkflowCard(name=one.name, does=one.does, example=one.example) for one in WORKFLOWS.values()]
    yield WhichWorkflow(
        request=request,
        workflows=flows,
        notebooks=[card.name for card in workspace_cards()],
        integrations=list(names),
    )


def test_no_prompt_exceeds_its_budget_on_a_workspace_of_ten_thousand_notebooks() -> None:
    seen = set()
    for question in largest():
        seen.add(question.name)
        try:
            prompt = render(question)
        except NoAnswer as refused:
            pytest.fail(f"{question.name}: {refused}")
        assert prompt.tokens <= question.budget, question.name
        for what in prompt.left_out:
            assert f"[... {what.partition(' of ')[0]}" in prompt.text, (question.name, what)
    assert seen == set(QUESTIONS)


def test_a_notebook_of_five_hundred_blocks_is_shown_whole_in_outline() -> None:
    prompt = render(WhatToTidy(request="Move the imports up.", notebook="Long", blocks=notebook(300)))
    assert prompt.left_out == []
    assert [f"block {n} ·" in prompt.text for n in range(1, 301)] == [True] * 300


def test_what_questions_of_a_run_share_is_cut_alike() -> None:
    outline, extra, repair = map(render, largest()[:3])
    assert outline.left_out
    assert outline.shared == extra.shared == repair.shared
    assert outline.system == extra.system == repair.system


def plain_table(name: str, *columns: str) -> TableCard:
    cards = tuple(ColumnCard(name=each, type="VARCHAR", role="text") for each in columns)
    return TableCard(ref=f"Shop/{name}", integration_id="i", integration="Shop", name=name, columns=cards)


def test_of_hundreds_of_tables_those_that_the_request_speaks_of_are_shown() -> None:
    many = [plain_table(f"log_{n}", *(f"field_{c}" for c in range(30))) for n in range(300)]
    many += [plain_table("refunds", "refund_id", "amount"), plain_table("couriers", "courier", "region")]
    request = "Show the couriers with the most refunded money"
    tables = likely_tables(request, many)
    assert {table.name for table in tables[:2]} == {"refunds", "couriers"}
    prompt = render(Outline(request=request, tables=tuple(tables)))
    assert ["Shop/refunds:" in prompt.text, "Shop/couriers:" in prompt.text] == [True, True]
    (left_out,) = prompt.left_out
    assert re.fullmatch(r"\d+ of 302 lines of tables", left_out)
    assert f"[... {left_out.removesuffix(' of tables')} left out ...]\n</tables>" in prompt.text
    assert likely_tables(request, many[-5:]) == many[-5:]


def test_of_hundreds_of_integrations_and_articles_those_that_the_request_speaks_of_are_shown() -> None:
    cards = [IntegrationCard(id=f"{n:032x}", name=f"Warehouse {n}", type="pgsql", tables=[f"t{n}_{c}" for c in range(9)]) for n in range(400)]  # fmt: skip
    cards.insert(200, IntegrationCard(id="f" * 32, name="Lagoon", type="pgsql"))
    assert "Lagoon · pgsql" in render(WhatToAudit(request="Who uses Lagoon?", integrations=cards)).text
    articles = [ArticleCard(slug=f"a{n}", title=f"Chapter {n}", description="On this and that. " * 5) for n in range(600)]  # fmt: skip
    articles.insert(300, ArticleCard(slug="lagoon", title="Lagoons", description="How to dig one."))
    assert likely_articles(articles, "How do I dig a lagoon?")[0].slug == "lagoon"
    names = [f"Notebook {n}" for n in range(500)] + ["Lagoon levels"]
    flows = [WorkflowCard(name="docs_qa", does="answer", example="How?")]
    assert "Lagoon levels" in WhichWorkflow(request="run lagoon levels", workflows=flows, notebooks=names).material()["names"]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "meant"),
    [
        ("运行销售分析", "n1"),
        ("把销售分析的导入移到顶部", "n1"),
        ("月次レポートを実行して", "n2"),
        ("运行销售", ""),
    ],
)
def test_a_name_is_found_where_no_spaces_stand_between_words(request_: str, meant: str) -> None:
    cards = [NotebookCard(id="n1", name="销售分析"), NotebookCard(id="n2", name="月次レポート")]
    assert ruled(WhichNotebook(request=request_, notebooks=cards)).notebook_id == meant


def test_the_command_lists_prints_and_helps(capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments])
        return code, *capsys.readouterr()

    _, listed, _ = run()
    assert [line.split()[0] for line in listed.splitlines()] == list(QUESTIONS)
    _, shown, _ = run("docs_qa.articles", "--request", "How do I count to 17?", "--schema", "anthropic")
    assert all(part in shown for part in ("## Values", "## Prompt", "## Schema of the answer", "## Size"))
    assert "<request>How do I count to 17?</request>" in shown
    code, _, unknown = run("docs_qa.article")
    assert code == 2
    assert "Did you mean docs_qa.articles?" in unknown
    code, _, without = run("build_analysis.repair", "--request", "x")
    assert code == 2
    assert "asked without the request" in without
    with pytest.raises(SystemExit):
        run("--help")
    helped = capsys.readouterr().out
    for line in re.findall(r"python -m agents\.questions(?: (\S+))?\n", helped):
        assert line in ("", *QUESTIONS)


def test_questions_are_light_to_import() -> None:
    program = "import sys, agents.questions, agents.deciders; print(sorted(m for m in sys.modules if m.split('.')[0] in {'langchain_core', 'openai', 'anthropic', 'mcp', 'httpx'}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_prompt_files_hold_no_place_that_is_not_filled() -> None:
    for name, kind in QUESTIONS.items():
        assert string.Template("\n".join(f"${field}" for field in placeholders(kind))).is_valid(), name
