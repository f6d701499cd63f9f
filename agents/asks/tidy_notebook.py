"""What a person wants changed in a notebook: moves, new contents and notes, by block."""

import re
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.asks.material import lines
from agents.questions import Answer, Question

Action = Literal["move", "replace", "add", "cannot"]
Place = Literal["", "top", "bottom", "before", "after"]
OUTLINE = 18_000
"""Characters that the blocks of a notebook are shown in, about."""
TEXT_TYPES = frozenset({"markdown", "text-cell-h1", "text-cell-h2", "text-cell-h3", "text-cell-p", "text-cell-bullet", "text-cell-todo", "text-cell-callout"})  # fmt: skip
HOLDS_TEXT = TEXT_TYPES | {"code", "sql"}
"""Types whose content can be replaced; the others (inputs, charts, images) have none."""


RUN_WORDS = re.compile(
    r"\b(?:re-?)?(?:run|runs|running|execut\w*)\b|\bstill works?\b|\b(?:check|see|show|test|verify|make sure)\b.*\bworks?\b"
    r"|\bausf\w*hr\w*|\bejecut\w*|\bex\wcut\w*",
    re.IGNORECASE,
)


class BlockCard(BaseModel):
    """A block as the decider sees it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    place: int
    """From 1."""
    type: str
    content: str = ""
    variable: str = ""
    level: int = 0
    """1 to 6 for a heading, 0 for anything else."""
    only_imports: bool = False
    empty: bool = False
    defines: list[str] = Field(default_factory=list)
    fields: list[str] = Field(default_factory=list)
    """Columns that a chart draws by its settings."""

    def line(self, width: int) -> str:
        """What a model reads about it, with so much of its content."""
        marks = [self.type]
        if self.level:
            marks.append(f"heading {self.level}")
        if self.only_imports:
            marks.append("imports")
        if self.empty:
            marks.append("empty")
        if self.variable:
            marks.append(f"variable {self.variable}")
        shown = " / ".join(line.strip() for line in self.content.splitlines() if line.strip())
        return f"block {self.place} · {', '.join(marks)} · {shown[:width]}"


class Step(Answer):
    words: str = Field(default="", max_length=300)
    """The part of the request that this step answers, copied."""
    action: Action
    """`move` blocks; `replace` a block's content; `add` a new text block; `cannot` for what no tool can do (delete, change a type, merge, split)."""
    blocks: list[str] = Field(default_factory=list, max_length=100)
    """Ids of the blocks to move, in the order in which they shall stand, or the one block to replace. Empty for `add`."""
    place: Place = ""
    """Where to, for `move` and `add`: top, bottom, before or after the anchor."""
    anchor: str = ""
    """Id of the block to stand before or after."""
    text: str = Field(default="", max_length=4000)
    """For `replace` and `add`: the new text. For `cannot`: what is not possible, one sentence."""
    note: bool = False
    """True when the text is a note or prose, so that a code block takes it as a comment."""
    code: bool = False
    """For `add`: True when the new block takes lines of code out of a block that stands there."""


class TidyWish(Answer):
    steps: list[Step] = Field(default_factory=list, max_length=20)
    """Every wish of the request, in its order."""
    unclear: list[str] = Field(default_factory=list, max_length=8)
    """One question for each part of the request that could mean several blocks, or none, or that you cannot read; nothing is written then."""
    choices: list[str] = Field(default_factory=list, max_length=12)
    """Ways to say the unclear part so that it is clear."""
    run: bool = False
    """True when the request asks to run the notebook afterwards."""


