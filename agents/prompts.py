"""Prompts: a common preamble, the question's Markdown file, the answer's fields, then the material, within a budget.

What stays the same stands first, so that caches keep it. Material is marked by tags that its own text cannot forge.
"""

import functools
import json
import math
import re
import string
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agents.errors import NoAnswer
from agents.questions import Answer, Question
from agents.schemas import Dialect, described, for_provider, inlined

FOLDER = Path(__file__).parent / "prompts"
CUT = "---"
"""The line of a prompt file between what is the same every time and what is filled in."""
BYTES_PER_TOKEN = 3.5
"""On the cautious side for English, code and JSON; no tokenizer is loaded, because the large ones come over the network."""
LONGEST_LIST = 20
"""Values of a closed list that are sent in the schema even when it is large."""
SHARED_PERCENT = 45
"""The most of a prompt that goes to what the questions of a run share; the menu of parts needs the most beside it."""
SMALLEST_SHARE = 60
"""Tokens that each piece of material keeps at least when a prompt has to be shortened."""


CHOICE = {
    "type": "object",
    "properties": {"choice": {"type": "string", "enum": ["A", "B"]}},
    "required": ["choice"],
}
"""The answer to a reading: A takes it, B does not."""


class Prompt(NamedTuple):
    """What is sent to a model for one question."""

    question: str
    """Its name; it travels as the title of the schema."""
    system: str
    shared: str
    """Material that other questions of the run show too; empty when there is none."""
    own: str
    """The question itself."""
    schema: dict[str, Any]
    """JSON Schema of the answer in this world."""
    tokens: int
    """Estimate, schema included."""
    left_out: list[str]
    """What did not fit, one phrase each; the prompt says the same at the place."""
    aliases: dict[str, str]
    """Long ids, and the short names under which they stand in the prompt."""

    def restored(self, answer: Any) -> Any:
        """An answer with the ids that its short names stand for."""
        return _renamed(answer, {short: long for long, short in self.aliases.items()})

    def shortened(self, text: str) -> str:
        """A text with the short names of the ids in it."""
        return _shortened_ids(text, self.aliases)

    @property
    def text(self) -> str:
        """Everything the model reads, in its order."""
        return "\n\n".join(part for part in (self.system, self.shared, self.own) if part)


