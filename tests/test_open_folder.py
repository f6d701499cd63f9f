"""A folder of files that is open as a workspace: each change is a diff of its file, and files that change are read."""

import os
from pathlib import Path

import pytest
from conftest import Call

from workspace.domain import Workspace
from workspace.errors import SettingsWrong
from workspace.files.deepnote import parse, serialise
from workspace.folder import OpenFolder

pytestmark = pytest.mark.anyio

FILE = """\
version: "1.0.0"
metadata:
  createdAt: "2026-01-01T00:00:00.000Z"
project:
  id: 11111111-1111-4111-8111-111111111111
  name: Sales
  notebooks:
    - id: a2222222222242228222222222222222
      name: Main
      blocks:
        - id: b3333333333343338333333333333333
          blockGroup: c4444444444444448444444444444444
          sortingKey: "000000"
          type: code
          content: x = 1
          ours: kept
          metadata: {}
"""
OTHER = FILE.replace("a22", "d22").replace("b33", "e33").replace("name: Main", "name: Other")
"""Another notebook of the same project."""
TWO = FILE + OTHER[OTHER.index("    - id: d22") :]
NOTEBOOK = "a2222222222242228222222222222222"
BLOCK = "b3333333333343338333333333333333"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    (made / "main.deepnote").write_text(FILE)
    return made


@pytest.fixture
def files(folder: Path, workspace: Workspace, told: list[str]) -> OpenFolder:
    opened = OpenFolder(workspace, folder, told.append)
    opened.open()
    return opened


async def test_an_update_changes_the_lines_it_is_about(
    call: Call, folder: Path, workspace: Workspace, told: list[str]
) -> None:
    before = serialise(parse(FILE, "main"))
    (folder / "main.deepnote").write_text(before)
    OpenFolder(workspace, folder, told.append).open()
    await call("update_block", blockId=BLOCK, content="x = 2")
    after = (folder / "main.deepnote").read_text()
    there = before.splitlines()
    changed = [line.strip() for line in after.splitlines() if line not in there]
    assert [line.split(":")[0] for line in changed] == ["modifiedAt", "content"]
    assert changed[1] == 'content: "x = 2"'
    assert [path.name for path in folder.iterdir()] == ["main.deepnote"]
    assert told == []


async def test_opening_and_looking_change_no_file(call: Call, folder: Path, files: OpenFolder) -> None:
    files.look()
    await call("get_notebook", notebookId=NOTEBOOK)
    files.write("11111111-1111-4111-8111-111111111111")
    assert (folder / "main.deepnote").stat().st_mtime_ns == files.files[folder / "main.deepnote"].stamp[0]
    assert "x = 1" in (folder / "main.deepnote").read_text()


async def test_a_new_notebook_is_a_new_file_beside_and_a_new_project_a_new_folder(
    call: Call, folder: Path, files: OpenFolder
) -> None:
    await call("create_notebook", projectId="11111111-1111-4111-8111-111111111111", name="Second one")
    await call("create_project", name="NASDAQ vs S&P 100")
    there = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.deepnote"))
    assert there == ["main.deepnote", "nasdaq-vs-s-p-100/notebook-1.deepnote", "second-one.deepnote"]


async def test_what_changes_outside_is_read(call: Call, folder: Path, files: OpenFolder) -> None:
    (folder / "main.deepnote").write_text(FILE.replace("x = 1", "y = 10"))
    (folder / "other.deepnote").write_text(
        FILE.replace("11111111-1", "21111111-1").replace("a22", "d22").replace("b33", "e33")
    )
    files.look()
    assert (await call("get_notebook", notebookId=NOTEBOOK))["notebook"]["blocks"][0]["content"] == "y = 10"
    assert len((await call("list_projects"))["projects"]) == 2
    (folder / "other.deepnote").unlink()
    files.look()
    files.look()  # a file that is put away and written anew is not gone
    assert len((await call("list_projects"))["projects"]) == 1


async def test_a_change_on_both_sides_keeps_both(
    call: Call, folder: Path, files: OpenFolder, told: list[str]
) -> None:
    (folder / "main.deepnote").write_text(FILE.replace("x = 1", "outside"))
    await call("update_block", blockId=BLOCK, content="inside")
    assert "inside" in (folder / "main.deepnote").read_text()
    assert "outside" in (folder / "main.deepnote.outside").read_text()
    assert told == ["main.deepnote was changed on both sides; the other version is in main.deepnote.outside."]


async def test_an_invalid_file_is_left_out_and_left_alone(
    call: Call, workspace: Workspace, folder: Path, told: list[str]
) -> None:
    (folder / "broken.deepnote").write_text("version: 1.0.0\nmetadata: [\n")
    (folder / "wrong.deepnote").write_text(
        FILE.replace("      name: Main\n", "").replace("11111111-1", "31111111-1")
    )
    assert OpenFolder(workspace, folder, told.append).open() == 1
    assert [p["name"] for p in (await call("list_projects"))["projects"]] == ["Sales"]
    assert len(told) == 2
    assert told[0].startswith("broken.deepnote, line ")
    assert "project.notebooks.0.name" in told[1]
    assert (folder / "broken.deepnote").read_text() == "version: 1.0.0\nmetadata: [\n"


