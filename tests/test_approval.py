"""The approval of a plan: one interrupt with everything that would be written, answered by yes, no, or the changed plan."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from analysis_world import SHORT, context_on, copied, picture, seeded

from workflows import runner
from workflows.approval import read_decision
from workflows.console import plan_yaml
from workflows.context import Context, Policy
from workflows.outcome import Status
from workflows.runner import Ended, Runner, Waiting

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


async def asked(context: Context, thread: str = "t") -> tuple[Runner, dict[str, Any]]:
    made = runner.in_memory("build_analysis", context, thread=thread)
    waiting = await made.start(SHORT)
    assert isinstance(waiting, Waiting)
    return made, waiting.payload


async def test_a_run_that_would_write_asks_first_and_no_means_no(demo: Path) -> None:
    async with context_on(demo, policy=Policy(run=False)) as context:
        before = await picture(context.tools)
        made, payload = await asked(context)
        assert payload["kind"] == "approval"
        assert payload["request"] == SHORT
        assert [write["tool"] for write in payload["writes"]] == [
            "create_project",
            "create_notebook",
            *["create_block"] * 13,
        ]
        assert await picture(context.tools) == before
        ended = await made.resume("no")
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DENIED
        assert await picture(context.tools) == before


async def test_yes_makes_exactly_what_was_shown(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w"), policy=Policy(run=False)) as context:
        made, payload = await asked(context)
        ended = await made.resume(True)
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE
        shown = [
            write["arguments"].get("content")
            for write in payload["writes"]
            if write["tool"] == "create_block"
        ]
        notebooks = (await picture(context.tools))["Falls"][0]
        (blocks,) = [blocks for name, blocks, _ in notebooks if name == "Index prices analysis"]
        assert [block[1] for block in blocks] == shown


async def test_an_edited_plan_is_checked_and_shown_again(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w"), policy=Policy(run=False)) as context:
        made, payload = await asked(context)
        plan = {**payload["plan"], "project": "Renamed", "blocks": payload["plan"]["blocks"][:2]}
        again = await made.resume({"plan": plan})
        assert isinstance(again, Waiting)
        assert again.payload["problems"] == []
        assert len(again.payload["writes"]) == 4
        ended = await made.resume("yes")
        assert isinstance(ended, Ended)
        made_now = await picture(context.tools)
        assert "Falls" not in made_now
        assert {name: len(blocks) for name, blocks, _ in made_now["Renamed"][0]} == {
            "Notebook 1": 0,
            "Index prices analysis": 2,
        }


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"blocks": "none"}, "blocks"),
        ({"project": ""}, "project"),
        ({"colour": "red"}, "colour"),
        ({"blocks": []}, "no blocks"),
        ({"blocks": [{"key": "a", "title": "a", "type": "code", "content": "1 +"}]}, "not Python"),
        (
            {
                "blocks": [
                    {"key": "a", "title": "a", "type": "code"},
                    {"key": "a", "title": "b", "type": "code"},
                ]
            },
            "key 'a'",
        ),
    ],
)
async def test_a_plan_edited_into_nonsense_says_what_is_wrong_and_writes_nothing(
    change: dict[str, Any], word: str, demo: Path
) -> None:
    async with context_on(demo, policy=Policy(run=False)) as context:
        before = await picture(context.tools)
        made, payload = await asked(context)
        again = await made.resume({"plan": {**payload["plan"], **change}})
        assert isinstance(again, Waiting)
        assert word in " ".join(again.payload["problems"])
        assert await picture(context.tools) == before


async def test_an_answer_that_is_none_is_asked_again(demo: Path) -> None:
    async with context_on(demo, policy=Policy(run=False)) as context:
        made, _ = await asked(context)
        again = await made.resume("perhaps later")
        assert isinstance(again, Waiting)
        assert again.payload["problems"]


async def test_an_edited_plan_cannot_redirect_the_writes_to_another_project(
    demo: Path, tmp_path: Path
) -> None:
    async with context_on(copied(demo, tmp_path / "w"), policy=Policy(run=False)) as context:
        before = await picture(context.tools)
        rows = [project async for project in context.tools.list_projects()]
        made, payload = await asked(context)
        await made.resume(
            {"plan": {**payload["plan"], "project_id": rows[0].id, "notebook_id": rows[0].notebooks[0].id}}
        )
        ended = await made.resume(True)
        assert isinstance(ended, Ended)
        after = await picture(context.tools)
        assert {name: after[name] for name in before} == before


@pytest.mark.parametrize(
    ("answer", "approved"),
    [
        (True, True),
        ("yes", True),
        ("Y", True),
        (False, False),
        ("no", False),
        ({"approved": True}, True),
        ({"answer": "no"}, False),
    ],
)
def test_the_forms_of_an_answer(answer: object, approved: bool) -> None:
    decision = read_decision(answer)
    assert decision is not None
    assert decision.approved is approved


def test_the_plan_is_edited_as_readable_yaml() -> None:
    text = plan_yaml({"project": "P", "blocks": [{"content": "a = 1\nb = 2"}]})
    assert text == "project: P\nblocks:\n- content: |-\n    a = 1\n    b = 2\n"


def test_what_an_id_stands_for_is_beside_it_where_the_plan_is_edited() -> None:
    names = {"7f91": "block 1 (Scratchpad)", "c655": "block 2 (empty)"}
    text = plan_yaml({"blocks": ["7f91", "c655"], "anchor": "7f91", "text": "Hello"}, names)
    assert text.splitlines() == [
        "# 7f91  block 1 (Scratchpad)", "# c655  block 2 (empty)", "blocks:", "- 7f91  # block 1 (Scratchpad)",
        "- c655  # block 2 (empty)", "anchor: 7f91  # block 1 (Scratchpad)", "text: Hello",
    ]  # fmt: skip
    assert plan_yaml({"text": "7f91\n7f91"}, names).splitlines()[2:] == ["text: |-", "  7f91", "  7f91"]
