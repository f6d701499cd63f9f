"""A request to tidy, made ready to be read: in English, spelled right, cut into clauses of one instruction each."""

import re
from collections.abc import Iterator, Sequence

from agents.asks.tidy_notebook import BlockCard, Step
from agents.rules.corrections import correction_in
from agents.rules.letters import said_in
from agents.rules.quotations import masked, unmasked
from agents.rules.tidy_notebook_canonical import MODAL, WHERE_TO, courtesy_of, imperative
from agents.rules.tidy_notebook_conditions import without_conditions
from agents.rules.tidy_notebook_descriptions import kind_of
from agents.rules.tidy_notebook_limits import stay
from agents.rules.tidy_notebook_referents import tells
from agents.rules.tidy_notebook_spelling import spelled
from agents.rules.tidy_notebook_surroundings import CONTEXT, IDLE, bared, context_of
from agents.rules.tidy_notebook_words import (
    AFTER,
    BEFORE,
    BOTTOM,
    CHANGING,
    OF_IT,
    POLITE,
    START,
    TOP,
    trimmed,
    unframed,
)
from agents.rules.tongues import in_english
from agents.rules.wording import FILLER, folded, words_of

ELSE = re.compile(
    r"[\s,;.]*\b(?:(?:and|but)\s+)?(?:please\s+)?(?:(?:do\s*n['’o]?t|do\s+not|never|without)\s+(?:touch|chang|mov|edit|modify|alter|rewrit|writ)\w*\s+(?:anything\s+else|the\s+(?:rest|others?|other\s+\w+)|everything\s+else|any\s+other\s+\w+|other\s+\w+)"
    r"|(?:leave|leaving|keep|keeping)\s+(?:the\s+(?:rest|others?)|everything\s+else|all\s+else)(?:\s+of\s+(?:it|them|(?:the|this|that|my)\s+\w+))?(?:\s+(?:alone|untouched|unchanged|in\s+place|where\s+(?:it|they)\s+(?:is|are)|(?:exactly\s+)?as\s+(?:it|they)?\s*(?:is|are)?))?|nothing\s+else)\b",
    re.IGNORECASE,
)
"""What every tidying keeps to: nothing that is not named is touched."""
FRONTED = re.compile(
    rf"(?:^|[,;.]\s*|\band\s+)(?P<topic>(?:that|the|this|my|those|these)\s+[^,.;:]{{2,90}}?)\s*[,.;:]\s*(?:(?:could|can|would|will)\s+you\s+)?(?:please\s+|just\s+)*(?P<verb>{START})\s+(?P<it>it|them)\b",
    re.IGNORECASE,
)
"""`…, and the empty cell, could you make it say …`: what it is about is a clause of its own."""
SEMICOLONS = re.compile(
    rf"\b(?:order|sequence|follows)\s*:\s*(?:(?!;\s*(?:and\s+)?(?:{START})\b)[^.!?])+", re.IGNORECASE
)
"""A list of blocks that are put apart by semicolons."""
LISTED = re.compile(
    r"\b(?:order|sequence|follows)\s*(?:is|should\s+be|be)?\s*:\s*(?P<list>[^.;!?]+)", re.IGNORECASE
)
EDGED = re.compile(rf".*\s(?:{TOP}|{BOTTOM})|.*\b(?:first|last)", re.IGNORECASE)
LEADS = re.compile(
    rf"^(?:get|bring|whip|put)\s+(?:it\s+)?into\s+(?:better\s+)?(?:shape|order)\s*[:,–-]+\s*|^(?:second|third|fourth|fifth|last)(?:ly)?\s*[,:]\s*|^(?:(?:it|that|this|the\s+notebook)\s+)?should\s+(?=(?:start|begin|open|end|finish|close|lead)\b)|^(?:tidy|clean|sort)(?:(?:\s+(?:it\s+)?up\b)?\s*[:,(–-]+|\s+(?:it\s+)?up\b|(?=\s+(?:{START})\b))\s*\(?(?=(?!(?:re-?)?run\b|execute\b)(?:{START})\b|.*\b(?:first|last)\b)",
    re.IGNORECASE,
)