async def test_a_file_that_cannot_be_read_holds_up_no_other(
    call: Call, folder: Path, workspace: Workspace, told: list[str]
) -> None:
    (folder / "broken.deepnote").symlink_to("/proc/self/mem")  # whose first byte nobody can read
    opened = OpenFolder(workspace, folder, told.append)
    assert opened.open() == 1
    (folder / "main.deepnote").write_text(FILE.replace("x = 1", "x = 3"))
    opened.look()
    (block,) = (await call("get_notebook", notebookId=NOTEBOOK))["notebook"]["blocks"]
    assert block["content"] == "x = 3"
    assert told[0] == "broken.deepnote cannot be read: Input/output error. It was left out."


async def names(call: Call) -> dict[str, list[str]]:
    """Names of notebooks by project."""
    projects = (await call("list_projects"))["projects"]
    return {one["id"][:2]: sorted(notebook["name"] for notebook in one["notebooks"]) for one in projects}


def looked(files: OpenFolder) -> None:
    files.look()
    files.look()


async def test_a_renamed_file_and_one_put_away_for_a_moment_keep_their_runs(
    call: Call, folder: Path, files: OpenFolder
) -> None:
    run = (await call("create_run", notebookId=NOTEBOOK))["runId"]
    (folder / "main.deepnote").rename(folder / "moved.deepnote")
    looked(files)
    (folder / "moved.deepnote").unlink()
    files.look()
    (folder / "moved.deepnote").write_text(FILE.replace("11111111-1", "21111111-1"))  # and its project
    looked(files)
    assert await names(call) == {"21": ["Main"]}
    await call("update_block", blockId=BLOCK, content="x = 2")
    assert [path.name for path in folder.iterdir()] == ["moved.deepnote"]
    assert [one["runId"] for one in (await call("list_notebook_runs", notebookId=NOTEBOOK))["runs"]] == [run]


async def test_another_branch_with_another_notebook_of_that_name(
    call: Call, folder: Path, files: OpenFolder, told: list[str]
) -> None:
    (folder / "main.deepnote").unlink()
    (folder / "new.deepnote").write_text(OTHER.replace("name: Other", "name: Main"))
    looked(files)
    assert (await call("get_notebook", notebookId=NOTEBOOK.replace("a22", "d22")))["notebook"][
        "name"
    ] == "Main"
    assert told == []


async def test_a_notebook_that_leaves_a_file_is_gone_or_in_its_new_file(
    call: Call, folder: Path, files: OpenFolder, told: list[str]
) -> None:
    (folder / "main.deepnote").write_text(TWO)
    files.look()
    (folder / "main.deepnote").write_text(OTHER)
    (folder / "alone.deepnote").write_text(FILE)
    files.look()
    assert await names(call) == {"11": ["Main", "Other"]}
    (folder / "alone.deepnote").write_text(
        FILE.replace("a22", "f22").replace("b33", "f33").replace("Main", "Third")
    )
    files.look()
    assert await names(call) == {"11": ["Other", "Third"]}
    assert sorted(path.name for path in folder.iterdir()) == ["alone.deepnote", "main.deepnote"]
    assert told == []


async def test_a_copy_of_a_file_is_left_out_until_it_has_ids_of_its_own(
    call: Call, folder: Path, files: OpenFolder, told: list[str]
) -> None:
    copy = folder / "copy.deepnote"
    copy.write_text(FILE.replace("x = 1", "x = 5"))
    looked(files)
    (words,) = told
    assert words.startswith(f"copy.deepnote: the notebook {NOTEBOOK} (Main) is in main.deepnote already.")
    await call("update_block", blockId=BLOCK, content="x = 2")
    assert "x = 5" in copy.read_text()
    copy.write_text(OTHER)
    files.look()
    assert told[1:] == ["copy.deepnote is read now."]


async def test_a_file_that_does_not_change_keeps_its_layout_and_line_ends(
    call: Call, folder: Path, files: OpenFolder
) -> None:
    other = "# with a comment\n" + OTHER
    (folder / "other.deepnote").write_text(other)
    (folder / "main.deepnote").write_bytes(FILE.replace("\n", "\r\n").encode())
    files.look()
    await call("update_block", blockId=BLOCK, content="x = 2\ny = 3")
    assert (folder / "other.deepnote").read_text() == other
    written = (folder / "main.deepnote").read_bytes()
    assert b"y = 3" in written
    assert written.count(b"\n") == written.count(b"\r\n")


async def test_runs_stay_while_a_file_holds_a_merge_conflict(
    call: Call, folder: Path, workspace: Workspace, files: OpenFolder, told: list[str]
) -> None:
    run = (await call("create_run", notebookId=NOTEBOOK))["runId"]
    broken = "<<<<<<< HEAD\n" + FILE
    (folder / "main.deepnote").write_text(broken)
    workspace.listeners.clear()
    again = OpenFolder(workspace, folder, told.append)
    assert again.open() == 0
    await call("update_block", blockId=BLOCK, content="x = 2")
    assert (folder / "main.deepnote.outside").read_text() == broken
    (folder / "main.deepnote").write_text(FILE)
    again.look()
    assert [one["runId"] for one in (await call("list_notebook_runs", notebookId=NOTEBOOK))["runs"]] == [run]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_file_that_cannot_be_written_is_said(
    call: Call, folder: Path, files: OpenFolder, told: list[str]
) -> None:
    folder.chmod(0o500)
    try:
        await call("update_block", blockId=BLOCK, content="x = 2")
    finally:
        folder.chmod(0o700)
    assert "could not be written" in told[0]


def test_a_folder_that_is_not_there_is_said(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="There is no folder"):
        OpenFolder(workspace, tmp_path / "nowhere", print).open()
