"""Clauses that change a name or a word wherever it stands: a variable of the code, a word throughout the notebook."""

import io
import keyword
import re
import tokenize
from collections.abc import Callable, Sequence
from typing import NamedTuple

from agents.asks.tidy_notebook import BlockCard, Step
from agents.rules.quotations import masked, unmasked, unquoted
from agents.rules.tidy_notebook_descriptions import heading_of
from agents.rules.tidy_notebook_words import Read, first_groups
from agents.rules.wording import folded

EVERYWHERE = re.compile(
    r"[\s,]*\b(?:everywhere(?:\s+(?:else|in\s+(?:it|there|the\s+(?:whole\s+)?notebook)))?|throughout(?:\s+(?:it|the\s+(?:whole\s+|entire\s+)?(?:notebook|thing|file)))?|(?:in|across)\s+(?:all|every|each)\s+(?:of\s+)?(?:the\s+|its\s+)?(?:blocks?|cells?|places?|queries|spots?)|(?:in|across)\s+the\s+(?:whole|entire)(?:\s+(?:notebook|thing|file))?|wherever\s+(?:it|that|they|the\s+\w+)\s+(?:(?:is|are|gets?)\s+used|stands?|occurs?|appears?|comes?(?:\s+up)?|turns?\s+up|shows?(?:\s+up)?|is|are)|all\s+over(?:\s+the\s+(?:place|notebook))?|across\s+the\s+(?:board|notebook)|(?:each|every)\s+time(?:\s+it\s+\w+)?|(?:in|at)\s+both\s+(?:places|blocks|cells|spots)|(?:both|all)\s+times)(?!\w)",
    re.IGNORECASE,
)
"""Words by which every place is meant."""
EVERY_ONE = re.compile(
    r"\b(?:all|every|each|both|any)\s+(?:the\s+)?(?:occurrences?|instances?|mentions?|uses?|appearances?)\s+of\s+",
    re.IGNORECASE,
)
IN_CODE = r"(?:\s+(?:in|within)\s+(?:all\s+)?(?:the\s+)?(?:code|python|sql|queries|query)(?:\s+and\s+(?:in\s+)?(?:the\s+)?(?:code|python|sql|queries|query))?(?:\s+(?:blocks?|cells?))?)?"
KIND = r"(?:(?:the|our|my)\s+)?(?:python\s+)?(?P<kind>variables?|frames?|data\s*frames?|tables?|functions?|identifiers?|objects?|series|names?|results?)"
IDENTIFIER = r"(?:⟦\d+⟧|[A-Za-z_]\w*)"


def everywhere(clause: str) -> tuple[str, bool]:
    """The clause without the words that say `everywhere`, and whether it had them; quoted text is no such word."""
    held, masks = masked(clause)
    bare = EVERY_ONE.sub("", EVERYWHERE.sub("", held))
    return unmasked(" ".join(bare.split()), masks), bare != held


class Names(NamedTuple):
    """A name, the one that takes its place, and the word that says what it is the name of."""

    old: str
    new: str
    kind: str


def names_said(bare: str, kind: str) -> Names | None:
    """Old and new name of a clause; `kind` are the words that may say what is renamed, in a group of that name."""
    old, new = rf"(?P<old>{IDENTIFIER})", rf"(?P<new>{IDENTIFIER})"
    whose = rf"(?:{kind}\s+(?:called\s+|named\s+)?{old}|(?:(?:the|our|my)\s+)?{old.replace('old', 'first')}\s+{kind.replace('kind', 'behind')})"
    found = first_groups(
        bare,
        rf"(?:rename|change|replace|call|turn)\s+{whose}\s+(?:to|into|as|with|by|in|(?=⟦|\w+$))\s*(?:be\s+(?:called\s+)?)?{new}{IN_CODE}",
        rf"(?:rename|change|replace|turn)\s+{old}\s+(?:to|into|as|with|by)\s+{new}{IN_CODE}",
        rf"(?:rename|call)\s+{old}\s+{new}",
        rf"{whose}\s+(?:should|must|could)\s+(?:rather\s+|better\s+)?be\s+(?:called|named|renamed\s+to|(?=⟦|\w+$))\s*{new}{IN_CODE}",
        rf"(?:use|write|say|have|call\s+it)\s+{new}\s+(?:instead\s+of|rather\s+than|in\s+place\s+of|for)\s+(?:{kind}\s+)?{old}{IN_CODE}",
    )
    if found is None:
        return None
    return Names(
        unquoted(found.get("old") or found["first"]),
        unquoted(found["new"]),
        found.get("kind") or found.get("behind") or "",
    )


