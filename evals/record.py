"""`python -m evals.record WORKFLOW "request" --as TITLE`: keep one run as a session folder."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

EXITS = "Exit codes: 0 recorded, 1 the run failed or does not replay, 2 usage, 130 interrupted (nothing is left behind)."


def main(argv: list[str] | None = None) -> int:
    """Record one session; returns the exit code."""
    arguments = _parser().parse_args(argv)
    from evals.errors import EvalError, Usage

    try:
        return asyncio.run(_record(arguments))
    except Usage as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except EvalError as failed:
        print(failed, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. Nothing was recorded.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.record", description=__doc__, epilog=EXITS)
    parser.add_argument("workflow", help="the workflow's name; the folder the session is kept in")
    parser.add_argument("request", help="the request, as a person would write it")
    parser.add_argument(
        "--as", dest="title", required=True, help="the session's title: lower-case letters, digits, _"
    )
    parser.add_argument("--about", default="", help="one sentence: why it is kept")
    parser.add_argument(
        "--model",
        default="offline",
        help="offline (default), scripted:FILE, local:FILE, openai:NAME, anthropic:NAME",
    )
    parser.add_argument("--base-url", help="for openai: and anthropic:, another endpoint")
    parser.add_argument(
        "--protocol",
        default="openai-chat",
        choices=["openai-chat", "anthropic-messages"],
        help="for scripted: and local:",
    )
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the run, for example run=false; may be repeated",
    )
    parser.add_argument(
        "--reply",
        action="append",
        default=[],
        help="the answer to the next interrupt (default: yes to each); may be repeated",
    )
    parser.add_argument(
        "--role",
        default="editor",
        choices=["viewer", "editor", "admin"],
        help="role of the key (default editor)",
    )
    parser.add_argument(
        "--fixture", default="demo", help="the workspace to start from: demo (default) or empty"
    )
    parser.add_argument("--clock", help="the time it is in the run, ISO 8601 (default: now, to the minute)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--expect",
        action="append",
        default=[],
        metavar="YAML",
        help='a score, for example "answer_contains: [NASDAQ]"; may be repeated',
    )
    parser.add_argument(
        "--redact",
        action="append",
        default=[],
        metavar="REGEX",
        help="take this out as well; may be repeated",
    )
    parser.add_argument(
        "--app",
        default="evals.ours:app",
        help="what runs it, module:attribute (default: the workflows of this package)",
    )
    parser.add_argument(
        "--sessions",
        type=Path,
        help="the folder of the sessions (default: ./sessions for another app than this package's)",
    )
    parser.add_argument("--replace", action="store_true", help="replace a session of that title")
    return parser


async def _record(arguments: argparse.Namespace) -> int:
    import datetime
    import re

    import yaml

    from evals.errors import Usage
    from evals.models import origin_of
    from evals.recording import record_to
    from evals.scorers import scorers_for
    from evals.session import Origin, Session, World, sessions_folder

    if not re.fullmatch(r"[a-z0-9_]+", arguments.title):
        raise Usage(f"--as {arguments.title!r}: use lower-case letters, digits and _.")
    root = sessions_folder(arguments.sessions, arguments.app)
    folder = root / arguments.workflow / arguments.title
    if folder.exists() and not arguments.replace:
        raise Usage(f"{folder} exists. Give another title, or --replace.")
    now = datetime.datetime.now(datetime.UTC)
    clock = now.replace(second=0, microsecond=0)
    if arguments.clock:
        clock = _given("--clock", arguments.clock, datetime.datetime.fromisoformat)
    for pattern in arguments.redact:
        _given("--redact", pattern, re.compile)
    pairs = [entry.partition("=") for entry in arguments.input]
    if wrong := [name for name, sign, _ in pairs if not sign]:
        raise Usage(f"--input {wrong[0]!r}: is not NAME=VALUE.")
    session = Session(
        app=arguments.app,
        workflow=arguments.workflow,
        title=arguments.title,
        about=arguments.about,
        origin=Origin.model_validate(
            {**origin_of(arguments.model, arguments.protocol, arguments.base_url), "recorded": now.date()}
        ),
        request=arguments.request,
        inputs={name: _given("--input", value, yaml.safe_load) for name, _, value in pairs},
        replies=[
            _given("--reply", reply, yaml.safe_load) if reply.startswith("{") else reply
            for reply in arguments.reply
        ]
        or ["yes"] * 9,
        clock=clock,
        seed=arguments.seed,
        world=World(fixture=arguments.fixture, role=arguments.role),
        expect=[_given("--expect", entry, yaml.safe_load) for entry in arguments.expect],
    )
    scorers_for(session.expect, "--expect")
    folder, run = await record_to(session, root, redact=arguments.redact)
    seen = run.seen()
    print(
        f"{session.name}: {len(seen.calls)} tool calls, {len(seen.questions)} questions, {seen.tokens.calls} model requests, {run.seconds:.1f} s"
    )
    print(f"Answered by: {session.origin.decider} ({session.origin.model}, {session.origin.protocol})")
    more = f" --sessions {arguments.sessions}" if arguments.sessions else ""
    print(f"Kept in {folder}. Replay it: python -m evals.run {session.name}{more}")
    return 0


def _given(option: str, value: str, read: Callable[[str], T]) -> T:
    """The value of an option as it is meant. Raises Usage when it cannot be read."""
    import re

    import yaml

    from evals.errors import Usage

    try:
        return read(value)
    except (ValueError, re.error, yaml.YAMLError) as wrong:
        raise Usage(f"{option} {value!r}: {' '.join(str(wrong).split())}.") from None


if __name__ == "__main__":
    sys.exit(main())
