"""Recorded sessions and reports in the forms of other tools: a pydantic-evals dataset, an Inspect log.

`python -m evals.bridges dataset FILE.yaml` and `python -m evals.bridges inspect REPORT.json FILE.json`. Neither tool is needed here.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evals.canonical import digest
from evals.errors import Usage
from evals.recording import SESSIONS
from evals.reports.report import Report, read_report
from evals.scores import Result, State
from evals.session import Session, find_sessions, read_session
from evals.tape import Sides, dump_yaml, write_whole


def dataset(sessions: Iterable[Session]) -> dict[str, Any]:
    """Cases as `pydantic_evals.Dataset.from_dict` reads them: the request as inputs, the recorded outcome as expected output."""
    cases = [
        {
            "name": session.name,
            "inputs": {"workflow": session.workflow, "request": session.request, "options": session.inputs},
            "expected_output": session.outcome,
            "metadata": {
                "about": session.about,
                "answered_by": session.origin.decider,
                "model": session.origin.model,
                "tools": [call.tool for call in session.calls],
                "nodes": session.nodes,
            },
        }
        for session in sessions
    ]
    return {"name": "sessions", "cases": cases, "evaluators": []}


LETTERS = {State.PASSED: "C", State.FAILED: "I", State.DRIFT: "I", State.INFRASTRUCTURE: "N"}
"""Inspect's grades: correct, incorrect, no answer."""


def inspect_log(report: Report) -> dict[str, Any]:
    """A log of Inspect's version 2: one sample a session, one score `session` with its reason, the single scores as metadata."""
    when = report.started.isoformat()
    judged = [one for one in report.results if one.state is not State.INFRASTRUCTURE]
    accuracy = sum(one.state is State.PASSED for one in judged) / max(1, len(judged))
    model = f"evals/{report.mode}"
    spec = {
        "eval_id": digest(when), "run_id": digest([when, "run"]), "created": when, "task": "sessions", "task_id": digest("sessions"),
        "task_version": 0, "task_attribs": {}, "task_args": {}, "model": model, "model_args": {}, "model_generate_config": {},
        "dataset": {"name": "sessions", "samples": len(report.results), "sample_ids": [one.key for one in report.results]},
        "config": {"epochs": 1}, "packages": {}, "metadata": {"mode": report.mode, "python": report.python},
    }  # fmt: skip
    metric = {"accuracy": {"name": "accuracy", "value": accuracy, "params": {}}}
    scores = [{"name": "session", "scorer": "session", "params": {}, "metrics": metric}]
    return {
        "version": 2,
        "status": "success",
        "eval": spec,
        "plan": {"name": "replay", "steps": [], "config": {}},
        "results": {
            "total_samples": len(report.results),
            "completed_samples": len(report.results),
            "scores": scores,
        },
        "stats": {"started_at": when, "completed_at": when, "model_usage": {}},
        "samples": [_sample(one, model) for one in report.results],
    }


def _sample(one: Result, model: str) -> dict[str, Any]:
    reasons = (
        one.drift
        or one.error
        or "; ".join(f"{s.name}: {s.reason}" for s in one.scores if s.state is State.FAILED)
    )
    message = {"role": "assistant", "content": one.answer, "source": "generate"}
    tokens = {"input_tokens": one.input_tokens, "output_tokens": one.output_tokens}
    usage = {**tokens, "total_tokens": sum(tokens.values())}
    return {
        "id": one.key,
        "epoch": 1,
        "input": one.request,
        "target": "",
        "messages": [{"role": "user", "content": one.request, "source": "input"}, message],
        "output": {"model": model, "choices": [{"message": message, "stop_reason": "stop"}], "usage": usage},
        "scores": {
            "session": {"value": LETTERS[one.state], "answer": one.answer, "explanation": reasons or "passed"}
        },
        "metadata": {
            "scores": {score.name: f"{score.state}: {score.reason}" for score in one.scores},
            "timeline": [f"{step.kind} {step.name} {step.detail}".strip() for step in one.timeline],
        },
        "store": {},
        "events": [],
        "model_usage": {one.model: usage} if one.model_calls else {},
        "total_time": one.seconds,
    }


def main(argv: list[str] | None = None) -> int:
    """Write one of the forms; 2 when a file is wrong."""
    parser = argparse.ArgumentParser(prog="python -m evals.bridges", description=__doc__)
    forms = parser.add_subparsers(dest="form", required=True)
    one = forms.add_parser("dataset", help="the sessions as a pydantic-evals dataset")
    one.add_argument("file", type=Path)
    one.add_argument("--pattern", default="")
    one.add_argument("--sessions", type=Path, default=SESSIONS)
    other = forms.add_parser("inspect", help="a report as an Inspect log")
    other.add_argument("report", type=Path)
    other.add_argument("file", type=Path)
    options = parser.parse_args(argv)
    try:
        if options.form == "dataset":
            sides = Sides(options.sessions)
            sessions = [
                read_session(folder, sides) for folder in find_sessions(options.sessions, options.pattern)
            ]
            write_whole(options.file, dump_yaml(dataset(sessions)))
        else:
            write_whole(
                options.file, json.dumps(inspect_log(read_report(options.report)), ensure_ascii=False) + "\n"
            )
    except Usage as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
