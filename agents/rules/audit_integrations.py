"""Reading what is to be audited, without a model: by name, by kind, by a table in it, or everything."""

import re
from collections.abc import Sequence

from agents.asks.audit_integrations import AuditWish, IntegrationCard, Level, WhatToAudit
from agents.rules import rule
from agents.rules.audit_integrations_clauses import clauses_in, without_clauses
from agents.rules.audit_integrations_signs import ALIKE, STAR, WRITES_FIRST, WRITES_TOO
from agents.rules.audit_integrations_tables import KIND_OF_DATA, by_subject, by_table, explicit_table
from agents.rules.audit_integrations_unknown import telling
from agents.rules.audit_integrations_words import (
    ALL_SQL,
    AS_FILE,
    AUDITED,
    EVERYTHING,
    EXCEPT,
    KINDS,
    OF_PROJECT,
    ONLY_WRITES,
    PASTED,
    READS_TOO,
    TWO_WORDS,
    WEAK,
)
from agents.rules.corrections import correction_in, put_in
from agents.rules.wording import FILLER, alike, folded, names_in, stem, words_of

_ALTERNATIVES = re.compile(
    r"\s+(?:or|and|as\s+well\s+as|plus|than|versus|vs\.?|compared\s+(?:to|with))\s+", re.IGNORECASE
)


@rule(WhatToAudit)
def what_to_audit(question: WhatToAudit) -> AuditWish:
    """Names first, then kinds, then tables; all when the request says so; a question when two fit or none does."""
    request = _joined(AS_FILE.sub(" ", OF_PROJECT.sub(" ", EXCEPT.sub(" ", question.request))))
    cards = question.integrations
    level = level_of(request)
    wish = _which(request, cards, level)
    return wish.model_copy(update={"only_writes": only_writes(request)})


def only_writes(request: str) -> bool:
    """Whether what reads is left out: not where it is asked for too, or only has to stand behind."""
    besides = (
        READS_TOO.search(request)
        or WRITES_FIRST.search(request)
        or (STAR.search(request) and WRITES_TOO.search(request))
    )
    return bool(ONLY_WRITES.search(request) and not besides)


def last_word(request: str, cards: list[IntegrationCard]) -> str:
    """The request with the integration that was said last: `Market data? No wait, Snowflake`."""
    correction = correction_in(request)
    if correction is None:
        return request
    old = chosen_in(correction.before, cards)
    for said in put_in(correction):
        wish = _which(_joined(said), cards, "notebooks")
        if not wish.unclear and wish.integrations and not {card.id for card in old} & set(wish.integrations):
            return said
    return request


def _joined(request: str) -> str:
    return TWO_WORDS.sub(lambda match: re.sub(r"\s+", "", match.group(0)), request)


def chosen_in(text: str, cards: list[IntegrationCard]) -> list[IntegrationCard]:
    """Integrations that the text names, by name or by kind."""
    wish = _which(_joined(text), cards, "notebooks")
    return [card for card in cards if card.id in wish.integrations and not wish.unclear]


