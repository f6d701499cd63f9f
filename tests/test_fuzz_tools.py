"""Every tool, called with what its own schema allows and a little more, answers or refuses; a refused call changes nothing."""

from pathlib import Path

from benchmarks.fuzz_tools import fuzz
from workspace.tools.registry import TOOLS


def test_no_arguments_break_a_tool_and_a_refused_call_changes_nothing(tmp_path: Path) -> None:
    tally = fuzz(tmp_path / "data", calls=6 * len(TOOLS))
    assert tally.faults == []
    assert len(tally.answered) > 15
    assert sum(tally.refused.values()) > 20
