"""Choosing the workflow without a model: what kind of work each part of the request asks for."""

import re
from collections.abc import Iterable, Sequence

from agents.asks.ask import Doer, Name, Route, RouteStep, WhichWorkflow
from agents.rules import rule
from agents.rules.ask_asides import SELF, THINGS, WELCOME, wanted_parts
from agents.rules.ask_clause import TIDIES, clear_kind
from agents.rules.ask_notebooks import each_its_own, only_named, pointed_out, run_each
from agents.rules.ask_order import in_order
from agents.rules.ask_outside import (
    BEFORE,
    BY_HAND,
    DELETES_DATA,
    FOREIGN,
    RUNS_FAILED,
    UNDO,
    WORLD,
    author_asked,
    changes_named,
    foreign,
    outside,
    reach_asked,
    thanked,
)
from agents.rules.ask_parts import POINTS, THEN_FIRST, parts_of, tells_why
from agents.rules.ask_signs import ASKED, ASKING, FIGURE_OF, scores_of, why
from agents.rules.ask_steps import WHY_LOOKED, Part, chained, placed, pointed, read_parts, with_background
from agents.rules.letters import said_in
from agents.rules.looking import looks
from agents.rules.quotations import masked, unmasked
from agents.rules.run_and_inspect_intent import spelt
from agents.rules.tidy_notebook_spelling import spelled
from agents.rules.tidy_notebook_words import POLITE, START
from agents.rules.tongues import in_english
from agents.rules.wording import FILLER, by_words, names_in, words_of

ABOUT_ONE = re.compile(
    r"^\W*what\s+(?:does|do|is|are)\s+(?:the|my|our|this|that)\s+(?:[\w’'-]+\s+){1,4}notebooks?\s+(?:do|does|about|for|good\s+for|contain|show)\b",
    re.IGNORECASE,
)
EMPTY = frozenset({"thing", "things", "stuff", "something", "usual", "same", "work", "job", "yesterday", "today", "tomorrow", "last", "week", "make", "fix", "try", "start", "better", "nice", "nicer", "good"})  # fmt: skip
"""Words that say nothing of what is wanted, beside those that no request needs."""
GOES_ON = re.compile(
    r"(?:(?:please\s+|just\s+|only\s+|simply\s+|and\s+|but\s+)*(?:tell|show|let|give|say|report|summari[sz]e|describe|explain|list|name|count|rank|highlight|mention|include|leave\s+out|point\s+out|confirm|quote)\b(?!.*\bhow\s+(?:to|do|can|i)\b)|what(?:['’]?s|\s+(?:is|has|have))?\s+(?:changed|new|different|moved)\b|(?:please|thanks|thank\s+you)\b"
    r"|(?:i|we)\s+(?:(?:only|just|really|mainly|mostly)\s+)?(?:need|want|care|am\s+(?:only\s+)?interested|are\s+(?:only\s+)?interested)\s+(?:(?:only|just)\s+)?(?:about\s+|in\s+|to\s+(?:know|see)\s+)?(?:the|one|a\s+list|names?|numbers?|figures?|what|which|who|whether|how|for)\b|(?:just|only)\s+(?:the|for|those|what|which|who)\b|for\s+each\b|(?:with|without|in|as|no|sorted|grouped|ordered)\s+(?:an?|the|one|by|csv|json|markdown|charts?|details?|notes?)\b|no\s+\w+(?:\s+(?:please|needed|necessary|required))?$)",
    re.IGNORECASE,
)
"""A part that asks for the answer of the part before."""


WHOSE = re.compile(
    r"(?:and\s+)?(?:whose|who|which|how\s+many)\b.*\b(?:them|those|these|it|they|each)\b", re.IGNORECASE
)
"""Asks on about what an audit lists."""
SURE = 3.0
WRITES = frozenset({"build_analysis", "run_and_inspect", "tidy_notebook"})