BESIDES = re.compile(
    r"[\s,;.–—-]*\b(?:(?:and|but)[\s,]+)?(?:(?:while|when|as)\s+(?:you['’]?re|you\s+are|we['’]?re|we\s+are)\s+(?:(?:at|on|about)\s+it|there)|at\s+the\s+same\s+time|in\s+the\s+same\s+go|on\s+top\s+of\s+(?:that|this)|in\s+addition(?:\s+to\s+that)?|besides(?:\s+that)?|apart\s+from\s+that|(?:one|another)\s+(?:more\s+)?thing)\b[\s,:]*",
    re.IGNORECASE,
)
"""What joins one wish to the next."""
STAYS = re.compile(
    r"\s*[,;—–-]+\s*(?:(?:and|but|while)\s+)?(?P<stays>(?:the|my|our|this|that|its)\s+[^,;.]{2,60}?\s+(?:should|must|has\s+to|can|may|is\s+to)\s+(?:stay|remain|be\s+left|be\s+kept)\b|(?:please\s+)?(?:do\s*n['’]?t|do\s+not|never)\s+(?:touch|change|move|edit|modify|alter|rewrite)\b)|\s+(?:but|and)\s+(?P<not>)(?=(?:do\s*n['’]?t|do\s+not|never)\s+(?:touch|change|move|edit|modify|alter|rewrite)\b|(?:leave|keep|let)\s+[^,;.]+?\s(?:as\s+(?:it|they)\s+(?:is|are)|as\s+is|alone|untouched|unchanged)\b)",
    re.IGNORECASE,
)
"""Where a clause begins that says what shall stay as it is."""
WITHOUT = re.compile(
    r"\s*[,;]?\s*\bwithout\s+(?:touching|changing|moving|editing|altering)\s+(?P<block>(?:the|my|our|any\s+of\s+the|its)\s+[^,;.]+?)(?=\s*(?:[,;.]|$))",
    re.IGNORECASE,
)
AMID = re.compile(r"[\s,]+(?:please|pls|plz|kindly)(?=\s*(?:[,.;:!?–—-]|$))", re.IGNORECASE)
"""A word of courtesy that stands inside a wish."""
TO_THE = re.compile(r"\btoo(?=\s+(?:the\s+)?(?:top|bottom|start|end|beginning)\b)", re.IGNORECASE)
MONTH = r"(?:Jan|Feb|M[aä]|Apr|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])"
SUBJECT = re.compile(
    rf"\s*(?:,\s*(?:and\s+|but\s+)?|\band\s+)(?=(?:it|they|them|this|these|those|both|(?:the|my|our|its|that)\s+[^,;.:]{{2,50}}?)\s+(?:still\s+|also\s+|just\s+)?(?:{MODAL})\s)",
    re.IGNORECASE,
)
"""Where a wish begins that is said of its block: `…, and the chart should come last`."""
DICTATED = re.compile(r"(?P<wish>.*\w)\s*:\s+(?P<text>[^:“”\"«»„]+)", re.DOTALL)


def _dictated(text: str) -> str:
    """Text to be written in a request of another language stands in quotation marks, so that it is kept as it is."""
    match = DICTATED.fullmatch(text)
    if match is None:
        return text
    english = in_english(match["wish"])
    writes = re.search(r"\b(?:add|write|put|leave|insert|say|saying|note)\b[^,;.]*$", english, re.IGNORECASE)
    return f"{match['wish']}: “{match['text'].strip()}”" if english != match["wish"] and writes else text


TOLD = re.compile(
    r"(?P<wish>.*\b(?:add|insert|append|write|note|warning|comment|remark|hint|notice|message|heading|text|sentence|line|reads?|says?|saying|reading|stating|states?)\b[^:“”\"«»„⟦]{0,60}):\s+(?P<text>[^:;“”\"«»„'`]{3,})$",
    re.IGNORECASE | re.DOTALL,
)


def _told(text: str) -> str:
    """Words that a note shall say, at the end of a request, stand in quotation marks, so that they are read as no wish."""
    match = TOLD.fullmatch(text)
    if match is None or correction_in(text) is not None:
        return text
    if re.match(rf"(?:{START})\b", match["text"], re.IGNORECASE) and re.search(
        r"(?:heading|title|headline|header|text|line|sentence)\s*$", match["wish"], re.IGNORECASE
    ):
        return text  # where something is to be done, and not what shall be said
    if re.match(rf"(?:{START})\s+(?:it|them|that)\b", match["text"], re.IGNORECASE):
        return text
    if re.search(
        rf"[,.]\s*(?:and\s+|then\s+|please\s+)*(?:{START})\b|\band\s+(?:then\s+)?(?:{START})\b|\b(?:please|thanks)\b|→|->",
        match["text"],
        re.IGNORECASE,
    ):
        return text
    said = unframed(f"{match['wish']}: {match['text']}").removeprefix(f"{match['wish']}:").strip()
    if not re.search(r"[.!?]\s", said) and not said[:1].isupper():
        said = said.rstrip(".")  # the full stop ends the request, not the words
    return f"{match['wish']}: “{said[:1].upper() + said[1:]}”"


