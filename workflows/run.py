"""`python -m workflows.run [NAME] "request"`: one request, from plan to answer. Heavy imports wait until they are needed."""

import gc
import sys
from argparse import Namespace

from workflows.options import conflicts, parser, read, split_words
from workflows.process import ended_by_a_second, exit_code


def main(arguments: list[str] | None = None) -> int:
    made = parser()
    options = read(made, arguments)
    wrong = conflicts(options)
    if wrong is None and not options.words and not (options.resume or options.undo):
        wrong = (
            'give a request, for example: python -m workflows.run build_analysis "stock returns since 2015"'
        )
    if wrong is not None:
        print(f"{made.prog}: {wrong}", file=sys.stderr)
        return 2
    from workflows.errors import UnknownWorkflow

    try:
        workflow, request = split_words([_readable(word) for word in options.words])
    except UnknownWorkflow as unknown:
        print(unknown, file=sys.stderr)
        return 2
    if options.draw:
        return _draw(workflow or options.words[0])
    if not request.strip() and not (options.resume or options.undo):
        print(
            f'The request is empty. Say what to do: python -m workflows.run {workflow} "…"', file=sys.stderr
        )
        return 2
    return _run(options, workflow, request)


def _readable(word: str) -> str:
    """A word of the command line; bytes of it that are no UTF-8 cannot be kept or sent."""
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _draw(workflow: str) -> int:
    from workflows import registry

    print(registry.graph(workflow).compile().get_graph().draw_mermaid())
    return 0


def collect_seldom() -> None:
    """What a run reads lives to its end. Looking through it at Python's usual pace takes a quarter of a large audit's time."""
    gc.set_threshold(50_000, 20, 50)


def _run(options: Namespace, workflow: str, request: str) -> int:
    collect_seldom()
    if not options.json:
        thread = options.undo or (options.resume and options.thread)
        opening = options.workspace or (f"thread {thread}" if thread else "the embedded workspace")
        print(f"{workflow or 'run'}: opening {opening}", file=sys.stderr, flush=True)
    from workflows.guard import foreign_package

    foreign = foreign_package()
    if foreign is not None:
        print(foreign, file=sys.stderr)
        return 2
    import asyncio

    from agents.errors import AccessDenied, AgentError, ContractDiffers, ModelFailed
    from workflows.errors import CannotWrite, WorkflowError
    from workflows.running import run
    from workflows.terminal import plain

    def way_on() -> str:
        return _way_on(options) or "Nothing had begun; ask again."

    async def interruptible() -> int:
        with ended_by_a_second(way_on):
            return await run(options, workflow, request)

    try:
        return asyncio.run(interruptible())
    except KeyboardInterrupt:
        print(f"\nInterrupted. {way_on()}", file=sys.stderr)
        return 130
    except (AccessDenied, ContractDiffers, ModelFailed) as failure:
        print(plain(str(failure)), file=sys.stderr)
        return 2
    except (AgentError, CannotWrite) as failure:
        print(plain(f"{failure} {_way_on(options)}".strip()), file=sys.stderr)
        return 1
    except WorkflowError as failure:
        print(plain(str(failure)), file=sys.stderr)
        return 2


def _way_on(options: Namespace) -> str:
    """What a person does after the run broke off; empty where nothing had begun."""
    from workflows.errors import WorkflowError
    from workflows.running import UNFINISHED, runnable, threads

    try:
        begun = threads(options).record(options.undo or options.thread or "none").state in UNFINISHED
    except WorkflowError:
        begun = False
    if options.undo:
        command = runnable(f"python -m workflows.run --undo {options.undo}")
        return f"Undo what is left with: {command}    # it looks first"
    if begun:
        import shlex

        kept = [
            f" --{name} {shlex.quote(path)}" for name in ("out", "html") if (path := getattr(options, name))
        ]
        command = runnable(f"python -m workflows.run --resume {options.thread}{''.join(kept)}")
        return f"Go on with: {command}"
    return ""


def command() -> int:
    """The process from its start to its end; Ctrl-C while it still loads has a sentence too."""
    try:
        return exit_code(main)
    except KeyboardInterrupt:
        print("\nInterrupted. Nothing had begun; ask again.", file=sys.stderr)
        return 130
    finally:
        gc.freeze()  # what is left dies with the process; looking through it for cycles would take half a second


if __name__ == "__main__":
    sys.exit(command())
