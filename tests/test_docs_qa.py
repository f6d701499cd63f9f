"""docs_qa: answers quote the article and heading they rest on, follow-ups keep the context, and silence is said to be silence."""

import asyncio
from pathlib import Path

import pytest
from analysis_world import context_on, seeded
from tidy_world import YES, outcome_of

from agents.asks.docs_qa import ASKED, DocsAnswer, Passage
from agents.deciders import RuleDecider
from agents.questions import A, OnText, Question
from agents.results import Article
from agents.rules.docs_qa import nearest_first
from workflows.docs_qa import sections
from workflows.outcome import Status
from workflows.runner import Ended, in_memory

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("How do I schedule a notebook?", "scheduling"),
        ("can i use my own openai model", "models"),
        ("Where are snapshots kept?", "snapshots"),
        ("how do I pass a parameter into SQL", "sql-parameters"),
        ("how long may a run take", "run-limits"),
        ("How do I add a dropdown that people can choose from?", "input-blocks"),
        ("Which chart types are there?", "charts"),
        ("What happens when my process gets killed in the middle?", "resume"),
        ("Where do I make a new API key?", "api-keys"),
        ("What does status internal_error mean?", "run-statuses"),
        ("How can I connect Claude Code to the workspace?", "claude-code"),
        ("ELI5 please: what is a snapshot?", "snapshots"),
        ("Me and my boss change one notebook at the very same moment, what happens?", "working-together"),
        ("Kann ich eine Variable in einer Abfrage verwenden?", "sql-parameters"),
        ("We use Teams at work. Is anything of our data sent to Anthropic?", "privacy"),
        ("I need a select box so that my boss can pick a country. What must I do?", "input-blocks"),
        ("which blocks are not run", "block-types"),
        ("ModuleNotFoundError: No module named 'polars'", "python-packages"),
    ],
)
async def test_the_answer_comes_from_the_article_that_holds_it(
    demo: Path, question: str, article: str
) -> None:
    outcome = await outcome_of(demo, "docs_qa", question)
    assert outcome.status is Status.DONE
    assert article in [claim.source.article for claim in outcome.claims], outcome.answer
    assert (outcome.checks, outcome.journal) == ([], [])


async def test_steps_stay_steps_and_the_heading_is_named(demo: Path) -> None:
    outcome = await outcome_of(demo, "docs_qa", "How do I schedule a notebook?")
    assert outcome.answer.startswith("1. ")
    assert outcome.answer.endswith("— *Scheduling a notebook*, “Schedule a notebook” (`scheduling`)")


@pytest.mark.parametrize(
    "question",
    [
        "How do I train a puppy?",
        "how do I get a refund",
        "Does it integrate with Salesforce?",
        "Is there a button that translates a notebook into French?",
    ],
)
async def test_what_the_documentation_does_not_say_is_not_made_up(demo: Path, question: str) -> None:
    outcome = await outcome_of(demo, "docs_qa", question)
    assert outcome.answer.startswith("The documentation doesn't say.")
    # To say of a name that it stands nowhere, every article is read.
    assert outcome.not_checked or "stands in none of its articles" in outcome.answer


async def test_a_follow_up_is_about_what_the_question_before_was_about(demo: Path) -> None:
    async with context_on(demo, policy=YES) as context:
        runner = in_memory("docs_qa", context)
        await runner.start("How do I schedule a notebook?")
        ended = await runner.start("and how do I remove it?")
        assert isinstance(ended, Ended)
        assert ended.outcome.claims[0].source.heading == "Change or remove it"


async def test_a_question_that_is_none_is_asked_back(demo: Path) -> None:
    assert (await outcome_of(demo, "docs_qa", "???")).status is Status.NEEDS_ANSWER


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        ("Does a SQL block leave a DataFrame?", "Yes."),
        ("Can I export a notebook as PDF?", "No."),
        ("Does it work with Claude Desktop?", "Yes."),
        ("How do I export a notebook as PDF?", "PDF: "),
        ("Can I rename a notebook?", "No. There is no tool that deletes or renames"),
        ("Will a run change my notebook?", "No. A run does not change"),
        ("is my password stored in plain text", "No password is kept in plain text."),
    ],
)
async def test_yes_or_no_is_said_where_the_text_says_it(demo: Path, question: str, beginning: str) -> None:
    assert (await outcome_of(demo, "docs_qa", question)).answer.startswith(beginning)


async def test_a_question_of_two_gets_two_answers_or_is_told_which_has_none(demo: Path) -> None:
    both = await outcome_of(demo, "docs_qa", "How do I share a notebook, and can a viewer edit it?")
    assert [claim.source.article for claim in both.claims] == ["working-together", "members"]
    half = await outcome_of(demo, "docs_qa", "How do I connect to Trino, and where can I buy a bicycle?")
    assert [claim.source.article for claim in half.claims] == ["trino"]
    assert "On “where can I buy a bicycle” the documentation doesn't say" in half.answer


async def test_further_articles_are_opened_only_when_titles_do_not_name_what_is_asked(demo: Path) -> None:
    named = await outcome_of(demo, "docs_qa", "How do I connect Snowflake?")
    wide = await outcome_of(demo, "docs_qa", "is a password ever sent to the kernel of a run")
    assert named.tool_calls <= 6 < wide.tool_calls
    assert "credentials" in wide.answer


def test_headings_of_all_forms_cut_an_article_and_code_does_not() -> None:
    content = "Intro\n\nUnderlined\n----------\nA\n\n<h2>Tagged</h2>\nB\n\n```sh\n# no heading\n```\n\n| a |\n|---|\n| b |\n\n---\n\nC\n"
    cut = sections(Article(slug="x", title="X", section="", content=content))
    assert [(each.heading, each.text.split("\n")[0]) for each in cut] == [
        ("", "Intro"),
        ("Underlined", "A"),
        ("Tagged", "B"),
    ]


def test_an_article_that_was_chosen_keeps_a_place_among_the_sections_that_a_model_is_shown() -> None:
    passages = [
        Passage(key=f"s{place}", slug=f"a{place}", title="Keys", heading="Make a key", text="A key.")
        for place in range(1, ASKED + 3)
    ]
    far = Passage(key="s99", slug="far", title="Herbs", text="Thyme.")
    shown = nearest_first("How do I make a key?", [*passages, far], chosen=["far"])[:ASKED]
    assert far in shown
    assert far not in nearest_first("How do I make a key?", [*passages, far])[:ASKED]


class Inventing(RuleDecider):
    """Answers as the rules do, and adds a figure that no article holds."""

    async def decide(self, question: Question[A], *, on_text: OnText | None = None) -> A:
        answer = await super().decide(question, on_text=on_text)
        if isinstance(answer, DocsAnswer):
            first, *rest = answer.statements
            invented = first.model_copy(update={"text": f"{first.text} It takes 1,719 minutes."})
            return answer.model_copy(update={"statements": [invented, *rest]})
        return answer


async def test_a_number_that_a_section_does_not_hold_is_no_source_of_itself(demo: Path) -> None:
    question = "How do I schedule a notebook?"
    assert (await outcome_of(demo, "docs_qa", question)).checks == []
    invented = await outcome_of(demo, "docs_qa", question, decider=Inventing())
    assert invented.checks == ["1,719 stands in the answer, but no claim says where it was read."]
