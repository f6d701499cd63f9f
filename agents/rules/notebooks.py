"""Finding the notebook a person means, without a model: exact, then close, then by the words used for it."""

import re

from agents.asks.notebooks import GENERIC, NotebookCard, NotebookChoice, WhichNotebook, exactly_named
from agents.rules import rule
from agents.rules.wording import (
    NOTEBOOK_WORDS,
    Named,
    by_words,
    name_words,
    names_in,
    nearest,
    quoted,
    words_of,
)

VERBS = r"(?:re-?)?(?:run|execute|start|launch|trigger|refresh|kick\s+off|fire\s+up|fire\s+off|process|compute|recompute|evaluate|play|update|open|inspect|tidy(?:\s+up)?|clean(?:\s+up)?|rearrange|reorganis|reorganiz)e?(?:ning|ing)?"  # fmt: skip
STOP = r"(?=\s*(?:$|[,.;:!?…]|\s[-–—]\s|\b(?:and|then|with|using|where|setting|so|to|but|for|as|once|again|now|please|since|because|after|before|until|in\s+(?:the\s+)?\w+\s+project)\b))"
BEFORE_NOTEBOOK = re.compile(
    r"(?:\b(?:the|my|our|that|this|in|of|from|on|inside|within|a|run|rerun|execute|to)\s+)([^,.;:!?]{2,60}?)\s+(?:notebook|nb)\b",
    re.IGNORECASE,
)
AFTER_NOTEBOOK = re.compile(
    r"\b(?:notebook|nb)\s+(?:that(?:'s| is)\s+)?(?:called|named|titled|about|on|for|with|covering)?\s*(?:the\s+)?([^,.;:!?]{2,60}?)"
    + STOP,
    re.IGNORECASE,
)
OBJECT = re.compile(
    rf"\b{VERBS}\s+(?:the\s+|my\s+|our\s+|that\s+|this\s+)?([^,.;:!?]{{2,60}}?){STOP}", re.IGNORECASE
)
LOCATED = re.compile(
    r"\b(?:in|within|inside)\s+(?:the\s+|my\s+|our\s+)?([^,.;:!?]{2,60}?)\s*(?=$|[,.;:!?]|\s+(?:move|put|replace|bring|add|rename|swap|place|the|and)\b)",
    re.IGNORECASE,
)

TOLD = re.compile(
    r"(?<=\b)(?:notes?|texts?|comments?|headings?|titles?|saying|says?|reads?|reading|with|by|to|into|add|insert|write|that|called|callout|words?)\s*:?\s*(?:\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|'[^'\n]*'|‘[^’\n]*’|「[^」\n]*」)",
    re.IGNORECASE,
)
"""Quoted text that is to be written somewhere; it names no notebook."""


@rule(WhichNotebook)
def which_notebook(question: WhichNotebook) -> NotebookChoice:
    """The notebook named exactly, closely, or by words that fit it alone; else those that could be meant."""
    cards = question.notebooks
    exact = exactly_named(question.request, cards)
    if exact is not None:
        return exact
    names = [card.name for card in cards]
    phrases = [phrase for phrase, _, _ in quoted(TOLD.sub(" ", question.request))]
    found = names_in(question.request, names, generic=GENERIC)
    if found:
        return _among(question, found)
    for phrase in naming_phrases(question.request):
        fits = by_words(phrase, names, [card.project for card in cards])
        if fits:
            top = [named for named in fits if named.score >= fits[0].score - 5]
            return _by_phrase(
                cards, phrase, top if len(fits) > 1 and fits[0].score > fits[-1].score else fits
            )
    phrase = next(iter(naming_phrases(question.request)), next(iter(phrases), ""))
    if not phrase or not _says_something(phrase):
        return NotebookChoice(reason="the request names no notebook")
    near = nearest(phrase, names, 4)
    ids = [card.id for card in cards if card.name in near]
    mention = phrase if phrase in question.request else ""
    return NotebookChoice(
        reason="no notebook is called that", candidates=ids[:8], exists=False, mention=mention
    )


def naming_phrases(request: str) -> list[str]:
    """What the request may call a notebook, the likeliest first."""
    found: list[str] = []
    request = TOLD.sub(" ", request)
    for pattern in (BEFORE_NOTEBOOK, AFTER_NOTEBOOK, OBJECT, LOCATED):
        for match in pattern.finditer(request):
            phrase = match.group(1).strip(" \"“”„«»'‘’`")
            # The shortest text before the word `notebook` counts: `in the churn notebook`, not what stands before it.
            phrase = re.split(
                r"\b(?:the|my|our|in|of|from|run|rerun|execute)\s+", phrase, flags=re.IGNORECASE
            )[-1].strip()
            if _says_something(phrase) and phrase not in found:
                found.append(phrase)
    return found


def _says_something(phrase: str) -> bool:
    from agents.rules.wording import FILLER

    return any(word.text not in FILLER and word.text not in NOTEBOOK_WORDS for word in words_of(phrase))


def _among(question: WhichNotebook, found: list[Named]) -> NotebookChoice:
    best = found[0]
    rivals = [named for named in found if named.score >= best.score - 4]
    cards = [question.notebooks[named.which] for named in rivals]
    mention = question.request[best.start : best.end]
    if len(cards) > 1:
        in_project = [
            card
            for card in cards
            if card.project and names_in(question.request, [card.project]) and card.project != card.name
        ]
        cards = in_project if len(in_project) == 1 else cards
    if len(cards) == 1:
        reason = "named exactly" if best.how == "exact" else "its name is nearly that"
        return NotebookChoice(reason=reason, notebook_id=cards[0].id, mention=mention)
    return NotebookChoice(
        reason="several notebooks fit", candidates=[card.id for card in cards[:8]], mention=mention
    )


def _by_phrase(cards: list[NotebookCard], phrase: str, fits: list[Named]) -> NotebookChoice:
    if len(fits) == 1:
        return NotebookChoice(
            reason=f"the only notebook that fits these words: {phrase}"[:200],
            notebook_id=cards[fits[0].which].id,
            mention=phrase,
        )
    whole = [named for named in fits if len(name_words(cards[named.which].name)) == len(words_of(phrase))]
    if len(whole) == 1:
        return NotebookChoice(
            reason="the notebook whose name these words are",
            notebook_id=cards[whole[0].which].id,
            mention=phrase,
        )
    return NotebookChoice(
        reason="several notebooks fit",
        candidates=[cards[named.which].id for named in fits[:8]],
        mention=phrase,
    )