def is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def rename_name(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`rename the variable yoy to growth`: the name in every block of code and SQL that uses it, and nothing that only looks like it."""
    bare, all_over = everywhere(clause)
    said = names_said(bare, KIND)
    if said is None:
        return None
    old, new = said.old, said.new
    holders = [card for card in cards if card.type == "code" and old in card.defines]
    named = [card for card in cards if card.variable == old]
    if not holders and not named:
        return None
    if (
        not said.kind
        and not all_over
        and (
            re.match(r"(?:use|say|have)\b", bare, re.IGNORECASE)
            or any(folded(heading_of(card)) == folded(old) for card in cards if card.level)
        )
    ):
        return None
    if not is_name(new):
        return Read(problem=f"“{new}” cannot be the name of a variable; how should “{old}” be called?")
    if any(_uses(new, card) for card in cards if card.type in {"code", "sql"}) or any(
        card.variable == new for card in cards
    ):
        return Read(problem=f"“{new}” is a name of this notebook already; how should “{old}” be called?")
    if named:
        card = named[0]
        what = "draws" if card.type in {"visualization", "pivot-table"} else "is called"
        told = f"The {card.type} block {card.place} {what} “{old}” by its settings, and no tool changes those, so the name “{old}” stays everywhere."
        return Read([Step(action="cannot", blocks=[card.id], text=told)])
    steps = [
        Step(action="replace", blocks=[card.id], text=text)
        for card in cards
        if (text := renamed(old, new, card)) != card.content
    ]
    return Read(steps) if steps else None


def _uses(name: str, card: BlockCard) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", card.content) is not None


def renamed(old: str, new: str, card: BlockCard) -> str:
    """The block with the name exchanged where it is one: no attribute, no keyword of a call, no text in quotation marks."""
    if card.type == "sql":
        return re.sub(
            rf"(?P<lead>\b(?:from|join|update|into)\s+|{{{{[^{{}}]*?\b){re.escape(old)}(?!\w)",
            lambda match: match["lead"] + new,
            card.content,
            flags=re.IGNORECASE,
        )
    if card.type != "code" or not _uses(old, card):
        return card.content

    def named(name: str, before: str, after: str) -> str:
        return new if name == old and before != "." and not (after == "=" and before in {"(", ","}) else name

    def literal(text: str) -> str:
        if not re.match(r"[rRbB]?[fF]", text):
            return text
        return re.sub(
            r"\{[^{}]*\}",
            lambda braces: re.sub(rf"(?<![\w.]){re.escape(old)}(?!\w)", new, braces.group()),
            text,
        )

    return retokened(card.content, literal, named)


def retokened(source: str, literal: Callable[[str], str], named: Callable[[str, str, str], str]) -> str:
    """The Python source with its texts put through `literal`, its names through `named` with the signs beside them."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return source
    lines = source.splitlines(keepends=True)
    depth = 0
    places: list[tuple[int, int, int, str]] = []
    for at, token in enumerate(tokens):
        depth += (token.string in {"(", "[", "{"}) - (token.string in {")", "]", "}"})
        text = token.string
        if token.type == tokenize.NAME:
            before = tokens[at - 1].string if at else ""
            text = named(token.string, before if depth or before == "." else "", tokens[at + 1].string)
        elif token.type == tokenize.STRING and token.start[0] == token.end[0]:
            text = literal(token.string)
        if text != token.string:
            places.append((token.start[0], token.start[1], token.end[1], text))
    for line, start, end, text in reversed(places):
        lines[line - 1] = lines[line - 1][:start] + text + lines[line - 1][end:]
    return "".join(lines)


__all__ = ["Names", "everywhere", "is_name", "names_said", "rename_name", "retokened"]