HESITATES = re.compile(
    r"\b(?:h+m+|u+h+m?|u+m+|e+r+m?)\b(?![\s,.…–—-]*(?:no|wait|sorry)\b)[,.…]*(?:\s*[–—-]?\s*let\s+me\s+(?:think|see)\b\s*[,.…:–—-]*)?|\s*,?\s+(?:i\s+(?:guess|think|suppose|believe|reckon)|perhaps|probably)(?=\s*(?:[,.;!?]|$))",
    re.IGNORECASE,
)
"""`hmm`, `I guess`: words of a person who thinks aloud."""


def hesitated(text: str) -> str:
    """The text without words of thinking aloud, outside of what is quoted."""
    held, masks = masked(text)
    return unmasked(
        re.sub(
            r"\s+([,.;:])",
            r"\1",
            re.sub(r"([,:;–—-])\s*,", r"\1", " ".join(HESITATES.sub(" ", held).split())),
        ),
        masks,
    )


def plain(request: str, cards: Sequence[BlockCard]) -> str:
    """The request in one line, in English, with typing mistakes in the words of tidying put right."""
    text = TO_THE.sub("to", hesitated(_told(_dictated(" ".join(said_in(request).split())))))
    english = in_english(text)
    if english != text:
        text = re.sub(
            r"\b(?:in|of|from)\s+(?:(?:the|my|this)\s+)?notebook\b\s*,?\s*|^(?:in|of|from)\s+(?=[a-z])(?!the\b)",
            "",
            english,
        )
    text = re.sub(r"\s+([.,;!?])(?=\s|$)", r"\1", text)
    text = re.sub(r"([.!?][\"”“»])\s+(?=[A-Z])", r"\1. ", text)  # the sentence ends with its quotation
    for first, second, each in ((r"\(?1", r"\(?2", r"\(?\d"), (r"\(?a", r"\(?b", r"\(?[a-h]")):
        if re.search(rf"(?:^|\s){first}[.)]\s.*\s{second}[.)]\s", text):
            text = re.sub(rf"(?:^|[\s;,])+{each}[.)]\s+", "; ", text).strip("; ")
    return spelled(re.sub(r"\bto-dos?\b", "todo", text, flags=re.IGNORECASE), cards)


_NOTES = r"(?:notes|comments|remarks|texts|sentences|reminders|hints|warnings|paragraphs)"
SEVERAL_TEXTS = re.compile(
    rf"(?:(?:add|insert|put|write|leave|place|include|need|want)\s+)?(?:(?:the\s+following|these|following|two|three|four|some|a\s+few|new|short|\d)\s+)*(?:{_NOTES}(?:\s+(?:please|to\s+add))?\s*[:,–—-]\s*|(?<=add\s)|(?<=insert\s)|(?<=put\s)|(?<=write\s))(?P<list>⟦\d+⟧\s+(?:as\s+a\s+note\s+)?{WHERE_TO}.*?(?:\s*(?:,|;|\band\b)\s*(?:and\s+)?⟦\d+⟧\s+(?:as\s+a\s+note\s+)?{WHERE_TO}[^;.]*)+)",
    re.IGNORECASE,
)
"""`notes: “A” at the top and “B” at the end`."""


def _several_texts(match: re.Match[str]) -> str:
    """Each text as a wish of its own."""
    items = re.split(r"\s*(?:,|;|\band\b)\s*(?:and\s+)?(?=⟦\d+⟧\s)", match["list"])
    return "; ".join(f"add a note {item.strip()}" for item in items)


