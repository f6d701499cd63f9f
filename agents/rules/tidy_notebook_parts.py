"""Clauses that change a part of a block's text and keep the rest: words for words, a line more, a comment."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import HOLDS_TEXT, TEXT_TYPES, BlockCard, Step
from agents.rules.quotations import masked, unquoted
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import Meant, heading_of, named
from agents.rules.tidy_notebook_headings import retitled
from agents.rules.tidy_notebook_kinds import BLOCK
from agents.rules.tidy_notebook_words import (
    AFTER,
    BEFORE,
    BOTTOM,
    OF_IT,
    SAYING,
    TOP,
    Read,
    first_groups,
    groups,
    one_block,
)
from agents.rules.wording import quoted

VALUE = r"(?:⟦\d+⟧|[-+]?\d[\d.,]*\d%?|[-+]?\d%?|[\w*][\w.*%/:-]*[\w*%]|[\w*])"
"""One word of a text, a number, or words in quotation marks."""
OF_CODE = r"(?:⟦\d+⟧|[-+]?\d[\d.,]*\d%?|(?=[\w.:/-]*(?:[a-z][A-Z]|[A-Z]{2}|[_\d]|\w[./:-]\w))[\w][\w.:/-]*\w)"
"""A word that nobody uses to describe a block: with digits, capitals or signs in its midst."""
WHERE = r"(?:(?:\s*,\s*|\s+)(?:but\s+)?(?:only\s+|just\s+)*(?:in|inside|within|of)\s+(?P<block>.+?))?(?:(?:\s*,\s*|\s+)(?:(?:but|and)\s+)?(?:not|never)\s+(?:in|inside|within)\s+(?P<spared>.+))?"
THERE = r"(?:\s+(?:in|inside|within|of)\s+(?P<block>[^⟦⟧,;]+?))?"
NEW = r"(?:⟦\d+⟧|[^,;⟦⟧]{1,60}?)"


def reword(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`replace the word "Quick" with "Careful"`: a part of a block's text, and nothing else of it."""
    verb = r"(?:replace|change|swap|substitute|correct|fix|turn)"
    kind = r"(?:the\s+)?(?P<kind>words?|phrase|text|string|name|value|number|term|typo|sentence)"
    found = first_groups(
        clause,
        rf"{verb}\s+(?:{kind}|(?:the\s+)?(?:todo|bullet|item|point|line|entry|task|callout|paragraph|label|reminder|remark|message))?\s*(?P<old>⟦\d+⟧)\s+(?:with|by|to|into|for)\s+(?P<new>⟦\d+⟧){WHERE}",
        rf"(?:{verb}|make|let|have)\s+(?:{kind}\s+)?(?P<old>⟦\d+⟧){THERE}\s+(?:(?:with|by|to|into|for|say|read|be|become|in)\s+)?(?P<new>⟦\d+⟧)",
        rf"{verb}\s+(?:{kind}\s+)?(?P<old>⟦\d+⟧)\s+(?:with|by|to|into|for)\s+(?P<new>{NEW}){WHERE}",
        rf"(?P<old>⟦\d+⟧|(?=[^⟦⟧]*[\d<>=*/%_])[^⟦⟧]{{3,60}}?)\s+(?:should|must|has\s+to|ought\s+to)\s+(?:be(?:\s+changed\s+to)?|read|say|become)\s+(?P<new>{NEW}){WHERE}",
        rf"(?P<old>[^→⇒⟦⟧]+?|⟦\d+⟧)\s*(?:->|→|=>|⇒)\s*(?P<new>{NEW}){WHERE}",
        rf"{verb}\s+(?:{kind}\s+)?(?P<old>{OF_CODE})\s+(?:with|by|to|into|for)\s+(?P<new>{VALUE}){WHERE}",
        rf"{verb}\s+(?:the\s+)?(?:{kind}\s+)?(?-i:(?P<old>{OF_CODE}|[A-Z]{{2,}}))\s+(?:in|inside|within|of)\s+(?P<block>.+?)\s+(?:with|by|to|into|for)\s+(?P<new>{VALUE})",
        rf"{verb}\s+{kind}\s+(?P<old>{VALUE})\s+(?:with|by|to|into|for)\s+(?P<new>{VALUE}){WHERE}",
        r"(?:(?:fix|correct)\s+.*?\b)?(?:(?:where|it|that|which|there|and)\s+)*(?:says?|reads?)\s+(?P<old>⟦\d+⟧|[\w’'-]+)\s*[,;]?\s*(?:and\s+|but\s+|that\s+|which\s+|it\s+)*(?:should|must|ought\s+to|has\s+to)\s+(?:be|say|read)\s+(?P<new>⟦\d+⟧|[\w’'-]+)",
        rf"(?:change|raise|lower|increase|decrease|reduce|set|update|edit|bump|correct|put)\s+(?P<of>.+?)\s+from\s+(?P<old>{VALUE})\s+(?:to|into)\s+(?P<new>{VALUE}){WHERE}",
    )
    if found is None:
        return None
    old, new = (unquoted(found[side]) for side in ("old", "new"))
    holding = _holding(old, cards)
    capitals = not old.islower() or not old.isalpha()
    if not holding and capitals and not old.isdigit():
        spelled = {
            text
            for card in cards
            if card.type in HOLDS_TEXT
            for text in re.findall(_whole(old), card.content, re.IGNORECASE)
        }
        if len(spelled) == 1:  # written otherwise in capitals
            old = spelled.pop()
            holding = _holding(old, cards)
    if not holding and not ("kind" in found or "block" in found or "of" in found):
        return None
    if (
        not quoted(found["old"])
        and old.isdigit()
        and int(old) <= len(cards)
        and not {"kind", "of"} & set(found)
    ):
        return None  # it may as well be the number of a block
    if re.search(r"→|->|=>|⇒", clause) and re.match(
        rf"(?:{TOP}|{BOTTOM}|{BEFORE}\s|{AFTER}\s|(?:position|place|block)\s+\d)", new, re.IGNORECASE
    ):
        return None  # it says where something goes
    if "block" in found:
        meant = _in_places(found["block"], cards)
        if meant.problem and not (quoted(found["old"]) and len(holding) == 1):
            return Read(problem=meant.problem, choices=meant.choices)
        holding = [card for card in holding if card.id in meant.ids] if meant.ids else holding
    if "spared" in found:
        spared = _in_places(found["spared"], cards)
        if spared.problem:
            return Read(problem=spared.problem, choices=spared.choices)
        holding = [card for card in holding if card.id not in spared.ids]
    if "of" in found and len(holding) > 1:
        holding = _narrowed(found["of"], holding, cards)
    if len(holding) != 1:
        problem = f"{len(holding) or 'No'} blocks say “{old}”{' there' if 'block' in found else ''}."
        return Read(problem=problem, choices=tuple(named(card) for card in holding[:12]))
    return _exchanged(old, new, holding[0])


