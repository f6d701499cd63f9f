"""What goes wrong around build_analysis ends in a sentence that helps, and in a workspace that is whole."""

import asyncio
from pathlib import Path

import pytest
from analysis_world import SHORT, context_on, copied, losing_context, picture, seeded

from workflows import runner
from workflows.budget import Budget
from workflows.context import Approval, Policy
from workflows.errors import (
    BadSettings,
    CannotWrite,
    NothingWaiting,
    ThreadBusy,
    UnknownThread,
    UnknownWorkflow,
)
from workflows.guard import foreign_package
from workflows.outcome import Status
from workflows.registry import find
from workflows.runner import Ended
from workflows.threads import Threads

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


async def test_requests_that_are_none_create_nothing(demo: Path) -> None:
    async with context_on(demo) as context:
        before = await picture(context.tools)
        for number, request in enumerate(
            (
                "",
                "   ",
                "?!",
                "🎉",
                "x" * 20_000,
                "\x00\x01",
                "株",
                "مرحبا",
                "SELECT * FROM secrets; DROP TABLE users",
            )
        ):
            ended = await runner.in_memory("build_analysis", context, thread=str(number)).start(request)
            assert isinstance(ended, Ended)
            assert ended.outcome.status in (Status.REFUSED, Status.NEEDS_ANSWER)
            assert ended.outcome.answer.endswith("Nothing was created.") or "empty" in ended.outcome.answer
        assert await picture(context.tools) == before


async def test_names_in_any_script_are_kept_letter_by_letter(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w")) as context:
        for number, name in enumerate(("株価の分析 📈", "Ünïcode – «naïve»", "مشروع", "a" * 150)):
            ended = await runner.in_memory("build_analysis", context, thread=str(number)).start(
                f'Create a project called "{name}": only drawdowns of stocks'
            )
            assert isinstance(ended, Ended)
            assert ended.outcome.status is Status.DONE, ended.outcome.answer
            assert name in await picture(context.tools)


async def test_a_run_that_does_not_end_is_a_result_with_its_id(demo: Path, tmp_path: Path) -> None:
    policy = Policy(approval=Approval.YES, run_deadline=0.0)
    async with context_on(copied(demo, tmp_path / "w"), policy=policy) as context:
        ended = await runner.in_memory("build_analysis", context).start(SHORT)
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.RUNNING
        assert ended.outcome.journal[-1].creates in ended.outcome.answer


async def test_a_limit_of_seconds_ends_the_run_in_a_sentence(demo: Path) -> None:
    async with context_on(demo) as context:
        ended = await runner.in_memory("build_analysis", context, budget=Budget(seconds=0.001)).start(SHORT)
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.OUT_OF_BUDGET
        assert "Nothing was written." in ended.outcome.answer


async def test_a_thread_that_is_over_or_never_was_cannot_be_resumed(demo: Path) -> None:
    async with context_on(demo) as context:
        thread = runner.in_memory("build_analysis", context)
        with pytest.raises(UnknownThread):
            await thread.resume()
        await thread.start("hello")
        with pytest.raises(NothingWaiting):
            await thread.resume()


def test_two_runs_of_one_thread_at_once_are_refused(tmp_path: Path) -> None:
    threads = Threads(tmp_path)
    with threads.lock("one"), pytest.raises(ThreadBusy, match="'one'"), threads.lock("one"):
        pass
    with threads.lock("one"):
        pass


def test_names_of_threads_cannot_leave_their_folder(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no name for a thread"), Threads(tmp_path).lock("../../etc/passwd"):
        pass


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="cannot be created"):
        Threads(tmp_path / "file" / "threads")


def test_the_nearest_workflow_is_offered() -> None:
    assert find("Build-Analysis").name == "build_analysis"
    with pytest.raises(UnknownWorkflow, match="Did you mean docs_qa"):
        find("docs_qs")


def test_our_own_packages_are_not_foreign() -> None:
    assert foreign_package() is None


async def test_a_write_whose_answer_was_lost_is_not_made_twice_by_the_process_that_goes_on(
    demo: Path, tmp_path: Path
) -> None:
    async with (
        context_on(copied(demo, tmp_path / "whole")) as undisturbed,
        losing_context(copied(demo, tmp_path / "w"), lost=5) as context,
    ):
        await runner.in_memory("build_analysis", undisturbed).start(SHORT)
        thread = runner.in_memory("build_analysis", context)
        broken = await thread.start(SHORT)
        assert isinstance(broken, Ended)
        assert (broken.outcome.status, "looks first" in broken.outcome.answer) == (Status.FAILED, True)
        ended = await thread.resume()
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE, ended.outcome.answer
        assert await picture(context.tools) == await picture(undisturbed.tools)