def clauses(request: str) -> list[str]:
    """The request cut where another instruction begins; quoted text is never cut."""
    held, masks = masked(request)
    held = AMID.sub("", BESIDES.sub("; ", bared(ELSE.sub("; ", held))))
    held = SEVERAL_TEXTS.sub(_several_texts, held)
    held = WITHOUT.sub(r"; don't touch \g<block>; ", held)
    held = STAYS.sub(r"; \g<stays>", held)
    held = FRONTED.sub(r"; \g<topic>; \g<verb> \g<it>", held)
    held = SEMICOLONS.sub(lambda match: match.group().replace(";", ","), held)
    listed = LISTED.search(held)
    if listed is not None:
        masks.append(listed["list"])
        held = f"{held[: listed.start('list')]}⟦{len(masks) - 1}⟧{held[listed.end('list') :]}"
    start = rf"(?:also\s+|please\s+|then\s+|finally\s+)?(?:(?:in|inside)\s+(?:the|its|my|our|that|this)\s+(?:[\w-]+\s+){{1,3}}?)?(?:(?:{START})\b|(?:can|could|should)\s+(?:the|my|all)\b)"
    cut = re.split(
        rf"\s*(?:[;\n]|(?<=[^\d\s])[.!?。](?=\s|$)|(?<=\d)[.](?=\s+(?-i:(?!{MONTH})[A-Z])))\s*|\s*[,，、]?\s*\b(?:and\s+then|then|and\s+also|and\s+finally|and\s+afterwards?|afterwards?|plus)\b[\s,]*(?=(?:\w+\s+)?{start})|\s*[,，、]\s*(?:and\s+|but\s+(?!(?:still\s+)?(?:leave|keep)\b))?(?={start})|\s+but\s+(?!(?:still\s+)?(?:leave|keep)\b)(?={start})|\s+(?:and|&)\s+(?={start})|\s+[-–—:]\s+(?={start})|\s*[,–—-]\s*(?:and\s+|so\s+|but\s+)?(?=(?:could|can|would|will)\s+(?:you|we|somebody|someone)\s+(?:please\s+)?(?:{START})\b)",
        held,
        flags=re.IGNORECASE,
    )
    pieces = []
    for piece in (part for each in cut for said in _subjects(each) for part in _edges(said)):
        if piece.strip().startswith(CONTEXT):
            pieces.append(unmasked(piece.strip(), masks))
            continue
        asked = courtesy_of(piece.strip())
        piece = piece.strip().removeprefix(asked)
        polite = POLITE.match(piece)
        before = asked + (polite.group() if polite else "")
        piece = piece.removeprefix(polite.group() if polite else "")
        bare = trimmed(LEADS.sub("", piece.strip(" ,.!?¿¡:→⇒–—-")).strip(" ,.!?¿¡:–—-")).strip()
        bare = bare.rstrip(")") if bare.count(")") > bare.count("(") else bare
        if pieces and re.fullmatch(
            rf"(?:{TOP}|{BOTTOM}){OF_IT}|(?:{BEFORE}|{AFTER})\s+(?:the|my|our|block|⟦).{{2,40}}",
            bare,
            re.IGNORECASE,
        ):
            last = pieces.pop()
            moved = re.match(rf"(?:{START})\b", last, re.IGNORECASE) and not re.search(
                WHERE_TO, last, re.IGNORECASE
            )
            pieces += (
                [f"{last} {unmasked(bare, masks)}"]
                if moved
                else [last, f"it should go {unmasked(bare, masks)}"]
            )
            continue
        if re.search(r"\w|⟦", bare):
            pieces.append(unmasked(imperative(bare, before=before), masks))
    return pieces


def _subjects(clause: str) -> list[str]:
    """`heading should be A, and the chart should come last` is two wishes; `the imports and the chart should …` is one."""
    for match in SUBJECT.finditer(clause):
        before = clause[: match.start()]
        if re.search(
            rf"^\s*(?:{START})\b|\b{MODAL}\b|\b(?:is|are|has|have|was|belongs?|goes)\b", before, re.IGNORECASE
        ):
            return [before, *_subjects(clause[match.end() :])]
    return [clause]


def _edges(clause: str) -> list[str]:
    """`put Findings last, imports first` is two moves."""
    parts = re.split(r"\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+", clause)
    if len(parts) > 1 and all(EDGED.fullmatch(part) for part in parts):
        return parts
    first = re.split(r"\s*,\s*", clause, maxsplit=2)
    if len(first) == 3 and all(EDGED.fullmatch(part) for part in first[:2]):
        return [*first[:2], re.sub(r"^(?:and|then)\s+", "", first[2], flags=re.IGNORECASE)]
    return [clause]


