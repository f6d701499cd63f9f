"""What the documentation is silent on is said to be silent, by name, and what else may answer is quoted with its place."""

import pytest

from agents.asks.docs_qa import DocsAnswer, Passage, Statement, WhatTheySay
from agents.rules.asked import Part, groups, parts, unheard
from agents.rules.docs_qa import also, misspelt, unanswered, unmentioned, what_they_say
from agents.rules.docs_qa_beside import beside
from agents.rules.docs_qa_fits import index_of

NOTHING = DocsAnswer(found=False)
TEXTS = [
    ("postgresql", "PostgreSQL", "Connect", "Install the driver, then add the integration with PostgreSQL as its type."),
    ("mysql", "MySQL", "Connect", "Install the driver, then add the integration with MySQL as its type."),
    ("integrations", "Integrations", "Connect any other database", "Any database with a dialect can be connected."),
    ("charts", "Charts", "", "A chart draws a table. Put the fields for x and y into its specification."),
    ("scheduling", "Scheduling", "Schedule a notebook", "Run `schedule add` with a cron expression. A worker launches it."),
    ("scheduling", "Scheduling", "A message when a run fails", "Nothing is sent by mail when a scheduled run fails."),
    ("snapshots", "Snapshots", "", "Old outputs of a run are kept in its snapshot, and each may be looked at again."),
]  # fmt: skip
PASSAGES = [
    Passage(key=f"s{place}", slug=slug, title=title, heading=heading, text=text)
    for place, (slug, title, heading, text) in enumerate(TEXTS, 1)
]
INDEX = index_of(PASSAGES)


def told(question: str) -> DocsAnswer:
    return what_they_say(WhatTheySay(request=question, passages=PASSAGES))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Can I connect Tableau to the workspace?", ["Tableau"]),
        ("Does it work with Power BI?", ["Power BI"]),
        ("How do I connect Looker and Airtable?", ["Looker", "Airtable"]),
        ("How do I connect Postgresq?", []),
        ("How do I connect MySQL?", []),
        ("How Do I Schedule A Notebook On Mondays?", []),
        ("Can I use Gemini?", []),
    ],
)
def test_a_name_that_no_section_has_is_no_other_word_of_theirs(question: str, names: list[str]) -> None:
    assert unheard(question, INDEX) == names


def test_what_is_asked_of_such_a_name_is_not_answered_but_the_rest_is_near() -> None:
    question = "How do I connect Looker?"
    assert not told(question).found
    assert unmentioned(question, PASSAGES) == ["Looker"]
    assert [each.key for each in also(question, PASSAGES, NOTHING)] == ["s3"]


def test_a_foreign_word_in_an_english_question_is_no_foreign_word() -> None:
    assert [sorted(group.own) for group in groups("can i connect tableau to it", INDEX)][-1] == ["tableau"]


@pytest.mark.parametrize(
    "question", ["How old are you?", "What should I eat tonight?", "Who is the boss here?"]
)
def test_words_of_everyday_alone_are_answered_by_a_heading_only(question: str) -> None:
    assert not told(question).found


def test_two_wishes_behind_one_how_are_two_questions() -> None:
    question = "How do I run a notebook every morning and mail me when it fails?"
    assert [part.text for part in parts(question)] == [
        "How do I run a notebook every morning?",
        "How do I mail me when it fails?",
    ]
    assert [each.key for each in told(question).statements] == ["s5", "s6"]
    assert len(parts("How do I move the code and the charts of a notebook?")) == 1


def test_a_part_without_an_answer_is_named_with_what_is_near() -> None:
    open_parts = unanswered("How do I schedule a notebook, and how do I connect Looker?", PASSAGES)
    assert [(part, [each.key for each in near]) for part, near in open_parts] == [
        ("how do I connect Looker?", ["s3"])
    ]


def test_a_word_that_was_read_as_another_is_told() -> None:
    assert misspelt("How do I shcedule it?", PASSAGES) == [("shcedule", "schedule")]
    assert misspelt("How do I schedule it?", PASSAGES) == []


def test_the_next_best_sections_are_quoted_only_beside_an_answer_with_doubt() -> None:
    part = Part("How are charts drawn?")
    sure = DocsAnswer(found=True, statements=[Statement(key="s4", text="A chart draws a table.")])
    assert [each.key for each in beside(part, PASSAGES, INDEX, sure)] == []
    near = beside(Part("Are old outputs of a run kept?"), PASSAGES, INDEX, NOTHING)
    assert near[0].key == "s7"
    assert near[0].text == TEXTS[6][3]
