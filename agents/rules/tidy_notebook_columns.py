"""Clauses that give a column of the data another name: in the query that yields it, and in all code that reads it."""

import re
from collections.abc import Callable, Sequence

from agents.asks.tidy_notebook import BlockCard, Step
from agents.rules.tidy_notebook_names import everywhere, is_name, names_said, retokened
from agents.rules.tidy_notebook_words import Read

KIND = r"(?:(?:the|our|my|its)\s+)?(?:data\s+)?(?P<kind>columns?|fields?)"


def rename_column(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`rename the column low to weekly_low`: wherever code or SQL means the column, and nothing that only looks like it."""
    bare, _ = everywhere(clause)
    said = names_said(bare, KIND)
    if said is None or not (said.kind or "_" in said.old):
        return None
    old, new = said.old, said.new
    changed = {card.id: text for card in cards if (text := _renamed(old, new, card, cards)) != card.content}
    if not changed:
        return Read(problem=f"No column of this notebook is “{old}”.") if said.kind else None
    if not said.kind and any(old in [*card.defines, card.variable] for card in cards):
        return None
    if not is_name(new):
        return Read(problem=f"“{new}” cannot be the name of a column; how should “{old}” be called?")
    if any(re.search(rf"(?<!\w){re.escape(new)}(?!\w)", card.content) for card in cards if card.type in {"code", "sql"}):  # fmt: skip
        return Read(problem=f"“{new}” is a name of this notebook already; how should “{old}” be called?")
    drawn = next((card for card in cards if old in card.fields), None)
    if drawn is not None:
        told = f"The {drawn.type} block {drawn.place} draws the column “{old}” by its settings, and no tool changes those, so the column keeps its name everywhere."
        return Read([Step(action="cannot", blocks=[drawn.id], text=told)])
    return Read([Step(action="replace", blocks=[each], text=text) for each, text in changed.items()])


def _renamed(old: str, new: str, card: BlockCard, cards: Sequence[BlockCard]) -> str:
    if card.type == "sql":
        frames = {name for each in cards if each.place < card.place for name in each.defines}
        return _in_sql(old, new, card.content, frames)
    if card.type != "code":
        return card.content
    return retokened(card.content, lambda literal: _in_literal(old, new, literal), _attribute(old, new))


def _in_literal(old: str, new: str, literal: str) -> str:
    """A text that is just the name, and such a text inside the braces of an f-string."""
    whole = re.fullmatch(rf"(?P<marks>[rRbBuU]*(?P<mark>['\"])){re.escape(old)}(?P=mark)", literal)
    if whole is not None:
        return f"{whole['marks']}{new}{whole['mark']}"
    if not re.match(r"[rRbB]?[fF]", literal):
        return literal
    return re.sub(
        r"\{[^{}]*\}",
        lambda braces: re.sub(rf"(['\"]){re.escape(old)}\1", rf"\g<1>{new}\g<1>", braces.group()),
        literal,
    )


def _attribute(old: str, new: str) -> Callable[[str, str, str], str]:
    def put(name: str, before: str, after: str) -> str:
        return new if name == old and before == "." and after != "(" else name

    return put


_TAIL = re.compile(r"\b(?:group|order)\s+by\b|\bhaving\b", re.IGNORECASE)


def _in_sql(old: str, new: str, text: str, frames: set[str]) -> str:
    """A query of a data frame reads the column by its new name; one of a database gives its own column that name."""
    name = rf"(?<![\w.'\"]){re.escape(old)}(?![\w('\"])(?![^{{}}]*\}}\}})"
    sources = {each.lower() for each in re.findall(r"\b(?:from|join)\s+([A-Za-z_]\w*)", text, re.IGNORECASE)}
    if sources & {each.lower() for each in frames}:
        return re.sub(rf"{name}(?!\s*\.)", new, text)
    aliased = re.sub(rf"(\bas\s+){re.escape(old)}(?!\w)", rf"\g<1>{new}", text, flags=re.IGNORECASE)
    if aliased != text:
        tail = _TAIL.search(aliased, aliased.lower().rfind("from"))
        return (
            aliased if tail is None else aliased[: tail.start()] + re.sub(name, new, aliased[tail.start() :])
        )
    listed = re.match(r"\s*select\s+(?:distinct\s+)?(?P<list>.*?)\s+from\b", text, re.IGNORECASE | re.DOTALL)
    if listed is None or "(" in listed["list"]:
        return text
    items = re.sub(
        rf"(?P<before>^|,)(?P<item>\s*(?:\w+\.)?{re.escape(old)})(?=\s*(?:,|$))",
        rf"\g<before>\g<item> AS {new}",
        listed["list"],
    )
    return text[: listed.start("list")] + items + text[listed.end("list") :]


__all__ = ["rename_column"]