def instead(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`sort ascending, so ASC instead of DESC`, `more than 200, not 100`: the old word stands in a block, and the new one takes its place."""
    if re.search(
        rf"\b(?:{BLOCK}|position|place|spot|top|bottom|above|below|under|before|after)\b",
        re.sub(r"^[^:]*:", "", masked(clause)[0]),
        re.IGNORECASE,
    ):
        return None  # it speaks of where something stands
    joint = r"\s*,?\s+(?:instead\s+of|rather\s+than|in\s+place\s+of|and\s+not|but\s+not|not)\s+"
    number = r"(?<![\w.])[-+]?\d[\d.,]*%?(?![\w])"
    code = rf"(?:{OF_CODE}|[A-Z]{{2,}})(?:\s+(?:\d+|[A-Z]+|{OF_CODE})(?!\w))*"
    found = first_groups(
        clause,
        rf"(?P<said>.*?)(?P<new>⟦\d+⟧){joint}(?P<old>⟦\d+⟧){WHERE}",
        rf"(?P<said>.*?)(?P<new>{number})(?:\s+[a-z]+)?{joint}(?P<old>{number})(?:\s+[a-z]+)?{WHERE}",
        rf"(?P<said>.*?)(?<!\w)(?-i:(?P<new>{code}){joint}(?P<old>{code})){WHERE}",
        rf"(?P<said>.*?\b(?:say|read|use|be|called|named|write|word|is)\s+)(?P<new>{VALUE}){joint}(?P<old>{VALUE}){WHERE}",
    )
    if found is None:
        return None
    old, new = (unquoted(found[side]).rstrip(".,") for side in ("old", "new"))
    holding = _narrowed(found.get("block") or found["said"], _holding(old, cards), cards)
    if not holding:
        return None
    times = len(re.findall(_whole(old), holding[0].content))
    if len(holding) > 1 or times > 1:
        where = (
            f"stands {times} times in block {holding[0].place}"
            if len(holding) == 1
            else f"stands in {len(holding)} blocks"
        )
        return Read(
            problem=f"“{old}” {where}; which one should become “{new}”?",
            choices=tuple(named(card) for card in holding[:12]),
        )
    return _exchanged(old, new, holding[0])


def _whole(text: str) -> str:
    """The text where it is not a part of a longer word or number."""
    return (
        rf"(?<![\w]){re.escape(text)}(?![\w])"
        if text[:1].isalnum() and text[-1:].isalnum()
        else re.escape(text)
    )


def _holding(text: str, cards: Sequence[BlockCard]) -> list[BlockCard]:
    return [card for card in cards if card.type in HOLDS_TEXT and re.search(_whole(text), card.content)]


def _exchanged(old: str, new: str, card: BlockCard) -> Read:
    text = re.sub(_whole(old), lambda _: new, card.content)
    return Read([Step(action="replace", blocks=[card.id], text=text)])


def _in_places(phrase: str, cards: Sequence[BlockCard]) -> Meant:
    """The blocks of `the heading`, or of `the code`, where all of that kind are meant."""
    meant = find_blocks(_place_said(phrase), cards)
    if meant.problem and re.fullmatch(
        r"(?:the\s+|its\s+)?(?:code|query|queries|sql|texts?|markdown)", phrase.strip(), re.IGNORECASE
    ):
        kind = re.sub(r"^(?:the|its)\s+|s$", "", phrase.strip(), flags=re.IGNORECASE)
        meant = find_blocks(f"all {'query' if kind == 'querie' else kind} blocks", cards)
    if meant.problem and re.match(
        r"(?:the\s+|its\s+)?(?:text|words?|sentences?|line)\s+of\s+", phrase, re.IGNORECASE
    ):
        meant = find_blocks(re.sub(r"^.*?\bof\s+", "", phrase, count=1), cards)
    return meant


def _place_said(phrase: str) -> str:
    """`the code`, where a block is meant that holds code."""
    return re.sub(r"^((?:the|its)\s+)?(code|query|sql|text)$", r"\1\2 block", phrase, flags=re.IGNORECASE)


def _narrowed(said: str, holding: Sequence[BlockCard], cards: Sequence[BlockCard]) -> list[BlockCard]:
    """Those of the blocks that the words speak of: `last query: …`, `the query should …`."""
    if len(holding) < 2 and ":" not in said:
        return list(holding)
    for pattern in (
        r"^([^:]{2,50}):",
        r"^((?:the|our|my|its)\s+.{2,50}?)\s+(?:should|must|has|needs|is|to)\b",
        r"\b(?:in|of|inside)\s+(the\s+[\w\s]{2,40})",
        r"^(.+)$",
    ):
        match = re.search(pattern, said.strip(" ,;"), re.IGNORECASE)
        meant = find_blocks(_place_said(match.group(1)), cards) if match else None
        if meant is not None and not meant.problem:
            return [card for card in holding if card.id in meant.ids]
    return list(holding)


def cut(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`remove the sentence "…"`: words of a text or of code that go, and the rest of the block stays."""
    found = first_groups(
        clause,
        r"(?:delete|remove|drop|strike|cut|erase|take\s+out|get\s+rid\s+of|lose)\s+(?:out\s+)?(?:(?:the|this|that)\s+)?(?P<kind>sentences?|words?|phrase|text|line|part|bit|remark)\s+⟦(?P<old>\d+)⟧(?:\s+(?:from|in|out\s+of|inside)\s+(?P<block>.+))?",
        r"(?:delete|remove|drop|strike|cut|erase|take\s+out|get\s+rid\s+of|lose)\s+⟦(?P<old>\d+)⟧\s+(?:from|out\s+of)\s+(?P<block>.+)",
    )
    if found is None:
        return None
    old = quoted(clause)[0][0]
    holding = [card for card in _holding(old, cards) if card.content.strip() != old]
    if "block" in found:
        meant = _in_places(found["block"], cards)
        if meant.problem:
            return Read(problem=meant.problem, choices=meant.choices)
        holding = [card for card in holding if card.id in meant.ids]
    if len(holding) != 1 or len(re.findall(_whole(old), holding[0].content)) != 1:
        return (
            None
            if not holding
            else Read(
                problem=f"“{old}” stands in more than one place; from which block should it go?",
                choices=tuple(named(card) for card in holding[:12]),
            )
        )
    text = re.sub(rf"[ \t]*{_whole(old)}", "", holding[0].content)
    return Read(
        [
            Step(
                action="replace",
                blocks=[holding[0].id],
                text="\n".join(line.rstrip() for line in text.splitlines()).strip("\n"),
            )
        ]
    )


def extend(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`append "(draft)" to the heading`: a heading gets the words behind its own, a text a paragraph more."""
    found = first_groups(
        clause,
        r"(?:add|append)\s+(?:the\s+(?:text|words?|sentence|phrase)\s+)?(?P<text>⟦\d+⟧)\s+to\s+(?P<block>.+)",
        r"(?:add|append)\s+to\s+(?P<block>[^⟦⟧]+?)\s+(?:the\s+(?:text|words?|sentence|phrase|line|remark)\s*:?\s+)?(?P<text>⟦\d+⟧)",
    )
    if found is None or re.fullmatch(
        rf"(?:the\s+)?(?:very\s+)?(?:top|bottom|start|beginning|end|notebook){OF_IT}",
        found["block"],
        re.IGNORECASE,
    ):
        return None
    card = one_block(found["block"], cards)
    if isinstance(card, Read):
        return card
    if card.type not in TEXT_TYPES:
        return None
    more = quoted(found["text"])[0][0]
    headed = card.level and re.search(r"\b(?:heading|title|headline|header)\b", found["block"], re.IGNORECASE)
    text = (
        retitled(card, f"{heading_of(card)} {more}")
        if headed
        else f"{card.content.rstrip()}\n\n{more}".lstrip()
    )
    return Read([Step(action="replace", blocks=[card.id], text=text, note=True)])


def comment(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """A comment into a block of code or SQL: its first line, and the rest as it was."""
    out = groups(r"comment\s+(?:out\s+(?P<block>.+)|(?P<other>.+?)\s+out)", clause)
    if out is not None:
        card_out = one_block(out.get("block") or out["other"], cards)
        if isinstance(card_out, Read):
            return card_out
        if card_out.type in {"code", "sql"} and not card_out.empty:
            sign = "--" if card_out.type == "sql" else "#"
            return Read(
                [
                    Step(
                        action="replace",
                        blocks=[card_out.id],
                        text="\n".join(f"{sign} {line}".rstrip() for line in card_out.content.splitlines()),
                    )
                ]
            )
    lead = r"(?:add|write|put|insert|leave|place|include|prepend)"
    kind = r"(?:a\s+|the\s+|as\s+)*(?P<kind>code|python|sql|inline)?\s*comments?"
    into = r"(?P<side>in|into|inside|to|above|before|over|(?:at|to)\s+the\s+(?:top|start|beginning)\s+of)\s+(?P<block>.+)"
    found = first_groups(
        clause,
        rf"{lead}\s+{kind}{SAYING}?\s*(?P<text>⟦\d+⟧)\s+{into}",
        rf"{lead}\s+(?P<text>⟦\d+⟧)\s+{kind}\s+{into}",
        rf"{lead}\s+{kind}\s+{into}{SAYING}\s*(?P<text>⟦\d+⟧)",
    )
    if found is None:
        return None
    if re.match(r"above|before|over", found["side"], re.IGNORECASE) and "kind" not in found:
        return None
    meant = find_blocks(found["block"], cards)
    card = next((card for card in cards if [card.id] == meant.ids), None)
    if card is None or card.type not in {"code", "sql"}:
        return None
    mark = "--" if card.type == "sql" else "#"
    lines = [f"{mark} {line}".rstrip() for line in quoted(found["text"])[0][0].splitlines()]
    return Read(
        [Step(action="replace", blocks=[card.id], text="\n".join([*lines, card.content]).rstrip("\n"))]
    )
