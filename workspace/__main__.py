"""`python -m workspace COMMAND`: serve, work off runs, add integrations, keys and schedules, import and export.

Exit codes: 0 done, 1 it could not be done, 2 the command or a setting is wrong, 130 interrupted.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

COMMANDS = Path(__file__).parent / "cli"
EXIT_CODES = (
    "exit codes: 0 done; 1 it could not be done; 2 the command or a setting is wrong; 130 interrupted"
)


class _Command(argparse.ArgumentParser):
    """The parser of one command: its words may stand before, between and after its options."""

    _under_way = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self._under_way or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        self._under_way = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._under_way = False


def parser(asked: str | None = None) -> argparse.ArgumentParser:
    """Every command; once the one that is asked for is there, no other is imported."""
    top = argparse.ArgumentParser(
        prog="python -m workspace",
        description="A notebook workspace: projects, notebooks, blocks, integrations, runs, documentation.",
        epilog=EXIT_CODES,
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Command)
    files = sorted(file.stem for file in COMMANDS.glob("[a-z]*.py"))
    for name in sorted(files, key=lambda file: file != asked):
        module = import_module(f"workspace.cli.{name}")
        if hasattr(module, "register"):
            module.register(commands)
        if asked in commands.choices:
            break
    return top


def main(argv: list[str] | None = None) -> int:
    given = sys.argv[1:] if argv is None else argv
    arguments = parser(given[0] if given else None).parse_args(given)
    from workspace.errors import WorkspaceError

    try:
        return int(arguments.run(arguments))
    except WorkspaceError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
