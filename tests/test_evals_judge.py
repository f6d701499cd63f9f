"""A model as judge counts only where its agreement with the deterministic scorers was measured, and is high enough."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.prompts import render
from evals import agreement, run
from evals.agreement import Case, balanced, cases, kappa, read_agreement
from evals.recording import SESSIONS
from evals.scorers.judge import Agreement, Judged, prompt_digest, question_of, why_it_does_not_count
from evals.session import find_sessions, read_session
from evals.tape import Sides


@pytest.fixture(scope="module")
def made() -> list[Case]:
    sides = Sides(SESSIONS)
    return cases([read_session(folder, sides) for folder in find_sessions(SESSIONS)])[0]


def test_cohens_kappa_is_the_published_one() -> None:
    rows = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    value, low, high = kappa(rows)  # two readers of 50 proposals, the usual textbook example
    assert round(value, 4) == 0.4
    assert low < 0.4 < high
    assert (round(low, 2), round(high, 2)) == (0.15, 0.65)
    assert kappa([(True, True)] * 9)[0] == 0.0
    assert kappa([(True, True), (False, False)] * 5)[0] == 1.0
    assert kappa([])[1:] == (-1.0, 1.0)


def test_labels_are_the_scorers_and_every_damage_is_named_by_one(made: list[Case]) -> None:
    assert {case.damage for case in made if case.passed} == {""}
    damages = {case.damage: case.why for case in made if not case.passed}
    assert damages.keys() == set(agreement.DAMAGES)
    assert all(re.match(r"(status|claims|citations|answer_\w+): ", why) for why in damages.values())
    chosen = balanced(made, 10)
    assert [case.passed for case in chosen] == [True, False] * 5
    assert chosen == balanced(made, 10)


def test_the_judge_sees_request_evidence_and_answer_within_its_budget(made: list[Case]) -> None:
    for case in made[::9]:
        prompt = render(question_of(case.seen))
        assert prompt.tokens <= Judged.budget
        assert case.seen.session.request.split()[0] in prompt.text
        assert all(f"{call.tool}(" in prompt.text for call in case.seen.calls[:2])


def counted(**more: Any) -> Agreement:
    fields = {
        "model": "m",
        "prompt": prompt_digest(),
        "cases": 40,
        "both_passed": 18,
        "both_failed": 18,
        "no_verdict": 0,
    }
    fields |= {
        "only_judge_passed": 2,
        "only_judge_failed": 2,
        "kappa": 0.8,
        "kappa_low": 0.6,
        "kappa_high": 0.9,
    }
    return Agreement.model_validate(fields | more)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (counted(), ""),
        (None, "was not measured"),
        (counted(model="other"), "was not measured"),
        (counted(prompt="0"), "prompt changed"),
        (counted(kappa=0.5), "kappa 0.50, below 0.6"),
        (counted(both_passed=3), "5 passed and 20 failed cases, 10 of each are needed"),
    ],
)
def test_a_judge_counts_only_after_it_was_measured_and_found_good(found: Agreement | None, says: str) -> None:
    why = why_it_does_not_count(found, "m")
    assert (why == "") == (says == "")
    assert says in why


def script(folder: Path, name: str, *verdicts: bool) -> str:
    answers = [
        {"json": {"reason": f"Verdict {n}.", "passed": passed}} for n, passed in enumerate(verdicts, 1)
    ]
    (folder / name).write_text(yaml.safe_dump({"answers": answers, "when_used_up": "last"}))
    return f"scripted:{folder / name}"


def test_agreement_is_measured_kept_and_gates_the_judge_of_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ["--state", str(tmp_path / "state")]
    good = script(tmp_path, "judge.yaml", *([True, False] * 10), False)
    common = ["docs_qa/schedule", "--workers", "1", *state]
    assert run.main([*common, "--judge", good, "--json", str(tmp_path / "r.json")]) == 0
    said = capsys.readouterr()
    assert "The judge does not count. The agreement of scripted:" in said.err
    (score,) = [
        s
        for s in json.loads((tmp_path / "r.json").read_text())["results"][0]["scores"]
        if s["name"] == "judge"
    ]
    assert score["state"] == "not_applicable"
    assert score["reason"].startswith("passed, not counted: Verdict 1.")

    assert agreement.main(["--model", good, "--cases", "20", *state]) == 0
    said = capsys.readouterr()
    assert "kappa 1.00" in said.out
    assert "It counts." in said.out
    assert "agrees     docs_qa/" in said.err or "agrees " in said.err
    kept = read_agreement(tmp_path / "state")
    assert kept is not None
    assert (kept.both_passed, kept.both_failed, kept.kappa) == (10, 10, 1.0)

    script(tmp_path, "judge.yaml", False)
    assert run.main([*common, "--judge", good]) == 1
    assert "failed judge: Verdict 1." in capsys.readouterr().out
    assert agreement.main(["--model", good, "--cases", "20", *state]) == 1
    assert (
        "It does not count. It agrees with the deterministic scorers by kappa 0.00" in capsys.readouterr().out
    )
    assert run.main([*common, "--judge", good]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--model", "offline"], "rules cannot judge"),
        (["--model", "gpt"], "There is no model called 'gpt'"),
        (["nine", "--model", "x"], "No session under"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert agreement.main([*arguments, "--state", str(tmp_path)]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "agreement.yaml").exists()
