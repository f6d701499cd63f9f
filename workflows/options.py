"""The command line of a run: its options, and what they mean together."""

import argparse
from pathlib import Path
from urllib.parse import urlsplit

from workflows.registry import WORKFLOWS

CODES = """exit codes:
  0    done: the request is answered, planned (--plan), or its notebook run still goes on
  1    the workflow could not do it: refused, denied, a question is open, failed, or a limit was reached
  2    the request or the settings are wrong: unknown workflow or option, missing or wrong key, unknown thread
  130  interrupted; the thread can be resumed
"""


def _epilog() -> str:
    width = max(len(name) for name in WORKFLOWS)
    lines = [f"  {one.name:<{width}}  {one.does}" for one in WORKFLOWS.values()]
    first = next(iter(WORKFLOWS.values()))
    return "\n".join(
        [
            "workflows:",
            *lines,
            "",
            "example:",
            f'  python -m workflows.run {first.name} "{first.example}"',
            "",
            CODES,
        ]
    )


def parser() -> argparse.ArgumentParser:
    """The options of `python -m workflows.run`."""
    made = argparse.ArgumentParser(
        prog="python -m workflows.run",
        description="Answer one request on a notebook workspace: plan, ask, write, read back, answer with sources.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "words",
        nargs="*",
        metavar="[NAME] REQUEST",
        help="the workflow and the request in quotes; without a name, `ask` chooses",
    )
    doing = made.add_argument_group("what it may do")
    doing.add_argument(
        "--plan",
        action="store_true",
        help="print the plan, with --json all that it would write to the letter, and stop",
    )
    doing.add_argument("--yes", action="store_true", help="approve the plan beforehand")
    doing.add_argument("--read-only", action="store_true", help="refuse to write anything")
    doing.add_argument("--no-run", action="store_true", help="leave running the notebook out of the plan")
    doing.add_argument("--reuse", action="store_true", help="when the project exists already: use it")
    doing.add_argument(
        "--new", action="store_true", help="when the project exists already: make another of the same name"
    )
    doing.add_argument(
        "--deadline",
        type=float,
        metavar="SECONDS",
        help="how long to wait for a notebook run (600)",
    )
    deciding = made.add_argument_group("who decides")
    deciding.add_argument(
        "--model",
        metavar="NAME",
        help="offline (the default), openai:NAME, anthropic:NAME, local:FILE.gguf; a thread is resumed with its own",
    )
    deciding.add_argument(
        "--base-url", metavar="URL", help="another endpoint that speaks the model's protocol"
    )
    deciding.add_argument(
        "--small-model",
        action="store_true",
        help="the model is a small one: offer it code's readings, write only what code reads too (always so for local:)",
    )
    deciding.add_argument(
        "--fallback",
        metavar="NAME",
        help="the model to ask when the first one fails, at its provider's own address",
    )
    where = made.add_argument_group("where")
    where.add_argument(
        "--workspace",
        metavar="URL",
        help="an MCP server; without it, the workspace that ships with this, in this process (its folder: DEEPNOTE_WORKFLOWS_HOME)",
    )
    where.add_argument(
        "--key-file", metavar="FILE", help="file with the key for --workspace (else DEEPNOTE_API_KEY)"
    )
    where.add_argument(
        "--checkpoints", metavar="URL", help="keep threads in this PostgreSQL instead of the data folder"
    )
    kept = made.add_argument_group("threads")
    kept.add_argument(
        "--thread", metavar="THREAD", help="name of the thread; a second request on it continues the first"
    )
    kept.add_argument(
        "--resume",
        nargs="?",
        const=True,
        default=False,
        metavar="THREAD",
        help="go on where the thread stopped (without a name: the last one)",
    )
    kept.add_argument(
        "--undo", metavar="THREAD", help="take back what the thread wrote, as far as there are tools for it"
    )
    shown = made.add_argument_group("what it shows")
    shown.add_argument(
        "--json", action="store_true", help="the outcome as JSON on stdout, nothing else there"
    )
    shown.add_argument(
        "--out",
        metavar="FILE",
        help="also write the outcome, by the ending: .md, .html, .json, or .csv (its tables; further ones beside it)",
    )
    shown.add_argument(
        "--html", metavar="FILE", help="also write the outcome as one page with its charts and tables"
    )
    shown.add_argument("--draw", action="store_true", help="print the workflow's graph as Mermaid and stop")
    shown.add_argument("--verbose", action="store_true", help="every step and block")
    shown.add_argument(
        "--trace", action="store_true", help="where the time went: graph, tools, model, kernel"
    )
    limits = made.add_argument_group("limits; reaching one ends the run with what is known")
    limits.add_argument("--budget-calls", type=int, metavar="N", help="model calls")
    limits.add_argument("--budget-tokens", type=int, metavar="N", help="model tokens, in and out")
    limits.add_argument("--budget-tools", type=int, metavar="N", help="tool calls")
    limits.add_argument("--budget-seconds", type=float, metavar="N", help="seconds")
    return made