def tokens(text: str) -> int:
    """How many tokens a text is about."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)


def render(question: Question[Any], reading: str = "") -> Prompt:
    """The prompt for a question. Raises NoAnswer when it cannot be brought within the question's budget.

    With a reading (what code's own answer comes to, in words) the model is only asked whether to take it, as
    `agents.readings` has it.
    """
    instructions, asked = _file(question.name, question.folder or FOLDER)
    schema = _bounded(question.schema_for_answer(), question.budget // 3)
    kind: type[Answer] = question.answer_type()
    fields = "Answer with a JSON object:\n" + described(_static(kind), schema)
    system = _read(FOLDER / "preamble.md")
    aliases = _aliases(question)
    schema = _renamed(schema, aliases)
    offer = ""
    if reading:
        schema, fields = CHOICE, ""
        offer = _offer(_shortened_ids(reading, aliases))
    elif question.together:
        system = _manual(question.together)
        instructions, fields = "", f"The question is {question.name}."
    material = {name: _shortened_ids(text, aliases) for name, text in question.material().items()}
    tag = _tags((*material, "reading") if reading else tuple(material))
    values = {name: _harmless(text, tag) for name, text in material.items()}
    sent = tokens(compact(for_provider(schema, Dialect.OPENAI)))
    fixed = tokens(system + instructions + fields + asked + offer) + sent
    room = question.budget - fixed - 12 * len(values)
    wanted = {name: tokens(text) for name, text in values.items()}
    # What the questions of a run share is cut alike in each of them, or caches would not know it again.
    common = {name: wanted[name] for name in question.shared if name in wanted}
    most = min((kind.budget for kind in question.together), default=question.budget) * SHARED_PERCENT // 100
    shares = _shares(common, min(room, most))
    others = {name: size for name, size in wanted.items() if name not in common}
    shares |= _shares(others, room - sum(shares.values()))
    if room < 0 or any(shares[name] < min(SMALLEST_SHARE, wanted[name]) for name in values):
        raise NoAnswer(
            f"{question.name} does not fit its {question.budget} tokens: there is too much to choose from. Name more exactly what you mean."
        )
    left_out: list[str] = []
    quoted = {
        name: _quoted(name, text, shares[name], name in question.ranked, left_out)
        for name, text in values.items()
    }
    shared = "\n\n".join(quoted[name] for name in question.shared if name in quoted)
    filled = string.Template(asked).substitute(
        {name: quoted[name] for name in quoted if name not in question.shared}
    )
    own = "\n\n".join(part for part in (instructions, fields, filled, offer) if part)
    whole = tokens(system + shared + own) + sent
    return Prompt(question.name, system, shared, own, schema, whole, left_out, aliases)


@functools.cache
def _manual(kinds: tuple[type[Any], ...]) -> str:
    """The preamble and the instructions of several questions, the same in every world."""
    parts = [_read(FOLDER / "preamble.md")]
    for kind in kinds:
        instructions, _ = _file(kind.name, kind.folder or FOLDER)
        fields = described(_static(kind.answer_type()), kind.sample().schema_for_answer())
        parts.append(f"# {kind.name}\n\n{instructions}\n\nAnswer with a JSON object:\n{fields}")
    return "\n\n".join(parts)


def _offer(reading: str) -> str:
    """Code's reading, quoted as material, and the choice."""
    quoted = f"<reading>{_harmless(reading, _tags(('reading',)))}</reading>"
    return string.Template(_read(FOLDER / "reading.md")).substitute(reading=quoted)


@functools.cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


@functools.cache
def _file(question: str, folder: Path) -> tuple[str, str]:
    """The two parts of a question's file: instructions, and the part with `$name` places."""
    text = _read(folder / f"{question.replace('.', '/')}.md")
    before, _, after = f"\n{text}\n".partition(f"\n{CUT}\n")
    if "$" in before.replace("$$", ""):
        raise ValueError(
            f"{question}.md: `$` places belong below the line `{CUT}`, after what never changes."
        )
    return before.strip().replace("$$", "$"), after.strip()


_LONG_ID = re.compile(r"[0-9a-fA-F-]{16,}")


def _aliases(question: Question[Any]) -> dict[str, str]:
    """Short names for the long ids to choose from: a model copies `id3` more surely, and for less, than 32 digits."""
    values = dict.fromkeys(value for values in question.closed().values() for value in values)
    return {long: f"id{number}" for number, long in enumerate(filter(_LONG_ID.fullmatch, values), 1)}


def _shortened_ids(text: str, aliases: Mapping[str, str]) -> str:
    return _LONG_ID.sub(lambda found: aliases.get(found[0], found[0]), text) if aliases else text


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """A JSON value with every string that is one of these names replaced."""
    if not names:
        return node
    if isinstance(node, str):
        return names.get(node, node)
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    if isinstance(node, dict):
        return {key: _renamed(value, names) for key, value in node.items()}
    return node


def _bounded(schema: dict[str, Any], room: int) -> dict[str, Any]:
    """The schema, without the lists of what exists where those alone would fill the prompt; the answer is checked anyway."""
    if tokens(compact(for_provider(schema, Dialect.OPENAI))) <= room:
        return schema

    def open_up(node: Any) -> Any:
        if isinstance(node, list):
            return [open_up(item) for item in node]
        if not isinstance(node, dict):
            return node
        return {
            key: open_up(value)
            for key, value in node.items()
            if not (key == "enum" and isinstance(value, list) and len(value) > LONGEST_LIST)
        }

    opened: dict[str, Any] = open_up(schema)
    return opened


def placeholders(question: type[Question[Any]]) -> set[str]:
    """The names that a question's prompt file fills in."""
    return set(string.Template(_file(question.name, question.folder or FOLDER)[1]).get_identifiers())


def _shares(wanted: Mapping[str, int], room: int) -> dict[str, int]:
    """How many tokens each piece of material gets: small ones whole, the rest of the room in equal parts among the large."""
    shares: dict[str, int] = {}
    left = max(room, 0)
    pending = sorted(wanted, key=lambda name: wanted[name])
    for index, name in enumerate(pending):
        shares[name] = min(wanted[name], left // (len(pending) - index))
        left -= shares[name]
    return shares


def _quoted(name: str, text: str, share: int, ranked: bool, left_out: list[str]) -> str:
    """One piece of material between its tags, shortened where it is too long."""
    if tokens(text) > share:
        text, dropped = _shortened(text, share, 1 if ranked else 2 / 3)
        left_out.append(f"{dropped} of {name}")
    if "\n" in text or len(text) > 200:
        return f"<{name}>\n{text}\n</{name}>"
    return f"<{name}>{text}</{name}>"


def _shortened(text: str, share: int, first: float) -> tuple[str, str]:
    """As much of the beginning as is said (a share of what fits), then of the end; whole lines where possible, and what was dropped."""
    room = int(max(share - 15, 0) * BYTES_PER_TOKEN)
    lines = text.split("\n")
    begin = int(room * first)
    head = _within(lines, begin)
    tail = _within(lines[len(head) :][::-1], room - begin)[::-1]
    dropped = len(lines) - len(head) - len(tail)
    if head or tail:
        what = f"{dropped} of {len(lines)} lines"
        return "\n".join([*head, f"[... {what} left out ...]", *tail]), what
    cut = text.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    what = f"{len(text) - len(cut)} of {len(text)} characters"
    return f"{cut} [... {what} left out ...]", what


def _within(lines: Iterable[str], room: int) -> list[str]:
    kept: list[str] = []
    for line in lines:
        room -= len(line.encode("utf-8", "replace")) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Characters that a person would not see: control, direction, zero width, tags."""


@functools.cache
def _tags(names: tuple[str, ...]) -> re.Pattern[str]:
    """The `<` of anything that reads like one of these tags, opening or closing."""
    return re.compile(rf"<(?=\s*/?\s*(?:{'|'.join(map(re.escape, names))})\b)", re.IGNORECASE)


def _harmless(text: str, tag: re.Pattern[str]) -> str:
    """Text that cannot close its own tag or hide what it says from a person who reads the prompt."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return tag.sub("‹", text)


@functools.cache
def _static(kind: type[Answer]) -> dict[str, Any]:
    """The schema of an answer type, the same in every world."""
    return inlined(kind.model_json_schema())


def compact(schema: Mapping[str, Any]) -> str:

    return json.dumps(schema, separators=(",", ":"), ensure_ascii=False)


__all__ = ["Prompt", "compact", "placeholders", "render", "tokens"]