class WhatToTidy(Question[TidyWish]):
    """Which blocks does the request want moved or rewritten, and how?"""

    name: ClassVar[str] = "tidy_notebook.plan"
    budget: ClassVar[int] = 8000

    request: str
    """Without the notebook's name."""
    notebook: str
    blocks: list[BlockCard]

    def material(self) -> dict[str, str]:
        # Every block of a long notebook with its first words is worth more than some with many.
        width = max(20, min(160, OUTLINE // max(1, len(self.blocks)) - 30))
        return {
            "request": self.request,
            "notebook": self.notebook,
            "blocks": lines((card.id, card.line(width)) for card in self.blocks),
        }

    def closed(self) -> Mapping[str, Collection[str]]:
        ids = [card.id for card in self.blocks]
        return {"steps.blocks": ids, "steps.anchor": ["", *ids]}

    def schema_for_answer(self) -> dict[str, Any]:
        schema = super().schema_for_answer()
        if not self._speaks_of_running():
            schema["properties"]["run"]["const"] = False
        return schema

    def _speaks_of_running(self) -> bool:
        """Running costs and cannot be taken back, so a model's word alone does not start it."""
        return RUN_WORDS.search(self.request) is not None

    def deed(self, answer: TidyWish) -> object:
        if answer.unclear or not (answer.steps or answer.run):
            return None
        return answer.run, [step.model_dump(exclude={"words"}) for step in answer.steps]

    def in_words(self, answer: TidyWish) -> str:
        if answer.unclear:
            return f"Change nothing, and ask the person: {' '.join(answer.unclear)}"
        said = [self._said(step) for step in answer.steps] + ["run the notebook"] * answer.run
        return "; then ".join(said) + "."

    def _said(self, step: Step) -> str:
        named = {
            card.id: f"block {card.place} ({shortened(card.content) or 'empty'})" for card in self.blocks
        }
        blocks = ", ".join(named.get(each, each) for each in step.blocks)
        anchor = f" {named.get(step.anchor, step.anchor)}" if step.anchor else ""
        where = f"to the {step.place}" if step.place in ("top", "bottom") else f"{step.place}{anchor}"
        if step.action == "move":
            return f"move {blocks} {where}"
        if step.action == "replace":
            return f"replace the content of {blocks} with {step.text[:100]!r}"
        return f"add {step.text[:100]!r} {where}" if step.action == "add" else f"not possible: {step.text}"

    def problems(self, answer: TidyWish) -> list[str]:
        known = {card.id: card for card in self.blocks}
        wrong = []
        for step in answer.steps:
            wrong += [
                f"{each!r} is not the id of a listed block."
                for each in [*step.blocks, step.anchor]
                if each and each not in known
            ]
            wrong += _misshapen(step, known)
            standing = {line.strip() for card in self.blocks for line in card.content.splitlines()}
            if step.code and not {line.strip() for line in step.text.splitlines()} <= standing:
                wrong.append(
                    "A new block of code holds lines that stand in the notebook; any other is a text."
                )
        if answer.run and not self._speaks_of_running():
            wrong.append("The request does not ask to run the notebook.")
        if not answer.steps and not answer.unclear and not answer.run:
            wrong.append("Every part of the request needs a step or a question.")
        return wrong

    @classmethod
    def sample(cls) -> "WhatToTidy":
        blocks = [
            BlockCard(id="b1", place=1, type="markdown", content="# Sales", level=1),
            BlockCard(id="b2", place=2, type="code", empty=True),
            BlockCard(
                id="b3",
                place=3,
                type="code",
                content="import pandas as pd",
                only_imports=True,
                defines=["pd"],
            ),
        ]
        return cls(
            request="Move the imports block to the top and replace the empty scratch block with a note.",
            notebook="Sales",
            blocks=blocks,
        )


def shortened(content: str) -> str:
    """The first words of a content, on one line."""
    return " ".join(content.split())[:40]


def _misshapen(step: Step, known: dict[str, BlockCard]) -> list[str]:
    if step.action == "move":
        if not step.blocks:
            return ["A move names the blocks to move."]
        if not step.place:
            return ["A move says where to: top, bottom, before or after."]
        if len(set(step.blocks)) < len(step.blocks):
            return ["A move names each block once."]
    if step.action in {"move", "add"} and step.place in {"before", "after"}:
        if not step.anchor:
            return [f"`{step.place}` needs an anchor."]
        if step.anchor in step.blocks:
            return ["A block cannot be moved next to itself."]
    if step.action == "replace":
        if len(step.blocks) != 1:
            return ["A replacement names exactly one block."]
        card = known.get(step.blocks[0])
        if card is not None and card.type not in HOLDS_TEXT:
            return [
                f"Block {card.place} is a {card.type} block; its content cannot be replaced. Use `cannot`."
            ]
    if step.action == "add" and not step.text.strip():
        return ["A new block needs a text."]
    return []


__all__ = ["HOLDS_TEXT", "TEXT_TYPES", "BlockCard", "Step", "TidyWish", "WhatToTidy"]
