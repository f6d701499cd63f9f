"""Files: read strictly, with line and field in every refusal, kept whole through the workspace, and written as Deepnote reads them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Call
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from workspace.__main__ import main
from workspace.demo.seed import seed_if_empty
from workspace.domain import Workspace
from workspace.files import yaml12
from workspace.files.deepnote import Document, FileInvalid, ProjectInFile, parse, serialise
from workspace.files.documents import notebook_document, project_document
from workspace.files.folders import chosen, export, import_path
from workspace.files.ipynb import from_ipynb, to_ipynb
from workspace.files.names import notebook_file, slug, snapshot_file
from workspace.files.snapshots import merge, read_snapshot, snapshot_hash, split
from workspace.files.storing import store_document

pytestmark = pytest.mark.anyio
DEMO = Path(__file__).parents[1] / "workspace" / "demo"
NOWHERE = ProjectInFile(id="p", name="P", notebooks=[])
TRICKY = """\
version: 1.0.0
metadata:
  createdAt: 2026-01-01T00:00:00.000Z
  exportedAt: 2026-02-01
  ours: {kept: [1, 2.5, true, null, ~, 1_000, yes, 12:30:45, 0x1F]}
environment:
  packages: {pandas: 2.2.0}
extra_at_the_top: 2026-03-31
project:
  id: 11111111-1111-4111-8111-111111111111
  name: 2026
  settings: {requirements: [pandas], sqlCacheMaxAge: 60}
  integrations:
    - {id: 912a39ce-c6d2-5fba-b0d5-a6346c26fc80, name: Gone, type: mongodb, theirs: yes}
  initNotebookId: 22222222222222222222222222222222
  notebooks:
    - id: 22222222222222222222222222222222
      name: on
      executionMode: downstream
      blocks:
        - id: 1234567890123456789012345678901e
          blockGroup: 33333333333333333333333333333333
          sortingKey: y
          type: code
          content: 12
          version: 1
          metadata: {execution_start: 1700000000000, unknown: {deep: [2026-03-31]}}
          executionCount: 3
          outputs:
            - {output_type: stream, name: stdout, text: "12\\n"}
        - id: 44444444444444444444444444444444
          blockGroup: 55555555555555555555555555555555
          sortingKey: yU
          type: of-tomorrow
          content: "\\ttab, \\u2028 and \\e[0m\\n"
          contentHash: md5:d41d8cd98f00b204e9800998ecf8427e
          metadata: {}
    - id: 66666666666666666666666666666666
      name: "Second \\U0001F600"
      blocks: []
