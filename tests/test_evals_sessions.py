"""Session files: what is wrong is told with file, line and what to do; a recording is kept whole or not at all."""

import datetime
import json
import multiprocessing
import shutil
from pathlib import Path
from typing import Any

import pytest

from evals import record as record_command
from evals.deck import Deck, Mode
from evals.errors import Usage
from evals.models import open_model, origin_of
from evals.recording import alone, put_in_place
from evals.replay import replay_folder
from evals.session import Origin, Session, ToolCall, find_sessions, read_session
from evals.tape import Interaction, Sides, dump, load

pytestmark = pytest.mark.anyio
PROJECT = Path(__file__).parent / "example_project"
LONG = [{"row": number, "text": "words " * 5} for number in range(60)]


def a_session(title: str = "one", app: str = "evals.ours:app", **more: Any) -> Session:
    return Session(
        app=app,
        workflow="triage",
        title=title,
        origin=Origin(decider="rules", recorded=datetime.date(2026, 11, 2)),
        request="Do it.",
        clock=datetime.datetime(2026, 11, 2, 9, tzinfo=datetime.UTC),
        calls=[ToolCall(tool="look", arguments={"a": 1}, result={"rows": LONG})],
        **more,
    )


def an_interaction(number: int, result: Any) -> Interaction:
    request = {
        "jsonrpc": "2.0",
        "id": number,
        "method": "tools/call",
        "params": {"name": "look", "arguments": {"n": number}},
    }
    content = [{"type": "text", "text": json.dumps(result, separators=(",", ":"))}]
    response = {"jsonrpc": "2.0", "id": number, "result": {"content": content, "structuredContent": result}}
    return Interaction(
        "POST", "http://w/mcp", {}, request, 200, {"content-type": ["application/json"]}, response, number
    )


def kept(root: Path, **more: Any) -> Path:
    return put_in_place(
        a_session(**more), [an_interaction(0, {"rows": LONG}), an_interaction(1, {"ok": True})], root
    )


