"""How well sections answer one question: how much of it a paragraph says with its headings, and what the section is told as."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from agents.asks.docs_qa import Passage
from agents.rules.asked import PASTED, Part, groups
from agents.rules.docs_qa_kinds import means, told_as
from agents.rules.docs_qa_said import heads_of, label_of, shares_of, units_of, worded, words_in
from agents.rules.ranking import Group, Index, stem, terms
from agents.rules.wording import folded

ENOUGH = 0.6
"""Share of what was asked, weighted by rarity, that one paragraph or list item, with its headings, must have to count as an answer."""
KNOWN_ENOUGH = 0.42
"""The same of a question whose every word the documentation knows: what it tells beside is what it is asked for."""
PASTED_ENOUGH = 0.4
"""The same of a pasted error message, most of whose words are those of one case."""
PART, ALL = 0.4, 0.99
"""Share of a question in words of everyday alone that the headings must have for a section to come near, and to answer."""
AROUND = 0.3
"""Share of what a few words go on from that their answer must have: `and when should I switch?`"""
PROMISED = 0.5
"""What the words count that only the description of an article has, against those of the section itself."""
ROLES = frozenset(map(stem, ("viewer", "editor", "admin")))
OTHER_ROLE = 0.15
"""What a section is worth that does not speak of the role that the question names."""
SURE = 3
"""How fast a section loses worth with each word of the question that it lacks, as an exponent."""
WHOLE = 1.5
"""The same where the question has all the words of the heading."""
HEADED = 0.8
"""How much more a section is worth whose heading says just what is asked."""


class Fit(NamedTuple):
    """How well a section answers."""

    passage: Passage
    worth: float
    sure: float
    """Share of what was asked that its best paragraph has, together with its headings."""


def index_of(passages: Sequence[Passage]) -> Index:
    # Keys say only where a section stands; what is ranked is the same.
    return _index(tuple((each.title, each.heading, worded(each.text)) for each in passages))


@lru_cache(maxsize=4)
def _index(texts: tuple[tuple[str, str, str], ...]) -> Index:
    return Index([[(title, 1.5), (heading, 2.0), (text, 1.0)] for title, heading, text in texts])


def fits_of(part: Part, passages: Sequence[Passage], index: Index, enough: float) -> list[Fit]:
    asked, around = wanted(part, index), groups(part.around, index)
    main = groups(part.text, index, part.foreign)
    named = set(terms(part.text)) & ROLES
    loose = enough < KNOWN_ENOUGH
    scores = index.scores([*asked, *(group._replace(gist=0.5 * group.gist) for group in around)])
    top = max(scores, default=0.0) or 1.0
    if not loose and any(group.unheard for group in main):
        return []
    idle = not (part.told or part.named or part.around or named) and all(map(index.everyday, asked))
    if PASTED.search(part.text):
        enough = min(enough, PASTED_ENOUGH)
    elif all(index.knows(group) for group in asked):
        enough = min(enough, KNOWN_ENOUGH)
    # Keys count the sections in the order in which they were read.
    first: dict[str, str] = {}
    for passage in sorted(passages, key=lambda each: int(each.key[1:] or 0)):
        first.setdefault(passage.slug, passage.key)
    about = {each.slug: set(terms(f"{each.title} {each.about}")) for each in passages if each.about}
    found = []
    for passage, score in zip(passages, scores, strict=True):
        heads = heads_of(passage)
        texts = units_of(passage.text)
        units = [*shares_of(passage.text), (set(terms(passage.about)), PROMISED)]
        sure = max(index.cover(asked, heads | unit) * share for unit, share in units) if asked else 1.0
        whole = heads | words_in(passage.text)
        titled = max((index.cover(asked, heads | set(terms(label_of(unit)))) for unit in texts), default=0.0)
        if asked and sure < enough and not (titled >= enough and index.cover(asked, whole) >= enough):
            continue
        if (
            not loose
            and sure < ENOUGH
            and not any(group.found(heads | about.get(passage.slug, heads)) for group in asked)
            and not max(asked, key=index.weight).found(whole)
        ):
            # What comes only near has to be about something that was asked, or name the thing.
            continue
        if idle and index.cover(asked, heads, other=0.0) < (PART if loose else ALL):
            continue
        worth = (0.5 + 0.5 * titled) * sure**SURE * (0.5 + score / top)
        worth *= 1 + index.cover(asked, about.get(passage.slug, heads))
        if around:
            near = max(index.cover(around, heads | unit) for unit, _share in units)
            if part.follows and near < AROUND and len(main) <= 2:
                continue
            worth *= (0.15 if part.follows else 0.5) + near
        worth *= _leads(passage, first[passage.slug] == passage.key, main or asked, index, means(part.text))
        if part.told and main and not all(map(index.everyday, main)):
            worth *= 0.6 + index.cover(main, heads)
        if named and not named & whole:
            worth *= OTHER_ROLE
        if (means(part.text) or part.named) and any(_is_all(label_of(unit), asked) for unit in texts):
            worth *= 3.0
        found.append(Fit(passage, worth * told_as(part.text, passage), sure))
    return sorted(found, key=lambda fit: -fit.worth)


def wanted(part: Part, index: Index) -> list[Group]:
    """What is asked, and with half its weight what was told before."""
    asked = groups(part.text, index, part.foreign)
    mine = {word for group in asked for word in group.own}
    told = [
        group._replace(own=group.own - mine)
        for group in groups(part.told, index, part.foreign)
        if not group.own <= mine
    ]
    # `Where do I switch that on?` says nothing by itself: what was told before is what is asked.
    share = 1.0 if all(map(index.everyday, asked)) else 0.5
    return [*asked, *(group._replace(gist=share * group.gist) for group in told if index.knows(group))]


def _leads(passage: Passage, first: bool, asked: Sequence[Group], index: Index, meant: bool) -> float:
    """More for the article whose title, or the section whose heading, the question says in full, and for its first section where a meaning is asked for."""
    title, heading = set(terms(passage.title)), set(terms(passage.heading))
    own = {word for group in asked for word in group.own}
    worth = (1.4 if title and title <= own else 1.0) * (1.0 + HEADED * _agreed(heading, asked, index))
    worth *= WHOLE if len(heading) > 1 and heading <= own else 1.0
    return worth * ((2.5 if meant else 1.15) if first and index.cover(asked, title) > 0.99 else 1.0)


def _agreed(heading: set[str], asked: Sequence[Group], index: Index) -> float:
    """How much of the heading is asked for and how much of what is asked the heading says, as one number from 0 to 1."""
    if not heading or not asked:
        return 0.0
    meant = {word for group in asked for word in (*group.own, *group.words)}
    exact, whole = len(heading & meant) / len(heading), index.cover(asked, heading)
    return 2 * exact * whole / (exact + whole) if exact + whole else 0.0


def _is_all(label: str, asked: Sequence[Group]) -> bool:
    """Whether what an item is about is all that was asked."""
    said = {stem(word) for word in folded(label.strip("`* ")).replace("_", " ").split()}
    return bool(said) and said == {word for group in asked for word in group.own}


__all__ = ["ENOUGH", "Fit", "fits_of", "index_of", "wanted"]
