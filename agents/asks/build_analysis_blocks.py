"""What building an analysis asks about blocks that a model writes: ones beyond the menu, and how one that is wrong has to read."""

import keyword
import re
from collections.abc import Collection, Mapping
from typing import Literal

from pydantic import Field

from agents.questions import Answer, Question

Language = Literal["python", "sql"]


class Mend(Answer):
    """A new text for a block that is wrong."""

    why: str = Field(max_length=300)
    """One sentence: what was wrong."""
    content: str = Field(default="", max_length=8000)
    """The whole corrected block, without code fences; empty when it cannot be mended."""


class Repair(Question[Mend]):
    """How a block that failed, or that could not work, has to read."""

    name = "build_analysis.repair"
    budget = 6000
    answer_budget = 2000
    shared = ("tables",)
    ranked = ("tables",)

    tables: str
    """Tables with their columns, as in `build_analysis.outline`."""
    language: Language
    block: str
    error: str
    """What went wrong when it ran, or what was found wrong before it was created, with the place."""
    available: str
    """Names that the blocks above leave."""

    def problems(self, answer: Mend) -> list[str]:
        if answer.content and "```" in answer.content:
            return ["The content holds code fences; give the bare code."]
        if answer.content.strip() == self.block.strip() and answer.content:
            return ["The content is the block that is wrong, unchanged."]
        return []

    @classmethod
    def sample(cls) -> "Repair":
        return cls(
            tables="Markets/index_prices: date, index_name, close", language="python", block="returns = levles.pct_change()",
            error="line 1: NameError: name 'levles' is not defined", available="levels: DataFrame",
        )  # fmt: skip


class OwnBlock(Answer):
    """One block that a model wrote."""

    wish: str = Field(max_length=300)
    """The wish that it answers."""
    title: str = Field(max_length=120)
    language: Language
    integration: str = Field(default="", max_length=200)
    """For SQL: the integration that it reads, as listed before the slash of its tables."""
    variable: str = Field(default="", max_length=60)
    """For SQL: a new name for the DataFrame that it leaves."""
    content: str = Field(max_length=6000)
    """The whole block, without code fences. Python ends with the table to show; SQL is one SELECT."""


class OwnBlocks(Answer):
    """Blocks beyond the menu, for wishes that no part answers."""

    why: str = Field(default="", max_length=300)
    blocks: list[OwnBlock] = Field(default_factory=list, max_length=4)
    """In the order in which they run; none for a wish that the data cannot answer."""


class Extra(Question[OwnBlocks]):
    """Blocks of the model's own for wishes that the menu does not answer."""

    name = "build_analysis.extra"
    budget = 6000
    answer_budget = 2400
    shared = ("tables",)
    ranked = ("tables",)

    tables: str
    """Tables with their columns, as in `build_analysis.outline`."""
    request: str
    wishes: tuple[str, ...]
    integrations: tuple[str, ...]
    available: str
    """Names that the blocks above leave."""

    def closed(self) -> Mapping[str, Collection[str]]:
        return {"blocks.wish": self.wishes, "blocks.integration": ["", *self.integrations]}

    def problems(self, answer: OwnBlocks) -> list[str]:
        found = []
        for block in answer.blocks:
            if "```" in block.content:
                found.append(f"The block {block.title!r} holds code fences; give the bare code.")
            if not block.content.strip():
                found.append(f"The block {block.title!r} is empty.")
            if block.wish not in self.wishes:
                found.append(f"{block.wish!r} is none of the listed wishes.")
            if block.language == "sql" and block.integration not in self.integrations:
                found.append(f"There is no integration {block.integration!r} for the SQL block {block.title!r}; there are: {', '.join(self.integrations)}.")  # fmt: skip
            if block.language == "sql" and not _is_name(block.variable):
                found.append(
                    f"The SQL block {block.title!r} needs a name for its DataFrame, such as `monthly_orders`."
                )
        return found

    def material(self) -> Mapping[str, str]:
        return {
            "tables": self.tables,
            "request": self.request,
            "wishes": "\n".join(self.wishes),
            "available": self.available,
        }

    @classmethod
    def sample(cls) -> "Extra":
        return cls(
            tables="Markets/index_prices: date, index_name, close", request="Also a moving average.",
            wishes=("moving average",), integrations=("Markets",), available="levels: DataFrame, one column a series",
        )  # fmt: skip


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z_]\w*", text) is not None and not keyword.iskeyword(text)


__all__ = ["Extra", "Mend", "OwnBlock", "OwnBlocks", "Repair"]
