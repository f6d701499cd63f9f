"""What a person sees while a run goes on, and how it asks: progress on stderr, the plan, yes, no or edit."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.status import Status as Spinner
from rich.syntax import Syntax
from rich.text import Text

from workflows.terminal import Terminal

NODES = {
    "ground": "reading what the workspace holds",
    "sketch": "choosing data and parts",
    "plan": "planning",
    "compare": "reading back",
    "answer": "reading the outputs",
}
LANGUAGES = {"code": "python", "sql": "sql"}


class Watch:
    """Progress of one run: a line that changes on a terminal, plain lines otherwise."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self.console = Terminal(stderr=True)
        self.live = self.console.is_terminal and not quiet
        self.quiet = quiet
        self.verbose = verbose
        self._spinner: Spinner | None = None
        self._last = ""

    def line(self, text: str) -> None:
        """A line that stays."""
        if not self.quiet:
            self.console.print(Text(text, style="dim"))

    def now(self, text: str) -> None:
        """What is being done; replaced by the next."""
        if self.live:
            if self._spinner is None:
                self._spinner = self.console.status(Text(text))
                self._spinner.start()
            self._spinner.update(Text(text))

    def still(self) -> None:
        """Nothing is being done, or a person is asked."""
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None

    def tell(self, event: str, data: dict[str, Any]) -> None:
        """Show one event of the run."""
        if event == "node":
            self.now(NODES.get(data["node"], data["node"].replace("_", " ")))
            if self.verbose:
                self.line(f"  {data['node']}")
        elif event == "progress":
            self.line(f"  {data['text']}")
        elif event == "wrote" and data["tool"] in ("create_project", "create_notebook", "create_run"):
            found = " (was there already)" if data.get("found") else ""
            self.line(f"  {data['tool'].replace('_', ' ')}: {data['id']}{found}")
        elif event == "wrote" and data["tool"] != "create_block":
            self.line(f"  {data['tool'].replace('_', ' ')}")
        elif event == "block":
            self.now(f"block {data['done']} of {data['total']}: {data['title']}")
            if self.verbose or data["done"] == data["total"]:
                self.line(f"  block {data['done']} of {data['total']}: {data['type']}, {data['title']}")
        elif event == "running":
            text = f"running: {data['done']} of {data['total']} blocks"
            self.now(text)
            if not self.live and self.verbose and text != self._last:
                self.line(f"  {text}")
            self._last = text
        elif event == "words":
            self.now(data["text"])
        elif event == "waiting":
            self.now("running the notebook")
        elif event == "waited":
            self.line(f"  run: {data.get('status', 'still going')}")


def show_plan(payload: dict[str, Any], console: Console, *, whole: bool) -> None:
    """The plan: its sentences, and each write; with `whole`, exactly what each write would hold."""
    heading = "The plan as it was before your edit" if payload.get("problems") else "Plan"
    console.print(Text(heading, style="bold"))
    for line in payload.get("summary", []):
        fenced = re.fullmatch(r"```diff\n(.*)\n```", line, re.DOTALL)
        console.print(_diff(fenced[1]) if fenced else Text(f"  - {line}"))
    writes = payload.get("writes", [])
    many = "1 write" if len(writes) == 1 else f"{len(writes)} writes, in this order"
    console.print(Text(f"\n{many}", style="bold"))
    for number, write in enumerate(writes, 1):
        console.print(Text(f"{number:>3}. {write['tool']}  ", style="cyan") + Text(str(write.get("why", ""))))
        if whole:
            _show_write(write, console)
    for problem in payload.get("problems", []):
        console.print(Text(f"problem: {problem}", style="yellow"))


SHORT = 60
"""Lines that the texts of a plan may have in all, to be printed without being asked for."""


def lines_of(payload: dict[str, Any]) -> int:
    """How many lines the texts of all writes have together."""
    texts = [str(write["arguments"].get("content") or "") for write in payload.get("writes", [])]
    return sum(len(text.splitlines()) for text in texts)


def _diff(lines: str) -> Text:
    """What would change, indented, lines that come and go in their colours."""
    styles = {"+": "green", "-": "red"}
    return Text("\n").join(Text(f"    {line}", style=styles.get(line[:1], "")) for line in lines.split("\n"))


def _show_write(write: dict[str, Any], console: Console) -> None:
    arguments = write["arguments"]
    content = arguments.get("content")
    rest = {name: value for name, value in arguments.items() if name != "content"}
    console.print(Text(f"     {yaml.safe_dump(rest, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000).strip()}", style="dim"))  # fmt: skip
    if content:
        language = LANGUAGES.get(str(arguments.get("type")))
        shown = (
            Syntax(content, language, background_color="default", word_wrap=True)
            if language
            else Text(content)
        )
        console.print(shown)
    if write.get("before"):
        console.print(Text(f"     now: {write['before']}", style="dim"))