@rule(WhichWorkflow)
def which_workflow(question: WhichWorkflow) -> Route:
    """Parts in a row that ask for the same kind of work are one step; a request of none of the kinds is out of scope.

    No part is left out without a word: what no workflow does is said beside the steps, what is not understood is asked about.
    """
    english = in_english(
        THEN_FIRST.sub(r"\2 \1 ", said_in(question.request)), [*question.notebooks, *question.integrations]
    )
    english = _spelt(english, question.notebooks)
    asked = question.request
    bare = POLITE.sub("", english).strip()
    before = (BEFORE.fullmatch(bare) or RUNS_FAILED.fullmatch(bare)) and not names_in(
        bare, question.notebooks
    )
    if (
        UNDO.fullmatch(bare)
        or before
        or reach_asked(bare, question.integrations)
        or author_asked(bare, question.notebooks)
    ):
        return Route(out_of_scope=outside(english))
    ordered = in_order(english, question.notebooks)
    said = parts_of(ordered, question.notebooks)
    texts, left = wanted_parts(said.parts)
    if not texts:
        texts, left = list(said.parts), []
    whole = question.model_copy(
        update={"request": ordered if said.all and texts == said.parts else together(texts)}
    )
    if SELF.fullmatch(whole.request.strip()):
        return Route(out_of_scope=WELCOME) if thanked(whole.request) else Route(unclear=THINGS)
    texts = run_each(pointed_out(placed(texts), whole), whole)
    if texts != said.parts:
        whole = whole.model_copy(update={"request": together(texts)})
    parts = _continued(read_parts(texts, whole), whole)
    undecided = next((part.undecided for part in parts if part.undecided), "")
    if undecided:
        return Route(
            unclear=f"No step decides whether “{undecided[:120]}” holds. Ask for that first, and for the rest when it does: what should be done now?",
            candidates=_named_kinds(part.kind for part in parts),
        )
    if len(parts) > 1 and any(part.kind for part in parts):
        return _of_several(parts, left, whole, asked)
    return _of_one(whole, asked, left)


def _spelt(text: str, notebooks: Sequence[str]) -> str:
    """The text with mistyped verbs of running, and of tidying where it begins with one, put right, quotations and names as they are."""
    held, masks = masked(text)
    for each in sorted(names_in(held, notebooks), key=lambda named: -named.start):
        held, masks = (
            f"{held[: each.start]}⟦{len(masks)}⟧{held[each.end :]}",
            [*masks, held[each.start : each.end]],
        )
    said = unmasked(unmasked(spelt(held), masks), masks)
    tidied = spelled(said, [])
    begins = TIDIES.match(POLITE.sub("", said).strip()) is None and TIDIES.match(
        POLITE.sub("", tidied).strip()
    )
    return tidied if begins else said


def _of_several(parts: Sequence[Part], left: list[str], question: WhichWorkflow, asked: str) -> Route:
    """Steps for the parts that a workflow does; what is known to be nothing of the kind is told, anything else asked about."""
    background = [part for part in parts if tells_why(part.text)]
    if not any(part.kind and part not in background for part in parts):
        background = []
    beyond = [
        part
        for part in parts
        if part not in background
        and (part.kind not in ("docs_qa", "run_and_inspect") or WORLD.search(part.text))
        and (
            foreign(part.text, question.notebooks)
            or (part.kind != "audit_integrations" and DELETES_DATA.fullmatch(part.text) is not None)
        )
    ]
    open_parts = [
        part for part in parts if part.kind is None and part not in background and part not in beyond
    ]
    kinds: list[Doer] = [
        part.kind for part in parts if part.kind and part not in beyond and part not in background
    ]
    if open_parts and (WRITES & set(kinds) or not kinds):
        return Route(
            unclear=f"I know no workflow for “{open_parts[0].text[:120]}” beside the rest. What should be done?",
            candidates=_named_kinds(kinds),
        )
    if not kinds:
        return Route(out_of_scope=outside(question.request))
    undone = [part.text for part in parts if part in beyond or part in open_parts]
    doing = with_background(pointed(parts, question, undone), background, question)
    doing = [part for part in doing if part.kind and part.text not in undone]
    if len(set(kinds)) == 1 and all(part.only_if == "always" for part in doing):
        if len(doing) > 1 and (own := each_its_own(doing, question)):
            return Route(steps=own[:5], undone=(undone + left)[:5])
        if kinds[0] in ("ask", "docs_qa") and all(part.text in asked for part in doing):
            steps = chained(doing, question.notebooks)
            if len(steps) > 1:
                return Route(steps=steps[:5], undone=(undone + left)[:5])
        intact = [part.text for part in doing] == [part.text for part in parts]
        one = (
            question
            if intact
            else question.model_copy(update={"request": together([part.text for part in doing])})
        )
        return _of_one(one, asked, undone + left, kinds[0])
    return Route(steps=chained(doing, question.notebooks)[:5], undone=(undone + left)[:5])


