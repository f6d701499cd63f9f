"""The demo workspace: the same every day, made of real data and of runs that really ran."""

import json
import sqlite3
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest
from conftest import Call

from workspace.__main__ import main
from workspace.access import keys
from workspace.demo.names import LABOUR, MARKET, REFERENCE, WAREHOUSE, notebook_id
from workspace.demo.seed import UNFINISHED, reset, seed_if_empty
from workspace.domain import Role, Workspace

pytestmark = pytest.mark.anyio
MONTHLY = notebook_id("Labour market", "Monthly KPIs")


async def world(call: Call) -> str:
    """Everything that a client sees of the workspace, but for the times at which structures were read."""
    projects = await call("list_projects", pageSize=100)
    notebooks = [one["id"] for project in projects["projects"] for one in project["notebooks"]]
    seen = [projects["projects"]]
    for one in notebooks:
        seen.append((await call("get_notebook", notebookId=one))["notebook"])
        seen.append((await call("list_notebook_runs", notebookId=one))["runs"])
    for one in (MARKET, LABOUR, REFERENCE, WAREHOUSE):
        seen.append((await call("get_integration", integrationId=one))["tables"])
    return json.dumps(seen)


async def test_it_is_the_same_after_a_reset_and_keys_stay(call: Call, workspace: Workspace) -> None:
    assert seed_if_empty(workspace)
    before = await world(call)
    key = keys.create(workspace.services, Role.editor, "mine")
    block = (await call("get_notebook", notebookId=MONTHLY))["notebook"]["blocks"][0]["id"]
    await call("update_block", blockId=block, content="changed")
    await call("create_project", name="Mine")
    assert not seed_if_empty(workspace)
    assert await world(call) != before
    reset(workspace)
    assert seed_if_empty(workspace)
    assert await world(call) == before
    assert key.id in {one.id for one in keys.every(workspace.services)}


async def test_a_seeding_that_was_broken_off_is_made_anew(call: Call, workspace: Workspace) -> None:
    seed_if_empty(workspace)
    before = await world(call)
    reset(workspace)
    await call("create_project", name="as far as it got")
    (workspace.services.data / UNFINISHED).touch()
    assert seed_if_empty(workspace)
    assert await world(call) == before


async def test_there_are_a_dozen_notebooks_and_only_some_have_run(call: Call, workspace: Workspace) -> None:
    seed_if_empty(workspace)
    notebooks = {
        one["name"]: one["lastRunId"]
        for project in (await call("list_projects"))["projects"]
        for one in project["notebooks"]
    }
    assert len(notebooks) >= 12
    assert {name for name, last in notebooks.items() if last} == {
        "Broken import", "Monthly KPIs", "Monthly KPIs archive", "Scratchpad", "Weekly KPIs",
    }  # fmt: skip


async def test_the_two_earlier_runs_of_the_monthly_figures_differ_in_what_they_read(
    call: Call, workspace: Workspace
) -> None:
    seed_if_empty(workspace)
    newest, oldest = (await call("list_notebook_runs", notebookId=MONTHLY))["runs"]
    said = []
    for one in (oldest, newest):
        run = (await call("get_run", runId=one["runId"], snapshotDelivery="blocks"))["run"]
        printed = [
            out["text"] for block in run["snapshotBlocks"] for out in block["outputs"] if "text" in out
        ]
        said.append((run["status"], run["inputs"]["up_to"], "".join(printed[-1]).strip()))
    source = files("workspace.demo").joinpath("data/us_employment.csv").read_text().splitlines()
    columns = source[0].split(",")
    jobs = {line.split(",")[0][:7]: int(line.split(",")[columns.index("nonfarm")]) for line in source[1:]}
    assert said == [
        ("success", "2015-10-31", f"October 2015: {jobs['2015-10']:,} thousand jobs in nonfarm"),
        ("success", "2015-11-30", f"November 2015: {jobs['2015-11']:,} thousand jobs in nonfarm"),
    ]
    inline = (await call("get_run", runId=newest["runId"], snapshotDelivery="inline"))["run"]
    assert not inline["snapshotTruncated"]
    assert inline["snapshotContent"].startswith('version: "1.0.0"')


def test_the_databases_hold_the_packaged_figures(workspace: Workspace) -> None:
    seed_if_empty(workspace)
    folder = workspace.services.data / "demo"
    with duckdb.connect(str(folder / "markets.duckdb"), read_only=True) as prices:
        counted = prices.execute(
            "SELECT index_name, count(*), min(date)::TEXT, max(date)::TEXT FROM index_prices GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert counted == [
        ("NASDAQ Composite", 5031, "1999-01-04", "2018-12-31"),
        ("S&P 500", 5031, "1999-01-04", "2018-12-31"),
    ]
    with duckdb.connect(str(folder / "labour.duckdb"), read_only=True) as labour:
        (nonfarm,) = labour.execute(
            "SELECT nonfarm FROM us_employment WHERE month = DATE '2015-12-01'"
        ).fetchone()
        assert labour.execute("SELECT count(*) FROM employment_by_sector").fetchone() == (120 * 22,)
    with sqlite3.connect(folder / "sectors.sqlite") as reference:
        total, share = reference.execute(
            "SELECT sum(jobs_2015_12), sum(share_of_nonfarm) FROM sectors"
        ).fetchone()
    reference.close()
    assert total == pytest.approx(nonfarm, abs=1.5), "the sectors add up to all jobs, but for rounding"
    assert share == pytest.approx(1, abs=0.001)


async def test_the_warehouse_says_that_it_is_not_connected(call: Call, workspace: Workspace) -> None:
    seed_if_empty(workspace)
    found = await call("get_integration", integrationId=WAREHOUSE, schemaName="analytics")
    assert "no connection here" in found["integration"]["description"]
    assert found["structureCachedAt"].startswith("2026-02-16")
    assert [one["name"] for one in found["tables"]] == ["orders", "customers"]


def test_the_command_makes_it_and_makes_it_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert main(["demo", *data]) == 0
    assert main(["demo", *data]) == 0
    assert main(["demo", "--reset", *data]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" in ")[0] for line in said] == [
        "The demo workspace is",
        "The workspace",
        "The demo workspace is",
    ]


def test_no_packaged_file_names_the_machine_it_was_made_on() -> None:
    for folder in ("notebooks", "runs"):
        for file in files("workspace.demo").joinpath(folder).iterdir():
            text = file.read_text(encoding="utf-8")
            assert [word for word in ("/root", "/home/", "/tmp", "site-packages") if word in text] == [], (
                file.name
            )