ENDINGS = (".md", ".html", ".htm", ".json", ".csv")
"""What `--out` writes, by the ending of its name."""


def read(made: argparse.ArgumentParser, arguments: list[str] | None) -> argparse.Namespace:
    """The options. What follows `--resume` names its thread; a workflow or a request there is taken for what it is."""
    options = made.parse_intermixed_args(arguments)
    named = options.resume
    if isinstance(named, str):
        options.resume = True
        if not named.strip():
            made.error("--resume: the thread's name is empty; without a name it is the last one.")
        if " " in named.strip() or named in WORKFLOWS:
            options.words.insert(0, named)
        elif options.thread in (None, named):
            options.thread = named
        else:
            made.error(f"--resume {named} and --thread {options.thread} name two threads.")
    return options


def conflicts(options: argparse.Namespace) -> str | None:
    """What does not fit together, in one sentence."""
    pairs = (
        ("yes", "read_only"),
        ("yes", "plan"),
        ("reuse", "new"),
        ("resume", "undo"),
        ("plan", "resume"),
        ("plan", "undo"),
    )
    for left, right in pairs:
        if getattr(options, left) and getattr(options, right):
            return f"--{left.replace('_', '-')} and --{right.replace('_', '-')} exclude each other."
    if options.key_file and not options.workspace and not options.resume and not options.undo:
        return "--key-file needs --workspace URL."
    if options.out and not options.out.lower().endswith(ENDINGS):
        return f"--out takes a name that ends in {', '.join(ENDINGS)}, not {options.out!r}."
    for name in ("out", "html"):
        folder = Path(getattr(options, name) or ".").parent
        if not folder.is_dir():
            return f"--{name}: there is no folder {str(folder)!r}; make it first."
    if options.workspace and not _is_address(options.workspace):
        return f"--workspace takes an address such as https://deepnote.com/mcp, not {options.workspace!r}."
    model = options.model or "offline"
    if model == "offline" and (options.base_url or options.small_model):
        given = "--base-url" if options.base_url else "--small-model"
        return f"{given} is about a model: name it too, for example --model openai:NAME; without --model the offline rules decide."
    if options.base_url and not model.startswith(("openai:", "anthropic:")):
        return f"--base-url goes with openai:NAME and anthropic:NAME, not with {model}."
    for name in ("budget_calls", "budget_tokens", "budget_tools", "budget_seconds", "deadline"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            return f"--{name.replace('_', '-')} takes a number above zero."
    return None


def _is_address(text: str) -> bool:
    """Whether it is an http or https address with a host, and with a port that there can be."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and text.isprintable() and " " not in text


def split_words(words: list[str]) -> tuple[str, str]:
    """Workflow and request; a request without a workflow is for `ask`. Raises UnknownWorkflow for a misspelt name."""
    if not words:
        return "", ""
    first, *rest = words
    name = first.strip().lower().replace("-", "_")
    if name in WORKFLOWS:
        return name, " ".join(rest)
    if " " not in first.strip() and (rest or _meant(name)):
        from workflows.registry import find

        if _meant(name) or (len(rest) == 1 and " " in rest[0]):
            find(first)
    return "ask", " ".join(words)


def _meant(name: str) -> bool:
    """Whether a single word looks like a misspelt workflow."""
    if "_" in name:
        return True
    from difflib import get_close_matches

    return bool(get_close_matches(name, list(WORKFLOWS), cutoff=0.75))


__all__ = ["CODES", "conflicts", "parser", "split_words"]
