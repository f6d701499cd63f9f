"""Finding the notebook a person means, without a model: exact, then close, then by the words used for it."""

import re
from collections.abc import Sequence

from agents.asks.notebooks import (
    GENERIC,
    SEVERAL,
    NotebookCard,
    NotebookChoice,
    WhichNotebook,
    all_said,
    exactly_named,
    project_said,
)
from agents.rules import rule
from agents.rules.wording import (
    NOTEBOOK_WORDS,
    Named,
    alike,
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

HEADED = re.compile(
    rf"^\W*(?:(?:please|pls|hi|hello|hey)\W+)*(?:(?:from|per|according\s+to|in)\s+)?(?:the\s+|our\s+|my\s+)?(?!(?:{VERBS}|what|which|how|where|who|why|when|is|are|do|does|did|can|could|would|will|i|we|add|move|put|replace|rename|write|insert|leave|delete|remove|swap|bring|take|change|set|turn|use|fill|clear|correct|fix|give|cut|drop|let|have|keep|place|shift|append|for|if|the)\b)((?:(?!\b(?:imports?|blocks?|cells?|notes?|headings?|titles?|sections?|charts?)\b)[^,.;:!?])"
    r"{3,40}?)(?:\s*[,:]\s|\s+(?:with|using|over)\s)",
    re.IGNORECASE,
)
"""What a request begins with: `volatility with a window of 40`, `From the archive: …`."""

OWNED = re.compile(r"\b(?:the|our|my)\s+([\w -]{3,40}?)['’]s\s+(?=[a-z])", re.IGNORECASE)
"""`the archive's query`."""

TOLD = re.compile(
    r"(?<=\b)(?:notes?|texts?|comments?|headings?|titles?|saying|says?|reads?|reading|with|by|to|into|add|insert|write|that|called|callout|words?)\s*:?\s*(?:\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|'[^'\n]*'|‘[^’\n]*’|「[^」\n]*」)",
    re.IGNORECASE,
)
"""Quoted text that is to be written somewhere; it names no notebook."""


THE_ONE = re.compile(
    r"\b(?:the|my|our|that)\s+(?!(?:first|last|second|third|other|same|new|old|next|previous|wrong|right|only|whole)\b)([^,.;:!?\"“”'‘’]{2,30}?)\s+one\b",
    re.IGNORECASE,
)
"""`the volatility one`."""
DOES = re.compile(
    r"^(?:(?:that|which)\s+)?(?:(?:is|are|was|deals?|has|have)\s+(?:about|on|with)?\s*|(?:comput|calculat|show|contain|hold|track|mak|draw|plot|list|count|measur|report)(?:e?s|ing)?\s+)(?:to\s+do\s+with\s+)?",
    re.IGNORECASE,
)
"""`that computes volatility` speaks of volatility."""


@rule(WhichNotebook)
def which_notebook(question: WhichNotebook) -> NotebookChoice:
    """The notebook named exactly, closely, or by words that fit it alone; else those that could be meant.

    A project that is named keeps the others out; `not the archive one` keeps out what it speaks of.
    """
    exact = exactly_named(question.request, question.notebooks)
    if exact is not None:
        return exact
    project = project_said(question.request, question.notebooks)
    within = [card for card in question.notebooks if card.project == project] or question.notebooks
    if all_said(question.request, question.notebooks):
        return NotebookChoice(reason=SEVERAL, candidates=[card.id for card in within[:8]])
    spared, request = _without_others(question.request, within)
    if not project:
        return _choose(question.model_copy(update={"request": request, "notebooks": spared}))
    inside = _choose(
        question.model_copy(update={"request": _without_project(request, project), "notebooks": spared})
    )
    if inside.notebook_id or (inside.candidates and inside.exists):
        mention = inside.mention if inside.mention in question.request else ""
        return inside.model_copy(update={"mention": mention})
    namesake = [
        card
        for card in question.notebooks
        if card not in within and inside.mention and names_in(inside.mention, [card.name])
    ]
    return NotebookChoice(
        reason=f"in the project {project}",
        exists=not inside.mention,
        mention=inside.mention if inside.mention in question.request else "",
        candidates=[card.id for card in [*namesake, *spared][:8]],
    )


OTHERS = re.compile(
    r"(?:,\s*)?\b(?:but\s+not|not|except(?:\s+for)?|other\s+than|rather\s+than|instead\s+of)\s+(?:the\s+)?([\w'’ -]{3,40}?)(?:\s+(?:ones?|notebooks?|version))?(?=$|[,.;:!?)]|\s+(?:and|please)\b)",
    re.IGNORECASE,
)


def _without_others(request: str, cards: list[NotebookCard]) -> tuple[list[NotebookCard], str]:
    """Without the notebooks that `not the archive one` keeps out, and without those words; all when it would leave none."""
    for match in OTHERS.finditer(request):
        words = [word.text for word in words_of(match.group(1)) if word.text not in GENERIC]
        out = {
            card.id
            for card in cards
            if words and all(any(alike(word, own) for own in name_words(card.name)) for word in words)
        }
        if out and len(out) < len(cards):
            left = [card for card in cards if card.id not in out]
            return left, request[: match.start()] + " " * (match.end() - match.start()) + request[
                match.end() :
            ]
    return cards, request


def _without_project(request: str, project: str) -> str:
    """The request with `in the Markets project` blanked, every other word at its place."""
    named = next(iter(names_in(request, [project])), None)
    if named is None:
        return request
    word = r"(?:projects?|projekt\w*|projets?|proyectos?|progetto|projeto)"
    start = re.search(
        rf"(?:\b(?:in|of|from|within|inside|im|du|de|del)\s+)?(?:\b(?:the|my|our|le|das|el)\s+)?(?:{word}\s+(?:called\s+|named\s+)?)?[\"“”„«»'‘]?\s*$",
        request[: named.start],
        re.IGNORECASE,
    )
    end = re.match(rf"[\"”“»«'’]?(?:\s+{word}\b)?", request[named.end :], re.IGNORECASE)
    first = start.start() if start else named.start
    last = named.end + (end.end() if end else 0)
    return request[:first] + "," + " " * max(0, last - first - 1) + request[last:]


def _choose(question: WhichNotebook) -> NotebookChoice:
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
    for match in OWNED.finditer(question.request):
        fits = by_words(match.group(1), names)
        if len(fits) == 1:
            return _by_phrase(cards, match.group(1), fits)
    inside = _named_after_project(question)
    if inside is not None:
        return inside
    phrase = next(iter(naming_phrases(question.request)), next(iter(phrases), ""))
    if not phrase or not _says_something(phrase):
        return NotebookChoice(reason="the request names no notebook")
    near = nearest(phrase, names, 4)
    ids = [card.id for card in cards if card.name in near]
    mention = phrase if phrase in question.request else ""
    return NotebookChoice(
        reason="no notebook is called that", candidates=ids[:8], exists=False, mention=mention
    )


def _named_after_project(question: WhichNotebook) -> NotebookChoice | None:
    """`the labour market notebook` where that is a project: its notebooks are what could be meant."""
    projects = list(dict.fromkeys(card.project for card in question.notebooks if card.project))
    for phrase in naming_phrases(question.request):
        named = names_in(phrase, projects)
        if len(named) == 1 and named[0].how == "exact":
            project = projects[named[0].which]
            cards = [card for card in question.notebooks if card.project == project]
            mention = phrase if phrase in question.request else ""
            only = cards[0].id if len(cards) == 1 else ""
            return NotebookChoice(
                reason=f"{project} is a project", notebook_id=only, candidates=[] if only else [card.id for card in cards[:8]], mention=mention
            )  # fmt: skip
    return None


def naming_phrases(request: str) -> list[str]:
    """What the request may call a notebook, the likeliest first."""
    found: list[str] = []
    request = TOLD.sub(" ", request)
    for pattern in (BEFORE_NOTEBOOK, AFTER_NOTEBOOK, OBJECT, LOCATED, HEADED, THE_ONE):
        for match in pattern.finditer(request):
            phrase = match.group(1).strip(" \"“”„«»'‘’`")
            # The shortest text before the word `notebook` counts: `in the churn notebook`, not what stands before it.
            phrase = re.split(
                r"\b(?:the|my|our|in|of|from|run|rerun|execute)\s+", phrase, flags=re.IGNORECASE
            )[-1].strip()
            phrase = DOES.sub("", phrase)
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


THING = re.compile(
    r"(?:(?:for|with|in|to|on|of)\s+)?(?:(?:the|our|my|that)\s+)?(?P<what>.+?)(?:\s+(?:one|notebook|nb|integration|database|project))?",
    re.IGNORECASE,
)


def thing_named(text: str, names: Sequence[str]) -> str:
    """The one name that a text consists of, or that its words describe; empty where it says anything else, or may mean two."""
    match = THING.fullmatch(text)
    what = match["what"].strip(" \"“”'‘’") if match is not None else ""
    if not what or len(what.split()) > 6:
        return ""
    named = names_in(what, names)
    if named:
        alone = len(named) == 1 and named[0].end - named[0].start >= len(what)
        return names[named[0].which] if alone else ""
    fits = by_words(what, names)
    best = [each for each in fits if each.score >= fits[0].score - 5]
    return names[best[0].which] if len(best) == 1 else ""