def ask_plan(payload: dict[str, Any], watch: Watch, draft: Path) -> object:
    """The person's answer to a proposal: True, False, or the edited plan. What they wrote stays in `draft` until they say yes or no."""
    watch.still()
    console = watch.console
    if draft.exists():
        payload = {**payload, "problems": placed(payload.get("problems", []), draft)}
    show_plan(payload, console, whole=False)
    if payload.get("problems") and draft.exists():
        console.print(Text(f"Your text is kept in {draft}; [e]dit opens it again.", style="dim"))
    unread = bool(payload.get("problems")) and draft.exists()
    while True:
        answer = console.input(Text("\nGo ahead? [y]es, [n]o, [e]dit, [s]how everything: ")).strip().lower()
        if answer in ("y", "yes") and unread and not _old_one_too(console):
            continue
        if answer in ("y", "yes", "n", "no", ""):
            draft.unlink(missing_ok=True)
            return answer in ("y", "yes")
        if answer in ("s", "show"):
            show_plan(payload, console, whole=True)
        elif answer in ("e", "edit"):
            edited = edit(payload["plan"], console, draft, payload.get("names", {}))
            if edited is not None:
                return {"plan": edited}
            unread = draft.exists()


def _old_one_too(console: Console) -> bool:
    """Whether the plan from before an edit that could not be read is meant by a yes."""
    text = "Your edit is not in it. Write the plan as it was before your edit? [y]es, [n]o: "
    return console.input(Text(text)).strip().lower() in ("y", "yes")


def placed(problems: list[str], draft: Path) -> list[str]:
    """The problems of an edited plan, each with the line of the person's text that its field stands in."""
    try:
        text = draft.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError):
        return problems
    return [f"line {line}: {each}" if (line := _line(tree, each)) else each for each in problems]


def _line(tree: yaml.Node | None, problem: str) -> int | None:
    """The line of the field that a problem such as `steps.0.action: …` begins with, or of what holds it where it is missing."""
    path = re.match(r"([a-z_]+(?:\.\w+)*):", problem)
    if path is None or tree is None:
        return None
    line, node = 0, tree
    for part in path.group(1).split("."):
        if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
            node = node.value[int(part)]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
    return line or None


class _Literal(yaml.SafeDumper):
    """Several lines of text stand as they are."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Literal.add_representer(str, _text)


def plan_yaml(plan: dict[str, Any], names: Mapping[str, str] | None = None) -> str:
    """The plan as a person edits it; `names` say beside each id, and in a list before the plan, what it stands for."""
    text = yaml.dump(plan, Dumper=_Literal, sort_keys=False, allow_unicode=True, width=120)
    if not names:
        return text
    listed = "".join(f"# {each}  {name}\n" for each, name in names.items())
    beside = re.sub(
        r"^(?P<field>\s*(?:- )*(?:\w+: )?)(?P<quote>['\"]?)(?P<id>[\w-]+)(?P=quote)$",
        lambda line: f"{line[0]}  # {names[line['id']]}" if line["id"] in names else line[0],
        text,
        flags=re.MULTILINE,
    )
    # A text that holds an id on a line of its own has to stay what it is.
    return listed + (beside if yaml.safe_load(beside) == yaml.safe_load(text) else text)


def edit(
    plan: dict[str, Any], console: Console, draft: Path, names: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    """The plan after $EDITOR; None when nothing was changed or it is no plan. The text stays in `draft`, and is opened again from there."""
    named = os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip() or "vi"
    try:
        editor = shlex.split(named)
        if not draft.exists():
            draft.write_text(plan_yaml(plan, names), encoding="utf-8")
        subprocess.run([*editor, str(draft)], check=True)
        text = draft.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        console.print(Text(f"{draft} is no UTF-8 text any more; [e]dit opens it again.", style="yellow"))
        return None
    except (OSError, ValueError, subprocess.CalledProcessError) as failure:
        console.print(Text(f"The editor {named!r} did not work ({failure}); set $EDITOR.", style="yellow"))
        return None
    try:
        edited = yaml.safe_load(text)
    except (ValueError, RecursionError, yaml.YAMLError) as wrong:
        mark = getattr(wrong, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        said = getattr(wrong, "problem", None) or str(wrong)
        console.print(Text(f"That is not YAML: {where}{said}. Your text is kept; [e]dit opens it again.", style="yellow"))  # fmt: skip
        return None
    if not isinstance(edited, dict):
        draft.unlink()
        console.print(Text("There is no plan in the text; nothing was changed.", style="yellow"))
        return None
    if edited == plan:
        draft.unlink()
        console.print(Text("The plan is as it was.", style="dim"))
        return None
    return edited


def ask_choice(question: str, choices: list[str], watch: Watch) -> str | None:
    """What the person chose or wrote; None for nothing."""
    watch.still()
    watch.console.print(Text(question, style="bold"))
    for number, choice in enumerate(choices, 1):
        watch.console.print(Text(f"  {number}. {choice}"))
    given = watch.console.input(Text("Number, or your own words (empty to stop): ")).strip()
    if not given:
        return None
    if re.fullmatch(r"\d+", given) and 1 <= int(given) <= len(choices):
        return choices[int(given) - 1]
    return given


def on_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


__all__ = [
    "SHORT",
    "Watch",
    "ask_choice",
    "ask_plan",
    "edit",
    "lines_of",
    "on_terminal",
    "placed",
    "plan_yaml",
    "show_plan",
]
