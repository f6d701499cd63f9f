"""Eleven changes to an app, and what three matchers say: this harness, vcrpy by bytes, vcrpy by default.

The app is `tests/example_project`, the changes are those of its `drifts.yaml`. Each verdict is a process of its own, start included.
vcrpy gets a cassette that it recorded itself; its runs are red when they raise or when their outcome is another one.
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks.table import print_table

ROOT = Path(__file__).parent.parent
PROJECT = ROOT / "tests" / "example_project"
SESSION = "triage/charged_twice"
MATCHERS = {
    "default": ("method", "scheme", "host", "port", "path", "query"),
    "bytes": ("method", "scheme", "host", "port", "path", "query", "raw_body"),
}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description=__doc__)
    parser.add_argument("--child", nargs=2, metavar=("MATCHER", "CASSETTE"), help=argparse.SUPPRESS)
    parser.add_argument(
        "--peers",
        nargs="*",
        default=["bytes", "default"],
        choices=MATCHERS,
        help="vcrpy's matchers beside ours",
    )
    parser.add_argument("--only", default="", help="only changes whose title contains this")
    options = parser.parse_args(argv)
    if options.child:
        return asyncio.run(_vcr(*options.child))
    changes = yaml.safe_load((PROJECT / "drifts.yaml").read_text(encoding="utf-8"))
    changes = {title: change for title, change in changes.items() if options.only in title}
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-drift-") as name:
        folder = Path(name)
        shutil.copytree(PROJECT, folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
        if options.peers:
            recorded = _run(
                folder / "app", "benchmarks.drift", "--child", "record", str(folder / "cassette.yaml")
            )
            recorded.check_returncode()
        nothing: dict[str, Any] = {}
        for title, change in {"nothing (must be green)": nothing, **changes}.items():
            app = folder / "changed"
            shutil.rmtree(app, ignore_errors=True)
            shutil.copytree(folder / "app", app)
            if change:
                path = app / change["file"]
                path.write_text(path.read_text().replace(change["old"], change["new"]), encoding="utf-8")
            ours, said = _ours(app, change.get("mode", "tape"))
            peers = [
                _verdict(app, "benchmarks.drift", "--child", matcher, str(folder / "cassette.yaml"))
                for matcher in options.peers
            ]
            rows.append((title, ours.state, ours.wall, ours.cpu, said, *(str(peer) for peer in peers)))
            print(f"{title}: {ours}: {said}", file=sys.stderr, flush=True)
    columns = (
        "change",
        "evals",
        "s",
        "CPU s",
        "what it names",
        *(f"vcrpy, {name}" for name in options.peers),
    )
    print_table("What each matcher says of a change, a process each", columns, rows)
    return 0 if all(row[1] == "red" for row in rows[1:]) and rows[0][1] == "green" else 1


def _run(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


class Verdict(NamedTuple):
    """What one process said, and what it took, start included."""

    state: str
    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.state}, {self.wall:.1f} s"


def _ours(app: Path, mode: str) -> tuple[Verdict, str]:
    report = ("--sessions", "sessions", "--workers", "1", "--mode", mode, "--json", "r.json")
    verdict = _verdict(app, "evals.run", SESSION, *report)
    if not (app / "r.json").exists():
        return verdict, "(no report)"
    drift = json.loads((app / "r.json").read_text())["results"][0]["drift"]
    words, _, field = drift.partition(" is not on the tape. ")
    return verdict, field.partition("first difference at ")[2] or words


def _verdict(app: Path, module: str, *arguments: str) -> Verdict:
    started, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = _run(app, module, *arguments)
    wall, now = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return Verdict("red" if done.returncode else "green", wall, cpu)


async def _vcr(matcher: str, cassette: str) -> int:
    """Record the app with vcrpy, or replay it; 1 when it raised or came to another outcome."""
    import vcr

    from evals.apps import load_app
    from evals.models import open_model
    from evals.scene import Clock, ModelPlace, Place, Scene, Wanted
    from evals.session import read_session
    from evals.tape import Sides

    folder = Path("sessions") / SESSION
    session = read_session(folder, Sides(Path("sessions")))
    app = load_app(session.app)
    places = Path(cassette).with_suffix(".json")

    async def run(workspace: Place, model: ModelPlace | None, mode: str, on: tuple[str, ...]) -> Any:
        replies = list(session.replies)
        scene = Scene(
            session.workflow,
            session.request,
            Clock(session.clock),
            replies=replies,
            workspace=workspace,
            model=model,
        )
        with vcr.VCR().use_cassette(cassette, record_mode=mode, match_on=on):
            return await app.run(scene)

    if matcher == "record":
        opened = app.world(Wanted("", session.clock, 0, "editor", True))
        assert opened is not None
        async with opened as world, open_model(session.origin) as model:
            assert model is not None
            await run(world.place, model, "all", MATCHERS["default"])
            places.write_text(json.dumps([world.place.url, model.url]))
        return 0
    tools, address = json.loads(places.read_text())
    model = ModelPlace(address, name=session.origin.model, protocol=session.origin.protocol)
    try:
        outcome = await run(Place(tools), model, "none", MATCHERS[matcher])
    except BaseException as raised:  # noqa: BLE001 - whatever it is, the test of an app would be red
        print(f"{type(raised).__name__}: {raised}"[:300])
        return 1
    print(outcome)
    return 0 if outcome == session.outcome else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
