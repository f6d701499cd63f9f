"""Schedules: when a notebook is due, that each time is used once, and what becomes of missed ones."""

import concurrent.futures
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from workspace.__main__ import main
from workspace.domain import Role, Workspace, local_caller
from workspace.errors import SettingsWrong, ToolRefused
from workspace.opening import open_store
from workspace.runs.schema import Schedule
from workspace.schedules import book
from workspace.schedules.calendar import next_after, times_after
from workspace.tools.registry import TOOLS

pytestmark = pytest.mark.anyio
ME = local_caller()
MONDAY = datetime(2026, 3, 23, 12, tzinfo=UTC)


class Clock:
    """A time that the test moves."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    workspace = open_store(tmp_path / "data", clock=clock)
    yield workspace
    workspace.close()


async def call(world: Workspace, tool: str, **arguments: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await TOOLS[tool].call(world, ME, arguments))
    return answer


async def notebook(world: Workspace) -> str:
    made = await call(world, "create_project", name="Reports")
    return str(made["project"]["notebooks"][0]["id"])


async def runs(world: Workspace, notebook_id: str) -> list[str]:
    listed = await call(world, "list_notebook_runs", notebookId=notebook_id)
    return [run["runId"] for run in listed["runs"]]


async def test_a_schedule_is_seen_wherever_the_notebook_is(world: Workspace, clock: Clock) -> None:
    target = await notebook(world)
    first = book.add(world, ME, target, "0 7 * * 1", "Europe/Prague")
    assert first == datetime(2026, 3, 30, 5, tzinfo=UTC)  # summer time began the day before
    assert (await call(world, "get_notebook", notebookId=target))["notebook"]["isScheduled"] is True
    clock.now = first
    (run_id,) = book.queue_due(world, clock.now).run_ids
    (project,) = (await call(world, "list_projects"))["projects"]
    listed = project["notebooks"][0]
    assert (listed["isScheduled"], listed["lastRunId"]) == (True, run_id)
    assert datetime.fromisoformat(listed["lastRunAt"]) == first
    (line,) = book.listed(world, ME)
    assert (line.next_at, line.last_at, line.last_run_id) == (first + timedelta(days=7), first, run_id)


async def test_each_time_is_used_once_however_many_workers_look(world: Workspace, clock: Clock) -> None:
    target = await notebook(world)
    clock.now = book.add(world, ME, target, "* * * * *", "UTC")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: book.queue_due(world, clock.now).run_ids, range(16)))
    assert sum(map(len, found)) == 1
    assert len(await runs(world, target)) == 1
    assert book.queue_due(world, clock.now).run_ids == []


async def test_a_missed_time_is_made_up_for_once_within_the_hour(world: Workspace, clock: Clock) -> None:
    target = await notebook(world)
    first = book.add(world, ME, target, "*/10 * * * *", "UTC")
    clock.now = first + timedelta(hours=3, minutes=5)
    assert len(book.queue_due(world, clock.now).run_ids) == 1
    (line,) = book.listed(world, ME)
    assert (line.missed, line.next_at) == (18, first + timedelta(hours=3, minutes=10))


async def test_a_time_missed_by_more_than_an_hour_is_skipped_and_counted(
    world: Workspace, clock: Clock
) -> None:
    target = await notebook(world)
    first = book.add(world, ME, target, "0 7 * * *", "UTC")
    clock.now = first + timedelta(hours=1, minutes=1)
    assert book.queue_due(world, clock.now).run_ids == []
    (line,) = book.listed(world, ME)
    assert (line.missed, line.last_run_id, line.next_at) == (1, None, first + timedelta(days=1))


async def test_no_second_run_is_queued_while_the_first_still_waits(world: Workspace, clock: Clock) -> None:
    target = await notebook(world)
    clock.now = book.add(world, ME, target, "* * * * *", "UTC")
    assert len(book.queue_due(world, clock.now).run_ids) == 1
    clock.now += timedelta(minutes=1)
    assert book.queue_due(world, clock.now).run_ids == []
    assert len(await runs(world, target)) == 1


async def test_a_paused_schedule_queues_nothing_and_goes_on_from_the_next_time(
    world: Workspace, clock: Clock
) -> None:
    target = await notebook(world)
    first = book.add(world, ME, target, "0 7 * * *", "UTC")
    assert book.pause(world, ME, target) is True
    clock.now = first
    assert book.queue_due(world, clock.now).run_ids == []
    assert (await call(world, "get_notebook", notebookId=target))["notebook"]["isScheduled"] is False
    assert book.pause(world, ME, target, paused=False) is True
    (line,) = book.listed(world, ME)
    assert line.next_at == first + timedelta(days=1)


async def test_a_schedule_whose_time_zone_is_gone_holds_up_no_other_and_goes_on_when_it_is_back(
    world: Workspace, clock: Clock
) -> None:
    lost, other = await notebook(world), await notebook(world)
    book.add(world, ME, lost, "0 * * * *", "Europe/Prague")
    clock.now = book.add(world, ME, other, "0 * * * *", "UTC")

    def moved(zone: str) -> None:
        with world.writing() as connection:
            connection.execute(update(Schedule).where(Schedule.notebook_id == lost).values(timezone=zone))

    moved("Europe/Atlantis")
    found = book.queue_due(world, clock.now)
    assert (await runs(world, other), await runs(world, lost)) == (found.run_ids, [])
    assert found.unread == [
        f"the schedule of notebook {lost} waits: There is no time zone 'Europe/Atlantis'. "
        "Give one such as Europe/Prague or UTC."
    ]
    moved("Europe/Prague")
    assert book.queue_due(world, clock.now).run_ids == await runs(world, lost) != []
    moved("Europe/Atlantis")
    assert book.pause(world, ME, lost)
    clock.now += timedelta(hours=1)
    assert book.queue_due(world, clock.now).unread == []


async def test_only_an_editor_may_schedule(world: Workspace) -> None:
    target = await notebook(world)
    with pytest.raises(ToolRefused, match="need the role editor"):
        book.add(world, local_caller(Role.viewer), target, "0 7 * * *", "UTC")
    assert book.listed(world, ME) == []


@pytest.mark.parametrize(
    ("cron", "timezone", "words"),
    [
        ("0 7 * *", "UTC", "is not a cron expression"),
        ("61 7 * * *", "UTC", "is not a cron expression"),
        ("* * * * * *", "UTC", "is not a cron expression"),
        ("@reboot", "UTC", "is not a cron expression"),
        ("0 7 * * *", "Europe/Atlantis", "There is no time zone 'Europe/Atlantis'"),
        ("0 7 * * *", "../../etc/passwd", "There is no time zone"),
        ("0 0 30 2 *", "UTC", "never comes|is not a cron expression"),
    ],
)
def test_a_wrong_calendar_says_what_is_wrong(cron: str, timezone: str, words: str) -> None:
    with pytest.raises(SettingsWrong, match=words):
        next_after(cron, timezone, MONDAY)


def test_a_time_that_summer_time_skips_comes_at_the_next_hour_and_one_that_it_doubles_comes_once() -> None:
    spring = times_after("30 2 * * *", "Europe/Prague", datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert [f"{moment:%d %H:%M}" for moment in islice(spring, 2)] == ["29 01:00", "30 00:30"]
    autumn = times_after("30 2 * * *", "Europe/Prague", datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert [f"{moment:%d %H:%M}" for moment in islice(autumn, 2)] == ["25 00:30", "26 01:30"]
    assert next_after("@weekly", "UTC", MONDAY) == next_after("0 0 * * 7", "UTC", MONDAY)
    hourly = times_after("0 * * * *", "Europe/Prague", datetime(2026, 10, 24, 23, 30, tzinfo=UTC))
    assert [moment.hour for moment in islice(hourly, 4)] == [0, 1, 2, 3]


async def test_the_command_line_adds_lists_pauses_and_removes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    workspace = open_store(data)
    target = await notebook(workspace)
    workspace.close()

    def command(action: str, *rest: str) -> tuple[int, str, str]:
        code = main(["schedule", action, *rest, "--data", str(data)])
        said = capsys.readouterr()
        return code, said.out, said.err

    assert command("add", target, "--cron", "0 7 * * 1", "--timezone", "Europe/Prague")[0] == 0
    assert command("add", "Notebook 1", "--cron", "0 7 * * 1", "--timezone", "Europe/Prague")[0] == 0
    assert f"{target}  '0 7 * * 1' Europe/Prague  next " in command("list")[1]
    assert command("pause", target)[1] == "Paused.\n"
    assert "paused, never run" in command("list")[1]
    assert command("resume", target)[1] == "Goes on.\n"
    assert command("remove", target)[1] == "Removed.\n"
    assert command("remove", target) == (
        2,
        "",
        f"The notebook {target} has no schedule. See: python -m workspace schedule list\n",
    )
    assert command("add", "nowhere", "--cron", "0 7 * * 1")[0] == 2
    assert command("list")[1].startswith("No schedules.")