def _which(request: str, cards: list[IntegrationCard], level: Level) -> AuditWish:
    ids = [card for card in cards if card.id in request]
    if ids:
        return AuditWish(reason="by its id", integrations=[card.id for card in ids], level=level)
    found = names_in(request, [card.name for card in cards], generic=WEAK)
    if found:
        chosen = [cards[named.which] for named in sorted(found, key=lambda named: named.start)]
        twins = [
            card for card in chosen if any(other is not card and other.name == card.name for other in chosen)
        ]
        if twins and len(twins) == len(chosen):
            return _ask("Several integrations have this name. Which one?", twins, level)
        table = explicit_table(request)
        if not table:
            chosen += _besides(request, [card for card in cards if card not in chosen], chosen, level)
        return AuditWish(reason="named", integrations=[card.id for card in chosen], level=level, table=table)
    kinds = [kind for word in words_of(request) for kind in _kinds(word.text)]
    if kinds:
        of_kind = [card for card in cards if card.type in kinds or card.type.replace("-", "") in kinds]
        said = " or ".join(kinds_named(request))
        if of_kind:
            narrowed = [card for card in of_kind if _also_named(card, request)]
            chosen = narrowed if len(narrowed) == 1 else of_kind
            chosen = [
                *chosen,
                *_besides(request, [card for card in cards if card not in chosen], chosen, level),
            ]
            return AuditWish(
                reason=f"of the kind {said}", integrations=[card.id for card in chosen], level=level
            )
        if PASTED.search(request) and EVERYTHING.search(request):
            return AuditWish(reason="all of them, for what is pasted", everything=True, level="all")
        return AuditWish(
            reason="no such kind",
            kind=said,
            level=level,
            unclear=f"No integration of the kind {said} is visible to this key.",
            candidates=[card.id for card in cards[:12]],
        )
    of_table = by_table(request, cards)
    if of_table is not None:
        return of_table.model_copy(update={"level": level})
    if EVERYTHING.search(request):
        return AuditWish(
            reason="all of them",
            everything=True,
            level="all"
            if level == "notebooks" and not re.search(r"\bnotebooks?\b", request, re.IGNORECASE)
            else level,
        )
    if PASTED.search(request):
        return AuditWish(reason="all of them, for what is pasted", everything=True, level="all")
    if WRITES_FIRST.search(request) or ALIKE.search(request):
        return AuditWish(reason="all of them, to be compared", everything=True, level="blocks")
    clauses = clauses_in(request)
    if clauses.having or clauses.lacking:
        request = without_clauses(request)
        if not telling(request):
            return AuditWish(reason="all of them, for their clauses", everything=True, level="blocks")
    return _by_words(request, cards, level)


def level_of(request: str) -> Level:
    """What the request wants listed."""
    said = folded(request)
    blocks = re.search(
        r"\b(?:blocks?|cells?|quer(?:y|ies)|statements?|sql)\b(?!\s+(?:our|the|my|from|snowflake))", said
    )
    wanted = re.search(
        r"\b(?:which|what|list|show|count|how\s+many|find|name|give|every|all|any)\s+(?:me\s+)?(?:all\s+|the\s+|of\s+|our\s+)*(?:sql\s+)?(projects?|notebooks?|blocks?|cells?|queries|statements?)\b",
        said,
    )
    if wanted:
        word = wanted.group(1)
        return (
            "projects"
            if word.startswith("project")
            else "notebooks"
            if word.startswith("notebook")
            else "blocks"
        )
    if re.search(r"\beverywhere\b|\baudit\b|\busages?\b|\bused\b|\bwhere\b|\beverything\b", said):
        return "all"
    if re.search(r"\bprojects?\b", said) and not re.search(r"\bnotebooks?\b", said):
        return "projects"
    return "blocks" if blocks and not re.search(r"\bnotebooks?\b", said) else "notebooks"


def kinds_named(request: str) -> list[str]:
    """The kinds of databases that a request names, in its words."""
    said = words_of(_joined(AS_FILE.sub(" ", request)))
    return list(dict.fromkeys(word.text for word in said if _kinds(word.text)))


def kinds_missing(request: str, cards: Sequence[IntegrationCard]) -> list[str]:
    """Those of them that no integration is of."""
    types = {form for card in cards for form in (card.type, card.type.replace("-", ""))}
    named = {word.text for card in cards for word in words_of(card.name)}
    return [each for each in kinds_named(request) if not types & set(_kinds(each)) and each not in named]


def _kinds(word: str) -> tuple[str, ...]:
    if word in KINDS:
        return KINDS[word]
    return next(
        (kinds for name, kinds in KINDS.items() if len(name) >= 6 and len(word) >= 6 and alike(word, name)),
        (),
    )


def _besides(
    request: str, others: list[IntegrationCard], chosen: list[IntegrationCard], level: Level
) -> list[IntegrationCard]:
    """Integrations that an alternative of its own names by part of their names: `Snowflake or the prices`."""
    names = [card.name for card in chosen]
    parts = [part for part in _ALTERNATIVES.split(request) if not names_in(part, names, generic=WEAK)]
    found: list[str] = []
    for part in parts if _ALTERNATIVES.search(request) else []:
        kinds = [kind for word in words_of(part) for kind in _kinds(word.text)]
        wish = AuditWish() if kinds else _by_words(part, others, level)
        found += [] if wish.unclear else wish.integrations
        if not {card.type for card in chosen} & set(kinds):
            found += [card.id for card in others if card.type in kinds]
    return [card for card in others if card.id in found]


