"""`session.yaml`: one recorded run, as a person reviews it. Independent of the MCP client, the model SDK and the wire."""

import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.errors import Usage
from evals.tape import Sides, dump_yaml, load_yaml

FORMAT = 1
SESSION = "session.yaml"
TAPE = "tape.yaml"
OURS = "evals.ours:app"
FOLDER_HELP = (
    "the folder of the sessions (default: ./sessions where there is one, else those of this package)"
)


class Strict(BaseModel):
    """Files that people write refuse what they do not know."""

    model_config = ConfigDict(extra="forbid")


class Origin(Strict):
    """Where the answers come from. A written-by-hand answer is `scripted`, never anything else."""

    decider: Literal["rules", "scripted", "local", "provider", "none"]
    """`rules`: code, no model. `scripted`: a file of prepared answers served over the model's protocol.
    `local`: weights on this machine. `provider`: a hosted model. `none`: the app asks nobody."""
    model: str = "offline"
    protocol: Literal["none", "openai-chat", "openai-responses", "anthropic-messages"] = "none"
    """What the model was spoken to over; it was real HTTP on loopback or to the provider."""
    source: str = "offline"
    """What to record it with again, as for `--model`."""
    base_url: str | None = None
    recorded: datetime.date
    client: str = ""
    """The MCP client generation of the tape, for example `mcp 1.30`."""


class Question(Strict):
    """One judgement that was asked for."""

    name: str
    prompt: str = ""
    """Digest of what was asked: the rendered prompt, or the question's values for the rule decider."""
    values: Any = None
    """The question itself, so that it can be asked alone; long ones stand in a side file."""
    answer: Any = None
    error: str | None = None


class ToolCall(Strict):
    """One call of a workspace tool with its parsed result."""

    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    result: Any = None
    error: str | None = None


class EndState(Strict):
    """What the workspace looked like afterwards, read through its tools."""

    digest: str
    """Canonical hash of the whole workspace: ids, addresses and times left out."""
    changes: list[str] = Field(default_factory=list)
    """What differs from the fixture, one line each."""


class World(Strict):
    """What the run started from."""

    fixture: str = "demo"
    digest: str = ""
    """Canonical hash of the fixture before the run."""
    role: Literal["viewer", "editor", "admin"] = "editor"
    setup: list[dict[str, Any]] = Field(default_factory=list)
    """Tool calls made before the run, `{tool, arguments}`; `$1.project.id` is a value of the first one's result."""


class Session(Strict):
    """A recorded run."""

    format: int = FORMAT
    app: str
    """What runs it: `module:attribute`."""
    workflow: str
    title: str
    about: str = ""
    """One sentence: why this session is kept."""
    origin: Origin
    request: str
    inputs: dict[str, Any] = Field(default_factory=dict)
    """Options of the run, for example `{"run": false}`."""
    replies: list[Any] = Field(default_factory=list)
    """What was answered to each interrupt, in order."""
    clock: datetime.datetime
    seed: int = 0
    world: World = World()
    expect: list[str | dict[str, Any]] = Field(default_factory=list)
    """Scores beyond the usual ones, for example `{answer_contains: ["23.3"]}`."""
    nodes: list[str] = Field(default_factory=list)
    questions: list[Question] = Field(default_factory=list)
    calls: list[ToolCall] = Field(default_factory=list)
    outcome: Any = None
    end_state: EndState | None = None

    @property
    def name(self) -> str:
        """`<workflow>/<title>`."""
        return f"{self.workflow}/{self.title}"


M = TypeVar("M", bound=BaseModel)


def read_model(path: Path, kind: type[M], advice: str) -> M:
    """A YAML file as a model. Raises Usage with the file, the line and the field."""
    content = load_yaml(path, advice)
    try:
        return kind.model_validate(content)
    except ValidationError as wrong:
        first = min(wrong.errors(), key=lambda one: one["type"] != "extra_forbidden")
        place = ".".join(str(part) for part in first["loc"])
        line = line_of(path, first["loc"])
        hint = (
            _meant(str(first["loc"][-1]), kind) if first["type"] == "extra_forbidden" and first["loc"] else ""
        )
        raise Usage(f"{path}:{line}: {place or 'the file'}: {first['msg']}.{hint} {advice}") from None


def read_session(folder: Path, sides: Sides) -> Session:
    """Read `session.yaml` of a session's folder, side files included."""
    path = folder / SESSION
    advice = "Correct it, or restore it from version control."
    content = load_yaml(path, advice)
    if isinstance(content, dict) and content.get("format", FORMAT) != FORMAT:
        line = line_of(path, ("format",))
        raise Usage(
            f"{path}:{line}: format {content['format']} is not known here (this is {FORMAT}). Update the package."
        )
    session = read_model(path, Session, advice)
    for question in session.questions:
        question.values = sides.get(question.values, path)
        question.answer = sides.get(question.answer, path)
    for call in session.calls:
        call.result = sides.get(call.result, path)
    session.outcome = sides.get(session.outcome, path)
    return session


def session_text(session: Session, sides: Sides) -> str:
    """The text of a session file; long values are put into side files."""
    content = session.model_dump(mode="json", exclude_defaults=True)
    content = {"format": FORMAT, **content}
    for question in content.get("questions", []):
        for field in ("values", "answer"):
            if field in question:
                question[field] = sides.put(question[field])
    for call in content.get("calls", []):
        if "result" in call:
            call["result"] = sides.put(call["result"])
    if "outcome" in content:
        content["outcome"] = sides.put(content["outcome"])
    return dump_yaml(content)


def sessions_folder(named: Path | None, app: str = "") -> Path:
    """The folder of the sessions: as named, `./sessions` where it is there or another app is recorded, else the one of this package."""
    if named is not None:
        return named.resolve()
    here = Path.cwd() / "sessions"
    if here.is_dir() or app not in ("", OURS):
        return here
    return Path(__file__).parent / "sessions"


def find_sessions(root: Path, pattern: str = "") -> list[Path]:
    """Session folders under a root, sorted; the pattern is a part of `<workflow>/<title>` or a glob."""
    folders = sorted(path.parent for path in root.glob(f"*/*/{SESSION}"))
    if not pattern:
        return folders
    from fnmatch import fnmatch

    names = [(folder, f"{folder.parent.name}/{folder.name}") for folder in folders]
    return [folder for folder, name in names if pattern in name or fnmatch(name, pattern)]


def _meant(field: str, kind: type[BaseModel]) -> str:
    import difflib

    known = list(kind.model_fields)
    near = difflib.get_close_matches(field, known, 1)
    return f" Did you mean {near[0]}?" if near else ""


def line_of(path: Path, place: tuple[int | str, ...]) -> int:
    """The line where a field stands; of its parent when the field is absent."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return line
    return line