LIMITS = frozenset(
    [
        "not",
        "don't",
        "dont",
        "no",
        "never",
        "except",
        "only",
        "but",
        "keep",
        "leave",
        "without",
        "unless",
        "if",
        "when",
        "until",
        "instead",
        "or",
        "wait",
        "hold",
        "tomorrow",
        "later",
        "once",
        "first",
        "should",
        "must",
    ]
)
"""Words by which a sentence says when, or what not."""


def aside(clause: str) -> bool:
    """Whether a sentence that no rule reads only tells something: it speaks of no block and limits nothing."""
    words = [word.text for word in words_of(clause)]
    told = (
        re.match(r"(?:i|we|they|he|she|there|it|this|everyone|my|our)\b", clause, re.IGNORECASE) is not None
    )
    verbs = CHANGING.pattern if told else rf"\b(?:{START})\b"
    return (
        re.search(rf"{verbs}|\d|⟦", masked(clause)[0], re.IGNORECASE) is None
        and not any(
            kind_of(word) or word in LIMITS or word in {"block", "blocks", "cell", "cells"} for word in words
        )
        and folded(clause) != ""
    )


def apart(clause: str) -> Iterator[list[str]]:
    """Ways to take a clause for several: without the remark before it, at its commas, at each `and`."""
    held, masks = masked(clause)
    wholes = [held]
    for mark in (": ", ", "):
        said, _, rest = held.partition(mark)
        if (
            rest
            and (aside(said) if mark == ": " else tells(said))
            and not re.search(r"\b(?:it|them)\b", rest)
        ):
            wholes.append(re.sub(r"^(?:and|but|so|then)\s+", "", rest))
    for whole in wholes:
        if whole is not held:
            yield clauses(unmasked(whole, masks))
        for joint in (COMMA, rf"{COMMA}|\s+and\s+(?:then\s+)?"):
            parts = [
                re.sub(rf"^(?={WHERE_TO})", "it should go ", part, flags=re.IGNORECASE)
                for part in re.split(joint, whole, flags=re.IGNORECASE)
            ]
            if len(parts) < 2:
                continue
            yield [each for part in parts for each in clauses(unmasked(part, masks))]
            verb = re.match(rf"(?:{START})\s+", whole, re.IGNORECASE)
            if verb is not None:  # `rename A to B and C to D`
                full = [part if re.match(rf"(?:{START})\b", part, re.IGNORECASE) else verb.group() + part for part in parts]  # fmt: skip
                yield [each for part in full for each in clauses(unmasked(part, masks))]


COMMA = r"\s*,\s*(?:(?:and|but|then)\s+)*"
COURTESY = re.compile(
    r"(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening)|thanks?|thank\s+you|many\s+thanks|best|cheers|kind|regards|hallo|danke|bonjour|merci|hola|gracias|ciao|grazie|ahoj|d[íi]ky)\b.*|\w+",
    re.IGNORECASE | re.DOTALL,
)
"""A greeting, a thank-you, or a name under a letter."""


def not_read(request: str, steps: Sequence[Step], cards: Sequence[BlockCard], *, run: bool) -> list[str]:
    """The parts of a request that no step was read from, in its own words; greetings are none, and what keeps the rest as it is neither.

    A step that does not say which words it answers (a model may leave them out) may answer any one part.
    """
    if correction_in(request):
        return []  # what is taken back is no wish
    request = without_conditions(request, cards).request
    read = [{word.text for word in words_of(step.words)} for step in steps]
    found = []
    for clause in clauses(plain(request, cards)):
        own = {word.text for word in words_of(clause)} - FILLER
        taken = any(len(own & words) * 2 >= len(own) for words in read) or not own - set().union(*read)
        runs = run and re.match(r"(?:re-?)?(?:run|execute)\b", clause, re.IGNORECASE)
        if stay(clause, cards) is not None or context_of(clause) is not None or IDLE.fullmatch(clause):
            continue
        if own and not taken and not runs and not COURTESY.fullmatch(clause) and clause in request:
            found.append(clause)
    wordless = sum(not words for words in read)
    return found if len(found) > wordless else []


__all__ = ["apart", "aside", "clauses", "not_read", "plain"]