def _of_one(question: WhichWorkflow, asked: str, left: list[str], kind: Doer | None = None) -> Route:
    """The request as a whole is one workflow's, or none's; `kind` is what its parts are for, where they agree."""
    request = question.request
    if kind == "ask":
        return _one_step(kind, question, asked, left)
    if ABOUT_ONE.search(request):
        return Route(
            unclear="No workflow describes what a notebook is about. Shall it be run, and its results told?",
            candidates=["run_and_inspect"],
        )
    if changes_named(request, question.notebooks):
        return Route(out_of_scope=outside(request))
    if (named := names_in(request, question.notebooks)) and FIGURE_OF.match(request):
        said = request[named[0].start : named[0].end]
        return Route(
            unclear=f"“{said}” is also the name of a notebook. Shall that be run, or shall the figures be worked out from the data?",
            candidates=["run_and_inspect", "build_analysis"],
        )
    clear = kind or clear_kind(request, question)
    if clear is not None:
        return _one_step(clear, question, asked, left)
    scores = scores_of(request, question)
    best = max(scores, key=lambda name: scores[name])
    if WORLD.search(request) and not names_in(request, question.notebooks):
        return Route(out_of_scope=outside(request))
    if (
        FOREIGN.search(request)
        and scores[best] < 6
        and (best not in {"tidy_notebook", "run_and_inspect"} or scores[best] < 2)
        and not (best == "docs_qa" and scores[best] >= 3)
    ):
        return Route(out_of_scope=outside(request))
    if scores[best] < 2 and (thanked(request) or BY_HAND.match(POLITE.sub("", request).strip())):
        return Route(out_of_scope=outside(request))
    if scores[best] < 1.5 and names_in(request, question.notebooks):
        return Route(
            unclear="What should be done with this notebook?", candidates=["run_and_inspect", "tidy_notebook"]
        )
    if scores[best] < 1.5:
        return _vague(question) or Route(out_of_scope=outside(request))
    rivals: list[Name] = [name for name in scores if scores[name] > scores[best] - 0.75]
    if scores[best] < SURE and len(rivals) > 1:
        return Route(unclear="What should be done?", candidates=rivals)
    return _one_step(best, question, asked, left)


def _one_step(kind: Doer, question: WhichWorkflow, asked: str, left: list[str]) -> Route:
    request = question.request
    # The documentation is asked in the person's own language, where the whole of what it said is for it.
    text = asked if kind == "docs_qa" and not left else request
    told = WHY_LOOKED if kind == "ask" else why(request, kind)
    return Route(steps=[RouteStep(workflow=kind, request=text, why=told)], undone=left[:5])


def _named_kinds(kinds: Iterable[Doer | None]) -> list[Name]:
    """The workflows among them, each once."""
    return list(dict.fromkeys(kind for kind in kinds if kind is not None and kind != "ask"))


def together(texts: Sequence[str]) -> str:
    """Parts as one text again."""
    return (
        " ".join(text if re.search(r"[.!?]$", text) else f"{text}." for text in texts[:-1]) + f" {texts[-1]}"
        if len(texts) > 1
        else texts[0]
    )


def _vague(question: WhichWorkflow) -> Route | None:
    """A question back, where the request names a part of notebooks' names only, or hardly anything at all."""
    telling = " ".join(word.text for word in words_of(question.request) if word.text not in EMPTY)
    like = [question.notebooks[named.which] for named in by_words(telling, question.notebooks)]
    if like:
        return Route(
            unclear=f"What should be done with {' or '.join(like[:4])}?",
            candidates=["run_and_inspect", "tidy_notebook"],
        )
    said = [word.text for word in words_of(question.request) if word.text not in FILLER | EMPTY]
    if POINTS.search(question.request) and len(said) <= 3:
        return Route(unclear="What do you mean, and what should be done with it?", candidates=[])
    return Route(unclear="What should be done?", candidates=[]) if not said else None


def _continued(parts: Sequence[Part], question: WhichWorkflow) -> list[Part]:
    """The parts, each that only asks to be told the answer of the one before, or tells more about it, as one of its kind."""
    found: list[Part] = []
    notebooks = question.notebooks
    for part in parts:
        before = found[-1].kind if found else None
        if before == "ask":
            more = f"{found[-1].text.rstrip(' ?.')} and {part.text}"
            if part.kind is None and looks(more, question):
                part = found.pop()._replace(text=more)
            found.append(part)
            continue
        of_the_same = (
            before == "audit_integrations" and part.kind in (None, "docs_qa") and WHOSE.match(part.text)
        )
        if before is not None and (
            of_the_same
            or (
                part.kind is None
                and not foreign(part.text, notebooks)
                and _goes_on(part.text, before, notebooks)
            )
        ):
            part = part._replace(kind=before)
        found.append(part)
    return found


def _goes_on(text: str, before: Doer, notebooks: Sequence[str]) -> bool:
    if GOES_ON.match(text):
        return True
    if ASKING.match(text) and not names_in(text, notebooks):
        return True
    return (
        (before == "tidy_notebook" and re.match(rf"(?:{START})\b", text, re.IGNORECASE) is not None)
        or (before == "run_and_inspect" and only_named(text, notebooks))
        or (before == "build_analysis" and re.match(rf"{ASKED}\b", text, re.IGNORECASE) is not None)
    )


__all__ = ["which_workflow"]