def _also_named(card: IntegrationCard, request: str) -> bool:
    own = [word.text for word in words_of(card.name) if word.text not in WEAK and not _kinds(word.text)]
    return bool(own) and all(any(alike(word.text, each) for word in words_of(request)) for each in own)


def _by_words(request: str, cards: list[IntegrationCard], level: Level) -> AuditWish:
    said = [word.text for word in words_of(request) if word.text not in FILLER and word.text not in WEAK]
    scores = []
    for card in cards:
        own = [
            word.text
            for word in words_of(f"{card.name} {' '.join(card.tables)}".replace("_", " ").replace(".", " "))
        ]
        hits = {word for word in said if any(alike(word, each) for each in own)}
        scores.append(len(hits))
    best = max(scores, default=0)
    top = [card for card, score in zip(cards, scores, strict=True) if score == best and best > 0]
    if len(top) == 1 and not _unmet(said, top[0]):
        return AuditWish(reason="the only one these words fit", integrations=[top[0].id], level=level)
    if len(top) > 1:
        return _ask("Several integrations fit. Which one?", top, level)
    left = [word for word in said if word not in AUDITED]
    if (near := by_subject(request, left, cards)) is not None:
        return near.model_copy(update={"level": level})
    if not left and ALL_SQL.search(request):
        return AuditWish(reason="all of them", everything=True, level="blocks")
    warehouse = [card for card in cards if card.type in {"snowflake", "big-query", "redshift", "databricks"}]
    if not left and re.search(r"\bwarehouse\b", request, re.IGNORECASE) and len(warehouse) == 1:
        return AuditWish(reason="the only warehouse", integrations=[warehouse[0].id], level=level)
    what = (
        f"No integration is called “{' '.join(said)}”, or it is not visible to this key."
        if said
        else "Which integration do you mean?"
    )
    nearest = sorted(zip(cards, scores, strict=True), key=lambda pair: -pair[1])
    return _ask(what, [card for card, _ in nearest], level)


def words_left(request: str, meant: list[IntegrationCard], table: str) -> bool:
    """Whether the request holds words that may name a project or a notebook, or asks about notebooks without a usage."""
    text = request
    for card in meant:
        for named in names_in(text, [card.name]):
            text = text[: named.start] + " " * (named.end - named.start) + text[named.end :]
    own = {word.text for card in meant for word in words_of(card.name)} | {
        word.text for word in words_of(table.replace("_", " "))
    }
    left = [
        word
        for word in words_of(_joined(text))
        if word.text not in FILLER
        and word.text not in WEAK
        and word.text not in AUDITED
        and not _kinds(word.text)
        and not any(alike(word.text, each) for each in own)
    ]
    project = re.search(
        r"\bprojects?\s+[\"“«]?[A-Z]|\b(?!(?:Which|What|The|All|List|Show|Our|My|How|Are|Any|Every|Each|Give|Do|Does|Is|Find|Count|Name|Integration)\b)[A-Z]\w*[\"”»]?\s+projects?\b",
        request,
    )
    return (
        bool(left)
        or project is not None
        or bool(re.search(r"n['’]t\b|\bnot\b|\bwithout\b|\bnever\b", request, re.IGNORECASE))
    )


def _unmet(said: list[str], card: IntegrationCard) -> list[str]:
    """Words that the integration has nothing for; beside its name, `the labour numbers`, what any table holds is none."""
    named = any(alike(word, each.text) for word in said for each in words_of(card.name))
    own = [
        word.text
        for word in words_of(f"{card.name} {' '.join(card.tables)}".replace("_", " ").replace(".", " "))
    ]
    return [
        word
        for word in said
        if not (named and stem(word) in KIND_OF_DATA)
        and word not in AUDITED
        and not any(alike(word, each) for each in own)
        and not _kinds(word)
    ]


def _ask(question: str, cards: list[IntegrationCard], level: Level) -> AuditWish:
    return AuditWish(level=level, unclear=question, candidates=[card.id for card in cards[:12]])