def test_what_is_written_is_read_back_and_long_values_are_shared_side_files(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    sides = Sides(tmp_path)
    assert read_session(folder, sides) == a_session()
    assert load(folder / "tape.yaml", sides) == [
        an_interaction(0, {"rows": LONG}),
        an_interaction(1, {"ok": True}),
    ]
    assert len(list((tmp_path / "bodies").iterdir())) == 1
    assert (folder / "tape.yaml").stat().st_size < 1500


def test_recording_again_makes_the_same_bytes(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in kept(tmp_path).iterdir()}
    assert {path.name: path.read_bytes() for path in kept(tmp_path).iterdir()} == first


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("session.yaml", "request: Do it.", "reqest: Do it.", r"session.yaml:8: reqest: .* Did you mean request\?"),
        ("session.yaml", "format: 1", "format: 7", r"session.yaml:1: format 7 is not known here \(this is 1\)"),
        ("session.yaml", "decider: rules", "decider: guesses", r"session.yaml:6: origin.decider: Input should be"),
        ("session.yaml", "workflow: triage", "workflow: [triage", r"session.yaml:\d+: is not YAML"),
        ("tape.yaml", "version: 1", "version: 9", r"tape.yaml:1: is not a tape of version 1"),
        ("tape.yaml", "    status: 200\n    json:", "    json:", r"tape.yaml: interaction 1 lacks 'status'; the file may be cut short"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    folder = kept(tmp_path)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(Usage, match=says):
        replay_folder(folder)


def test_a_tape_that_was_cut_short_is_told(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    text = (folder / "tape.yaml").read_text()
    for length in (5, 30, len(text) // 2, len(text) - 20):
        (folder / "tape.yaml").write_text(text[:length])
        with pytest.raises(Usage, match=r"tape\.yaml"):
            replay_folder(folder)


def test_a_missing_side_file_is_told_with_the_line_that_names_it(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    shutil.rmtree(tmp_path / "bodies")
    with pytest.raises(
        Usage, match=r"session\.yaml:\d+: the side file .*\.json is missing\. Restore it from version control"
    ):
        replay_folder(folder)


def test_a_missing_tape_is_told(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    (folder / "tape.yaml").unlink()
    with pytest.raises(Usage, match=r"tape.yaml: is missing. Restore it"):
        replay_folder(folder)


@pytest.mark.parametrize(
    ("app", "says"),
    [
        ("gone_graphs.app:app", "the module gone_graphs of the app"),
        ("evals.ours:apps", "the module evals.ours has no apps"),
        ("evals", "is not of the form module:attribute"),
    ],
)
def test_a_graph_that_is_gone_is_told(tmp_path: Path, app: str, says: str) -> None:
    with pytest.raises(Usage, match=says):
        replay_folder(kept(tmp_path, app=app))


async def test_a_missing_model_key_is_told_before_anything_runs() -> None:
    origin = Origin.model_validate(
        {**origin_of("openai:gpt-5-mini", "openai-chat", None), "recorded": "2026-11-02"}
    )
    with pytest.raises(Usage, match="OPENAI_API_KEY is not set"):
        async with open_model(origin, {}):
            raise AssertionError("opened")
    with pytest.raises(Usage, match="'gpt-5' is not known"):
        origin_of("gpt-5", "openai-chat", None)


def test_where_answers_come_from_is_never_mistaken() -> None:
    said = {
        name: origin_of(name, "openai-chat", None)["decider"]
        for name in ("offline", "scripted:a.yaml", "local:m.gguf", "openai:x", "anthropic:y")
    }
    assert said == {
        "offline": "rules",
        "scripted:a.yaml": "scripted",
        "local:m.gguf": "local",
        "openai:x": "provider",
        "anthropic:y": "provider",
    }
    assert origin_of("openai:x", "openai-chat", "http://127.0.0.1:8080/v1")["decider"] == "local"


def _hold(root: Path, held: Any, done: Any) -> None:
    with alone(root):
        held.set()
        done.wait(30)


def test_two_recordings_at_once_are_refused(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path, held, done))
    other.start()
    try:
        assert held.wait(30)
        with pytest.raises(Usage, match="Another recording is writing to"), alone(tmp_path):
            raise AssertionError("both recorded")
    finally:
        done.set()
        other.join(30)
    with alone(tmp_path):
        pass


def test_ctrl_c_while_recording_leaves_the_old_session_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = kept(tmp_path)
    before = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    replace, count = Path.replace, [0]

    def interrupted(self: Path, target: Path) -> Path:
        count[0] += 1
        if count[0] == 3:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        put_in_place(a_session(about="another"), [an_interaction(0, {"rows": LONG[:50]})], tmp_path)
    monkeypatch.undo()
    assert {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in folder.parent.iterdir()) == ["one"]


def test_sessions_are_found_by_a_part_of_their_name_or_a_glob(tmp_path: Path) -> None:
    for title in ("one", "two", "twelve"):
        kept(tmp_path, title=title)
    found = [
        [folder.name for folder in find_sessions(tmp_path, pattern)]
        for pattern in ("", "tw", "triage/o", "*/t*e", "nine")
    ]
    assert found == [["one", "twelve", "two"], ["twelve", "two"], ["one"], ["twelve"], []]


@pytest.mark.parametrize("title", ["Has Spaces", "../up", ""])
def test_a_title_that_is_no_folder_name_is_refused(title: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert record_command.main(["triage", "x", "--as", title]) == 2
    assert "use lower-case letters, digits and _" in capsys.readouterr().err


def test_calls_that_ran_side_by_side_may_end_in_any_order_but_not_overtake_what_they_waited_for() -> None:
    tape = [
        an_interaction(number, {"n": number})._replace(after=after) for number, after in enumerate((0, 0, 2))
    ]

    def after(order: list[int]) -> Deck:
        deck = Deck(Mode.TAPE, tape)
        for number in order:
            meaning = deck.recorded()[number].meaning
            index = deck.find(meaning)
            assert index is not None
            deck.play(index, meaning, 0)
        return deck

    def played(order: list[int]) -> str | None:
        return after(order).drift()

    def shown(order: list[int]) -> list[int]:
        recorded = [exchange.meaning.value for exchange in after([]).recorded()]
        return [recorded.index(exchange.meaning.value) for exchange in after(order).exchanges]

    assert played([0, 1, 2]) is None
    assert played([1, 0, 2]) is None
    assert shown([1, 0, 2]) == [0, 1, 2]
    assert shown([0, 2, 1]) == [0, 2, 1]
    assert (
        played([0, 2, 1])
        == "Swapped: mcp request look (recording 3) came before mcp request look (recording 2)."
    )
    assert str(played([0, 1])).startswith("Dropped: the mcp request look (recording 3) was never made")


def test_the_tape_is_readable_text(tmp_path: Path) -> None:
    said = "First line.\nSecond: ü, 中, 😀.\n\nLast."
    body = {"model": "m", "messages": [{"role": "user", "content": said}]}
    one = Interaction("POST", "http://m/v1/chat/completions", {}, body, 200, {}, {"choices": []}, 0)
    text = dump([one], Sides(tmp_path))
    assert (
        "        content: |-\n          First line.\n          Second: ü, 中, 😀.\n\n          Last.\n"
        in text
    )
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    assert load(tmp_path / "t.yaml", Sides(tmp_path)) == [one]
    assert [path.name for path in tmp_path.iterdir()] == ["t.yaml"]