"""


def test_plain_scalars_are_what_yaml_1_2_says_and_ids_are_text() -> None:
    document = parse(TRICKY, "tricky.deepnote")
    first = document.project.notebooks[0]
    assert (document.version, document.project.name, first.name) == ("1.0.0", "2026", "on")
    assert (first.id, first.blocks[0].id) == ("2" * 32, "1234567890123456789012345678901e")
    assert first.blocks[0].content == "12"
    extra = document.metadata.model_extra or {}
    assert extra["ours"]["kept"] == [1, 2.5, True, None, None, "1_000", "yes", "12:30:45", 31]
    assert extra["exportedAt"] == "2026-02-01"
    assert document.model_extra == {"extra_at_the_top": "2026-03-31"}


def test_a_document_comes_back_equal_through_text() -> None:
    document = parse(TRICKY, "tricky.deepnote")
    assert parse(serialise(document), "again") == document
    assert serialise(parse(serialise(document), "again")) == serialise(document)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("  name: 2026\n", ""), r"line 10: project\.name: field required"),
        (("type: code", "type: [code]"), r"line 24: project\.notebooks\.0\.blocks\.0\.type: input should be a valid string"),
        (("type: code", "type: code\n          type: sql"), r"line 25: the key 'type' stands there twice"),
        (("content: 12", "content: &a 12"), r"line 25: anchors and aliases"),
        (("content: 12", "content: !!int 12"), r"line 25: the tag"),
        (("blocks: []", "blocks: ["), r"line 4\d: "),
        (("44444444444444444444444444444444", "1234567890123456789012345678901e"), r"blocks\.1\.id: the block \w+ stands here twice"),
        (("id: 66666666666666666666666666666666", "id: 22222222222222222222222222222222"), r"notebooks\.1\.id: the notebook 2+ stands here twice"),
        (('name: "Second \\U0001F600"', "name: on"), r"line \d+: project\.notebooks\.1\.name: two notebooks are called 'on'"),
        (("content: 12", 'content: "a\\0b"'), r"line 25: a NUL character"),
        (("sqlCacheMaxAge: 60", f"sqlCacheMaxAge: {'9' * 5000}"), r"line 12: a number that is too long"),
        (("sqlCacheMaxAge: 60", f"sqlCacheMaxAge: {'[' * 200}{']' * 200}"), r"nested more than 100 deep"),
        ((TRICKY, ""), r"the file is empty"),
        ((TRICKY, "- 1\n"), r"a .deepnote file is a mapping"),
        ((TRICKY, "a: 1\n---\nb: 2\n"), r"line 2: but found another document"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_line_and_field(change: tuple[str, str], words: str) -> None:
    assert change[0] in TRICKY
    with pytest.raises(FileInvalid, match=words) as refused:
        parse(TRICKY.replace(*change), "tricky.deepnote")
    assert str(refused.value).startswith("tricky.deepnote")


texts = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | texts,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(some.dictionaries(texts, values, max_size=5))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_anything_that_json_can_say_comes_back_equal_and_other_readers_agree(data: dict[str, Any]) -> None:
    text = yaml12.write({"metadata": {"x": data}})
    assert yaml12.read(text, "x").data == {"metadata": {"x": data}}
    assert yaml.compose(text) is not None


async def test_unknown_types_and_keys_are_kept_through_the_workspace(workspace: Workspace) -> None:
    document = parse(TRICKY, "tricky.deepnote")
    ids = store_document(workspace, document)
    with workspace.reading() as connection:
        back = project_document(connection, ids)
    assert back == document
    store_document(workspace, back)
    with workspace.reading() as connection:
        assert project_document(connection, ids) == document
        one = notebook_document(connection, ids[1])
    assert [notebook.id for notebook in one.project.notebooks] == ["6" * 32]


async def test_a_change_touches_only_what_it_is_about(call: Call, workspace: Workspace) -> None:
    document = parse(TRICKY, "tricky.deepnote")
    (first, _) = store_document(workspace, document)
    await call("update_block", blockId="1234567890123456789012345678901e", content="13")
    with workspace.reading() as connection:
        back = project_document(connection, [one.id for one in document.project.notebooks])
    expected = document.model_copy(deep=True)
    expected.project.notebooks[0].blocks[0].content = "13"
    expected.metadata.modified_at = back.metadata.modified_at
    assert back == expected
    await call("create_block", notebookId=first, type="markdown", content="last")
    with workspace.reading() as connection:
        keys = [
            block.sorting_key for block in notebook_document(connection, first).project.notebooks[0].blocks
        ]
    assert keys == ["000000", "000001", "000002"]


async def test_a_file_cannot_take_what_belongs_to_another(workspace: Workspace) -> None:
    store_document(workspace, parse(TRICKY, "first"))
    other = TRICKY.replace("11111111-1111-4111-8111-111111111111", "another")
    with pytest.raises(FileInvalid, match=r"second: the notebook 2{32} \(on\) belongs to the project 1111"):
        store_document(workspace, parse(other, "second"), "second")
    third = other.replace("2" * 32, "7" * 32).replace("6" * 32, "8" * 32)
    with pytest.raises(
        FileInvalid,
        match=r"third: the block 1234567890123456789012345678901e belongs to the notebook 2+ here",
    ):
        store_document(workspace, parse(third, "third"), "third")
    fourth = TRICKY.replace("2" * 32, "9" * 32).replace("6" * 32, "8" * 32)
    with pytest.raises(FileInvalid, match=r"fourth: the project has another notebook called 'on' here"):
        store_document(workspace, parse(fourth, "fourth"), "fourth")


def test_a_folder_goes_out_and_comes_in_equal_with_its_runs(tmp_path: Path, workspace: Workspace) -> None:
    seed_if_empty(workspace)
    out, again = tmp_path / "out", tmp_path / "again"
    first = export(workspace, chosen(workspace, []), out, snapshots=True)
    from workspace.opening import open_store

    other = open_store(tmp_path / "other")
    report = import_path(other, out)
    assert report.refused == {}
    assert (len(report.notebooks), len(report.snapshots)) == (13, 6)
    assert import_path(other, out).refused == {}
    second = export(other, chosen(other, []), again, snapshots=True)
    other.close()
    assert [file.relative_to(out) for file in first] == [file.relative_to(again) for file in second]
    assert [file.read_text() for file in first] == [file.read_text() for file in second]


def test_what_is_not_valid_is_refused_and_the_others_go_in(tmp_path: Path, workspace: Workspace) -> None:
    folder = tmp_path / "mixed"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "hidden.deepnote").write_text("nonsense")
    (folder / "good.deepnote").write_text(TRICKY)
    (folder / "bad.deepnote").write_text("version: [\n")
    (folder / "latin.deepnote").write_bytes(b"version: 1\nname: \xe9\n")
    (folder / "list.deepnote").write_text("- 1\n")
    (folder / "tab.deepnote").write_text("metadata:\n\tname: x\n")
    (folder / "new.deepnote").write_text(TRICKY.replace("version: 1.0.0", "version: 2.0.0", 1))
    (folder / "bad.ipynb").write_text("{}")
    (folder / "lonely.snapshot.deepnote").write_text(
        (DEMO / "runs" / "04-broken-import.snapshot.deepnote").read_text()
    )
    (folder / "notes.txt").write_text("not ours")
    report = import_path(workspace, folder)
    assert [file.name for file in report.notebooks] == ["good.deepnote"]
    reasons = {file.name: words.removeprefix(str(file)) for file, words in report.refused.items()}
    assert len(reasons) == 7
    assert reasons["latin.deepnote"] == ", line 2: not UTF-8. Save it as UTF-8 and try again."
    assert reasons["list.deepnote"].startswith(": a .deepnote file is a mapping")
    assert reasons["tab.deepnote"] == ", line 2: a tab at the line's start; indent with spaces."
    assert reasons["new.deepnote"].startswith(", line 1: version: '2.0.0' is not a version")
    assert "which is not here. Import that first." in reasons["lonely.snapshot.deepnote"]


@pytest.mark.parametrize(
    "file", sorted([*DEMO.glob("notebooks/*"), *DEMO.glob("runs/*.deepnote")]), ids=lambda file: file.name
)
def test_the_packaged_files_stand_as_we_write_them_and_pass_through_jupyter(file: Path) -> None:
    text = file.read_text()
    document = parse(text, file.name)
    assert serialise(document) == text
    assert from_ipynb(to_ipynb(document), file.name, NOWHERE, "2026-01-01T00:00:00Z") == document


def test_a_notebook_of_jupyter_goes_in_and_comes_out(tmp_path: Path, workspace: Workspace) -> None:
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "m1", "metadata": {"tags": ["a"]}, "source": ["# Title\n", "text"], "attachments": {"a.png": {"image/png": "AA=="}}},
        {"cell_type": "code", "id": "c1", "metadata": {}, "source": ["x = 1\n", "x"], "execution_count": 7, "outputs": [{"output_type": "execute_result", "execution_count": 7, "data": {"text/plain": ["1"]}, "metadata": {}}]},
        {"cell_type": "raw", "id": "r1", "metadata": {}, "source": ["raw"]},
    ]  # fmt: skip
    original = {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "ir", "display_name": "R"}, "theirs": 1},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    folder = tmp_path / "Analyses"
    folder.mkdir()
    (folder / "first look.ipynb").write_text(json.dumps(original), encoding="utf-8-sig")  # as Windows may
    (ids,) = import_path(workspace, folder).notebooks.values()
    with workspace.reading() as connection:
        document = notebook_document(connection, ids[0])
    notebook = document.project.notebooks[0]
    assert (document.project.name, notebook.name) == ("Analyses", "first look")
    assert [(block.type, block.content) for block in notebook.blocks] == [
        ("markdown", "# Title\ntext"),
        ("code", "x = 1\nx"),
        ("markdown", "raw"),
    ]
    back = json.loads(to_ipynb(document))
    assert back["metadata"].pop("deepnote")["project"]["name"] == "Analyses"
    assert back["metadata"]["theirs"] == 1
    assert back["metadata"]["kernelspec"]["name"] == "ir"
    for cell, before in zip(back["cells"], cells, strict=True):
        cell["metadata"].pop("deepnote")
        assert {**cell, "id": ""} == {
            **before,
            "id": "",
            **({"outputs": cell["outputs"]} if "outputs" in before else {}),
        }
    assert parse(serialise(document), "x") == document


def test_what_was_edited_in_jupyter_arrives_in_its_block() -> None:
    document = parse((DEMO / "notebooks" / "scratchpad.deepnote").read_text(), "scratchpad")
    cells = json.loads(to_ipynb(document))
    cells["cells"][1]["source"] = ["SELECT 1"]
    edited = from_ipynb(json.dumps(cells), "scratchpad", NOWHERE, "2026-01-01T00:00:00Z")
    before, after = document.project.notebooks[0].blocks[1], edited.project.notebooks[0].blocks[1]
    assert (after.type, after.content, after.metadata) == ("sql", "SELECT 1", before.metadata)
    assert after.content_hash != before.content_hash


def test_a_cell_copied_in_jupyter_is_a_block_of_its_own_and_a_broken_one_is_refused() -> None:
    document = parse((DEMO / "notebooks" / "scratchpad.deepnote").read_text(), "scratchpad")
    read = json.loads(to_ipynb(document))
    read["cells"].append({**read["cells"][2], "id": "copied"})
    copied = (
        from_ipynb(json.dumps(read), "copied", NOWHERE, "2026-01-01T00:00:00Z").project.notebooks[0].blocks
    )
    assert (copied[-1].content, copied[-1].type) == (copied[2].content, "code")
    assert len({block.id for block in copied}) == len(copied)
    read["cells"][0]["metadata"]["deepnote"]["metadata"] = 5
    with pytest.raises(
        FileInvalid,
        match=r"broken: cells\.0\.metadata\.deepnote\.metadata: input should be a valid dictionary",
    ):
        from_ipynb(json.dumps(read), "broken", NOWHERE, "2026-01-01T00:00:00Z")
    read["cells"][0]["source"] = ["a\x00b"]
    with pytest.raises(FileInvalid, match="broken: a text holds a NUL character"):
        from_ipynb(json.dumps(read), "broken", NOWHERE, "2026-01-01T00:00:00Z")


def _bare(document: Document) -> list[tuple[str, str]]:
    return [(block.id, block.content) for block in document.project.notebooks[0].blocks]


def test_a_snapshot_is_split_from_its_source_and_merged_again() -> None:
    text = (DEMO / "runs" / "06-monthly-kpis.snapshot.deepnote").read_text()
    whole = read_snapshot(text)
    source, taken = split(whole)
    assert taken is not None
    assert "outputs" not in serialise(source)
    assert _bare(source) == _bare(whole)
    assert (taken.metadata.model_extra or {})["snapshotHash"] == snapshot_hash(whole)
    assert (whole.metadata.model_extra or {})["snapshotHash"] == snapshot_hash(whole)
    merged = merge(source, taken)
    assert [block.outputs for block in merged.project.notebooks[0].blocks] == [
        block.outputs for block in whole.project.notebooks[0].blocks
    ]
    source.project.notebooks[0].blocks[5].content_hash = "sha256:00"
    skipped = merge(source, taken, skip_changed=True).project.notebooks[0].blocks
    assert [
        number for number, block in enumerate(skipped) if not block.outputs and block.type in ("code", "sql")
    ] == [3, 5]
    assert split(source) == (source, None)


def test_names_of_files_are_safe_and_told_apart() -> None:
    assert slug("Čísla & KPIs: Über 2026!") == "cisla-kpis-uber-2026"
    assert notebook_file("../../etc/passwd", "id", set()) == "etc-passwd.deepnote"
    assert notebook_file("数据", "id", set()) == "notebook.deepnote"
    assert notebook_file("A", "abcdef0123", {"a.deepnote"}) == "a-abcdef01.deepnote"
    assert snapshot_file("Čísla", "p1", "n/1", "latest") == "cisla_p1_n%2F1_latest.snapshot.deepnote"


def test_a_file_of_another_project_is_not_overwritten(tmp_path: Path, workspace: Workspace) -> None:
    store_document(workspace, parse(TRICKY, "x"))
    folder = tmp_path / "out" / "2026"
    folder.mkdir(parents=True)
    (folder / "on.deepnote").write_text("something else")
    written = export(workspace, chosen(workspace, ["2026"]), tmp_path / "out")
    assert [file.name for file in written] == ["on-22222222.deepnote", "second.deepnote"]
    assert (folder / "on.deepnote").read_text() == "something else"
    assert export(workspace, chosen(workspace, ["on"]), tmp_path / "out") == written[:1]


def test_the_commands_import_and_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.deepnote").write_text(TRICKY)
    assert main(["import", str(tmp_path / "in"), *data]) == 0
    (tmp_path / "in" / "b.deepnote").write_text("version: 1\n")
    assert main(["import", str(tmp_path / "in"), *data]) == 1
    assert main(["export", "--to", str(tmp_path / "out"), "--ipynb", "2026", *data]) == 0
    assert main(["export", "--to", str(tmp_path / "out"), "nothing", *data]) == 2
    assert main(["import", str(tmp_path / "none"), *data]) == 2
    said = capsys.readouterr()
    assert "2 notebooks and 0 runs read, 1 files refused." in said.out
    assert f"{tmp_path}/in/b.deepnote, line 1: metadata: field required." in said.err
    assert "There is no project or notebook 'nothing'" in said.err
    assert [file.name for file in sorted((tmp_path / "out" / "2026").iterdir())] == [
        "on.ipynb",
        "second.ipynb",
    ]


def test_deepnotes_own_validator_accepts_what_we_write(tmp_path: Path, workspace: Workspace) -> None:
    validator = os.environ.get("DEEPNOTE_CLI")
    if not validator:
        pytest.skip(
            "Deepnote's validator is not named in DEEPNOTE_CLI (the program `deepnote` of the package deepnote-cli)"
        )
    seed_if_empty(workspace)
    store_document(workspace, parse(TRICKY, "tricky"))
    written = export(workspace, chosen(workspace, []), tmp_path / "out", snapshots=True)
    refused = {}
    for file in written:
        done = subprocess.run(
            [validator, "validate", str(file)], capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            refused[file.name] = done.stdout + done.stderr
    # a block type that Deepnote does not know is kept by us and refused by it
    assert list(refused) == ["on.deepnote"]
    assert "of-tomorrow" in refused["on.deepnote"] or "type" in refused["on.deepnote"]
