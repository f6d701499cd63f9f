"""One request read against the tables that exist: which table, values, columns, window and wishes it names."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.build_analysis import Grain, Missing, Outline, Part, Sketch, TableCard
from agents.asks.period import FoundPeriod, find_period, find_two_periods
from agents.asks.period_words import N
from agents.asks.tables import ColumnCard, joined
from agents.rules.build_analysis_lexicon import ELSEWHERE, GENERAL, PLACES, TOPICS
from agents.rules.build_analysis_match import (
    Scored,
    ValueMatch,
    elsewhere,
    entities,
    measures_named,
    missing_values,
    score,
    sides_missing,
    topics_of,
    values_named,
    vocabulary,
)
from agents.rules.build_analysis_names import Names
from agents.rules.build_analysis_wishes import find_wishes, grain_in
from agents.rules.build_analysis_words import GRAINS, corrected, in_english, plain, spelled, words

TOGETHER = re.compile(
    r"\b(?:compare|comparing|versus|vs\.?|against|relat|correlat|together|alongside|both|and|with|link|connection|impact|influence|affect)\b|\b(?:relat|correlat)\w*", re.I
)  # fmt: skip
_ONLY = re.compile(r"\b(?:only|just|nothing but|solely|nur|seulement|uniquement|solo|sólo|jen|pouze)\b", re.I)
_EXISTING = re.compile(
    r"\b(?:in|to|into|inside|within|under)\s+(?:the |my |our |that )?(?:existing |same )?project\b|\bexisting (?:project|notebook)\b"
    r"|\b(?:to|into) (?:the |my |our )?notebook\b|\bextend (?:the |my |our )?notebook\b",
    re.I,
)
_BY = re.compile(
    r"\b(?:by|per|for each|for every|of each|of every|each|every|across|over the(?! (?:past|last|previous|next|period|years?))|split by|grouped by|broken down by|nach|pro|je|par|por|podle)\s+(?:the\s+|all\s+|different\s+)?"
    r"([^\W\d_][\w-]*(?: (?!per\b|by\b|in\b|for\b|over\b|since\b|of\b|to\b|with\b|from\b|on\b|as\b|at\b)[^\W\d_][\w-]*){0,3})",
    re.I,
)
_RANKED = re.compile(rf"\b(?:top|bottom|first|best|worst|largest|biggest|smallest|most popular|best[- ]?selling|highest|which|what) (?:{N} )?(?:best |worst |most popular )?(?P<noun>[^\W\d_][\w-]*(?: (?!by\b|in\b|for\b|of\b|with\b|has\b|have\b|had\b|did\b|was\b|is\b|are\b|lost\b|sold?\b|sells?\b)[^\W\d_][\w-]*)?)", re.I)  # fmt: skip
"""What is ranked: `top 5 products`, `which sector lost`."""
_QUALIFIED = re.compile(
    r"\b(?:in|for|from|of|at|within|among|about|on)\s+(?:the |our |my |all |their )?([^\W\d_][\w'’-]{2,})",
    re.I,
)
_MONEY = frozenset(
    [
        "revenue",
        "sale",
        "turnover",
        "amount",
        "spend",
        "spending",
        "value",
        "total",
        "price",
        "income",
        "money",
        "earnings",
        "umsatz",
    ]
)
_OVER_TIME = frozenset({Part.TREND, Part.CHANGE, Part.MOVERS, Part.SEASONALITY, Part.CORRELATION, Part.MATCHES, Part.EXTREMES, Part.MOVING, Part.PERIODS})  # fmt: skip
"""Wishes that need dates."""
OF_PRICES = frozenset({Part.DRAWDOWN, Part.VOLATILITY, Part.RETURNS, Part.REBASED})
"""Wishes that make sense of prices alone."""
_WHOLES = frozenset(["total", "all", "overall", "nonfarm", "whole", "everything", "world"])
USUAL = {
    "prices": [Part.REBASED, Part.RETURNS, Part.VOLATILITY, Part.DRAWDOWN, Part.CORRELATION],
    "series": [Part.TREND, Part.CHANGE, Part.MOVERS],
    "events": [Part.TREND, Part.CHANGE, Part.BREAKDOWN, Part.MOVERS],
    "plain": [Part.BREAKDOWN, Part.DISTRIBUTION, Part.TOP],
}
"""Parts of an analysis that asks for none."""
_ALONGSIDE = {"prices": [Part.REBASED], "series": [Part.TREND], "events": [Part.TREND], "plain": list[Part]()}
"""What is shown beside the parts that a request names."""


class By(NamedTuple):
    """What the request wants compared."""

    split: str
    grain: Grain
    unknown: list[str]
    further: list[str]
    """Columns beyond the first."""


class Reading:
    """One request against the tables that exist."""

    def __init__(self, question: Outline, names: Names) -> None:
        self.question = question
        self.names = names
        self.tables = question.tables
        self.vocabulary = vocabulary(self.tables)
        wishes = find_wishes(in_english(names.rest), question.request)
        rest = spelled(names.rest, self.vocabulary)
        self.against = ""
        limitless = find_wishes(rest, question.request).rest
        two = find_two_periods(limitless)
        if two is not None:
            first, second = two
            self.period, self.against = first.period.words, f"{second.period.start} to {second.period.end}"
            rest = (
                f"{limitless[: first.start]} {limitless[first.end : second.start]} {limitless[second.end :]}"
            )
        else:
            found = find_period(limitless)
            if found and found.period.meaning and _dated(find_period(limitless[found.end :])):
                # `in the crisis (say Jan 2008 to Dec 2009)`: the days that are written out are the ones meant.
                limitless = f"{limitless[: found.start]} {limitless[found.end :]}"
                found = find_period(limitless)
            self.period = _words_said(found or find_period(names.project))
            rest = f"{limitless[: found.start]} {limitless[found.end :]}" if found else limitless
        self.rest = in_english(rest)
        named = find_period(names.project)
        self.name = f"{names.project[: named.start]} {names.project[named.end :]}" if named else names.project
        self.said = self._words(self.rest)
        self.name_said = self._words(self.name)
        self.values = _joined_values(
            values_named(self.rest, self.tables), values_named(self.name, self.tables)
        )
        self.wishes = wishes

    def _words(self, text: str) -> list[str]:
        return _without_other_markets([corrected(word, self.vocabulary) for word in words(text)])

    def sketch(self) -> Sketch:
        scored = self.candidates()
        lacking = self.lacking()
        if not scored:
            return self._nothing(lacking)
        best = scored[0]
        if lacking and not self._speaks(best, lacking):
            return self._nothing(lacking)
        rivals = [other for other in scored[1:] if other.score >= best.score - 0.05]
        if rivals and not self.question.reply and not TOGETHER.search(self.rest):
            choices = [one.table.ref for one in (best, *rivals)]
            return Sketch(verdict="ask", why="Several tables fit equally well.", choices=choices, project=self.names.project, period=self.period)  # fmt: skip
        second = self._second(best, scored)
        return self.built(best.table, second, lacking)

    def candidates(self) -> list[Scored]:
        """Tables that the request speaks for, the best first."""
        reply = plain(self.question.reply)
        chosen = [table for table in self.tables if reply and reply in (plain(table.ref), plain(table.name))]
        if chosen:
            return [Scored(chosen[0], 9.0, frozenset())]
        timely = (
            bool(self.period)
            or any(word in GRAINS for word in words(self.rest))
            or bool(set(self.wishes.parts) & _OVER_TIME)
        )
        scored: list[Scored] = []
        for said, general in (
            (self._subject(), False),
            (self.said, False),
            (self.name_said, False),
            (self.said, True),
        ):
            if not scored and not (general and self.lacking()):
                found = score(said, self.tables, self.values, timely=timely, general=general)
                good = [one for one in found if one.score >= (3.9 if general else 2.5)]
                scored = [self._splittable(one) for one in good[:20]] + good[20:]
                scored.sort(key=lambda one: -one.score)
        if not scored and not self.lacking() and set(self.wishes.parts) & OF_PRICES:
            scored = [Scored(table, 3.0, frozenset()) for table in self.tables if table.shape == "prices"]
        if scored or not self.vague():
            return scored
        return [Scored(self.tables[0], 3.0, frozenset())] if len(self.tables) == 1 else []

    def _subject(self) -> list[str]:
        """The words without those of `by …`: what is measured, not what it is split by."""
        measures = {
            word for table in self.tables for column in table.of("measure") for word in words(column.name)
        }

        def kept(found: re.Match[str]) -> str:
            phrase = self._words(found[1])
            return found[0] if not phrase or phrase[0] in GRAINS or set(phrase) & measures else " "

        ranked = _RANKED.search(self.rest) if Part.TOP in self.wishes.parts else None
        text = f"{self.rest[: ranked.start('noun')]} {self.rest[ranked.end('noun') :]}" if ranked and _BY.search(self.rest) else self.rest  # fmt: skip
        return self._words(_BY.sub(kept, text))

    def _phrases(self) -> list[str]:
        """What the request compares: the words behind `by` and `per`, and what it ranks."""
        found = [match[1] for match in _BY.finditer(self.rest)]
        if set(self.wishes.parts) & {Part.TOP, Part.MOVERS, Part.BREAKDOWN}:
            found += [match["noun"] for match in _RANKED.finditer(self.rest)]
        return found

    def _splittable(self, one: Scored) -> Scored:
        """A table that can be split as the request says, or holds the values it names in a joined one, is the better one."""
        best = 0.0
        for said in self._phrases():
            phrase = self._words(said)
            if phrase and phrase[0] not in GRAINS:
                best = max(best, _column(phrase, one.table, self.tables)[1])
        held = {table.ref for table in joined(one.table, self.tables)}
        if Part.BREAKDOWN in self.wishes.parts and not best:
            best = 0.4 * bool(one.table.of("category"))
        values = 4.0 * any(match.table.ref in held and match.exact for match in self.values)
        return one._replace(score=one.score + 2 * best + (2 if best else 0) + values)

    def vague(self) -> bool:
        if self.names.project and not self.said_something():
            return True
        asks = re.search(
            r"\b(?:data|analy|explor|overview|insight|report|look|summar|chart|dashboard|something|anything|project|notebook)", plain(self.rest)
        )  # fmt: skip
        return asks is not None and not self.said_something()

    def said_something(self) -> bool:
        """Whether the request says anything beside the name and words like make and create."""
        return any(word not in GENERAL for word in self.said)

    def lacking(self) -> list[Missing]:
        """What the request names and no table holds, near misses aside."""
        text = f"{self.rest}\n{self.name}"
        asked = sides_missing(text, self.values, self.vocabulary)
        asked += entities(self.rest, self.values, self.vocabulary)
        asked += elsewhere([*self.said, *self.name_said], self.tables)
        found: list[str] = []
        for one in asked:
            shown = _as_said(one, f"{self.rest} {self.name}")
            if not any(plain(shown) in plain(other) or plain(other) in plain(shown) for other in found):
                if any(plain(shown) in plain(match.said) for match in self.values):
                    continue
                found.append(shown)
        return [Missing(asked=" ".join(one.split())[:120]) for one in found][:6]

    def _speaks(self, best: Scored, lacking: Sequence[Missing]) -> bool:
        """Whether the table answers more of the request than its general topic, although something is missing."""
        gone = {word for one in lacking for word in words(one.asked)}
        if gone & PLACES:
            return False
        if any(match.table.ref == best.table.ref for match in self.values):
            return True
        named = [word for word in best.because if word not in gone]
        specific = {word for column in best.table.of("measure") for word in words(column.name)} & set(named)
        joins = re.search(r"\b(?:and|vs\.?|versus|with|against|to|,)\b", self.rest) is not None
        attached = any(
            re.search(rf"{re.escape(plain(one.asked))}(?:'s|’s)?\s+(?:{'|'.join(map(re.escape, named))})", plain(self.rest)) for one in lacking
        ) if named else False  # fmt: skip
        return bool(named) and not attached and (joins or bool(specific))

    def _nothing(self, lacking: Sequence[Missing]) -> Sketch:
        there = "; ".join(_there(table) for table in self.tables[:8])
        more = f"; and {len(self.tables) - 8} more tables" if len(self.tables) > 8 else ""
        if lacking:
            what = " and ".join(one.asked for one in lacking)
            why = f"There is nothing about {what} in the data. There is: {there}{more}."
            return Sketch(verdict="refuse", why=why[:400], project=self.names.project, missing=list(lacking))
        if self.vague() or (not self.said_something() and (self.period or self.wishes.parts)):
            choices = [table.ref for table in self.tables[:12]]
            return Sketch(
                verdict="ask", why="The request does not say what to analyse.", choices=choices, project=self.names.project, period=self.period
            )  # fmt: skip
        unknown = [word for word in dict.fromkeys(self.said) if word not in GENERAL][:4]
        about = f"about {', '.join(unknown)}" if unknown else "that the request is about"
        why = f"I find nothing in the data {about}. There is: {there}{more}."
        return Sketch(verdict="refuse", why=why[:400], project=self.names.project)

    def _second(self, best: Scored, scored: Sequence[Scored]) -> TableCard | None:
        """Another table over time that other words of the request speak for, unless the first one joins it."""
        if not TOGETHER.search(self.rest) or best.table.time is None:
            return None
        reached = {table.ref for table in joined(best.table, self.tables)}
        for other in scored[1:]:
            own = other.because - best.because
            if (
                other.table.time is not None
                and other.score >= 3
                and own - GENERAL
                and other.table.ref not in reached
            ):
                return other.table
        return None

    def built(self, table: TableCard, second: TableCard | None, lacking: Sequence[Missing]) -> Sketch:
        """The sketch of an analysis of this table."""
        wishes = self.wishes
        by = self.by(table)
        measures = [] if table.shape == "prices" else measures_named([*self.said, *self.name_said], table)
        split, keep = self._kept(table, by.split)
        count = self._counts(table, measures)
        whole = self._whole(table)
        if Part.BREAKDOWN in wishes.parts and not whole and len(keep) == 1 and "." not in split:
            keep = []  # the share of one needs the others
        if whole and keep:
            keep = list(dict.fromkeys([*keep, whole]))
        if second is not None:
            keep += [match.value for match in self.values if match.table.ref == second.ref and match.exact and not _all_said(match, self.values)]  # fmt: skip
        unanswered = [
            *wishes.beyond,
            *self._left_out(table, second, split),
            *[f"a split by {name} (no such column)" for name in by.unknown],
            *[f"a further split by {name} (one at a time)" for name in by.further],
            *self._not_understood(table, second, lacking),
        ]
        return Sketch(
            verdict="build",
            why=f"{table.ref} holds what the request is about.",
            project=self.names.project,
            existing=self.names.existing or _EXISTING.search(self.question.request) is not None,
            notebook=self.names.notebook,
            table=table.ref,
            second=second.ref if second else "",
            measures=[] if count else measures[:12],
            split_by=split,
            keep=keep[:20],
            period=self.period[:120],
            grain=by.grain or wishes.grain or grain_in(self.rest),
            parts=self._several(self.parts(table), alone=len(keep) == 1),
            missing=[*missing_values(self.values, table), *lacking][:10],
            unanswered=list(dict.fromkeys(unanswered))[:10],
            top=wishes.top,
            moving=wishes.moving,
            moving_unit=wishes.moving_unit,
            limit=wishes.limit,
            against=self.against,
            whole=whole,
            count=count,
            average=wishes.average,
            choose=wishes.choose,
            run=wishes.run,
        )

    def _kept(self, table: TableCard, split: str) -> tuple[str, list[str]]:
        """The column to compare by and the values that the request names, in the table or in one that it joins."""
        matches = [match for match in self.values if match.table.ref == table.ref]
        if matches:
            column = matches[0].column
            keep = list(dict.fromkeys(match.value for match in matches if match.column.name == column.name))
            if set(keep) >= set(column.values) and len(keep) > 1:
                return split, []
            return (split or column.name, keep) if split in ("", column.name) else (split, [])
        if split and "." not in split:
            return split, []
        for other in joined(table, self.tables):
            near = [match for match in self.values if match.table.ref == other.ref and match.exact]
            if near and split in ("", f"{other.name}.{near[0].column.name}"):
                column = near[0].column
                return f"{other.name}.{column.name}", list(dict.fromkeys(match.value for match in near if match.column.name == column.name))  # fmt: skip
        return split, []

    def _counts(self, table: TableCard, measures: Sequence[str]) -> bool:
        """Whether rows are counted: the request asks how many, or names the rows and nothing to measure."""
        if table.shape in ("prices", "series") or (measures and not self.wishes.counted):
            return False
        if self.wishes.counted:
            return not measures
        own = set(words(table.name)) - GENERAL
        return table.shape == "events" and bool(own & set(self.said)) and not set(self.said) & _MONEY

    def _whole(self, table: TableCard) -> str:
        """The value that shares are of: the one that the request names there, or one called a total."""
        if Part.BREAKDOWN not in self.wishes.parts:
            return ""
        named = values_named(self.wishes.whole, [table]) if self.wishes.whole else []
        totals = [match.value for match in named if set(words(match.value)) & _WHOLES]
        if totals:
            return totals[0]
        said_as = re.search(r"\bas an?\b", self.rest) is not None
        return named[0].value if named and said_as else ""

    def _not_understood(
        self, table: TableCard, second: TableCard | None, lacking: Sequence[Missing]
    ) -> list[str]:
        """Nouns behind `in`, `for`, `of` that neither the data nor the menu answers to."""
        held = {
            word
            for one in (table, *([second] if second else []), *joined(table, self.tables))
            for word in _words_of(one)
        }
        gone = {word for one in lacking for word in words(one.asked)}
        spoken = {word for match in self.values for word in words(match.said)}
        found = []
        for match in _QUALIFIED.finditer(self.rest):
            for word in self._words(match[1])[:1]:
                known = (
                    word in GENERAL
                    or word in held
                    or word in gone
                    or word in spoken
                    or word in self.vocabulary
                    or word in GRAINS
                )
                if not known and not any(re.search(pattern, word) for pattern in (r"ing$", r"ly$")):
                    found.append(f"“{_as_said(word, self.rest)}” (nothing in the data answers to it)")
        return found[:3]

    def _left_out(self, table: TableCard, second: TableCard | None, split: str) -> list[str]:
        """Words that name a column or table which the plan does not read."""
        read = [table, *([second] if second else []), *joined(table, self.tables)]
        spoken = {word for one in read for word in _words_of(one)} | {
            word for match in self.values for word in words(match.said)
        }
        found = []
        for word in dict.fromkeys(self.said):
            if word in GENERAL or word in spoken or word in ELSEWHERE or word.isdigit():
                continue
            for other in self.tables:
                own = {name for column in other.columns for name in words(column.name)} | set(
                    words(other.name)
                )
                own |= {name for topic in topics_of(other) for name in TOPICS[topic]}
                if other not in read and word in own:
                    found.append(f"{word} (it is in {other.ref}, which this analysis does not read)")
                    break
        return found

    def parts(self, table: TableCard) -> list[Part]:
        """What is wished, beside what puts it in context; the usual parts when nothing is."""
        wished = list(self.wishes.parts)
        if self.against:
            wished.insert(0, Part.PERIODS)
        if not wished or _ONLY.search(self.rest):
            return wished[:8]
        telling = {Part.MATCHES, Part.EXTREMES, Part.MOVING, Part.PERIODS, Part.TOP}
        beside = _ALONGSIDE[table.shape] if set(wished) & telling else USUAL[table.shape]
        return list(dict.fromkeys([*beside, *wished]))[:8] if len(wished) < 8 else wished[:8]

    def _several(self, parts: list[Part], *, alone: bool) -> list[Part]:
        """The parts without usual ones that take several series, where there is one only and nobody asked for them."""
        taken = {Part.CORRELATION, Part.BREAKDOWN} - set(self.wishes.parts)
        return [part for part in parts if not (alone and part in taken)]

    def by(self, table: TableCard) -> By:
        """What `by`, `per` and `for each` name: a column, a step in time, or nothing that exists."""
        split, unknown, further = "", list[str](), list[str]()
        measured = {word for column in table.of("measure") for word in words(column.name)}
        grain: Grain = ""
        by = len(list(_BY.finditer(self.rest)))
        for place, said in enumerate(self._phrases()):
            for piece in re.split(r"\b(?:and|und|et|y|a)\b", said):
                phrase = self._words(piece)
                first = phrase[0] if phrase else ""
                if first in GRAINS:
                    grain = grain or GRAINS[first]
                    continue
                column, _ = _column(phrase, table, self.tables)
                if column and split not in ("", column):
                    further.append(column)
                elif column:
                    split = column
                elif (
                    place < by
                    and first
                    and not set(phrase) & measured
                    and first not in GENERAL | self.vocabulary
                    and first not in {"code", "hand", "default", "email", "mail"}
                ):
                    unknown.append(piece.split()[0])
        return By(split, grain, unknown, further)


def _dated(found: FoundPeriod | None) -> bool:
    """Whether a window is written as days, months or years, not as the name of an event."""
    return found is not None and found.period.kind == "between" and not found.period.meaning


def _words_said(found: FoundPeriod | None) -> str:
    return found.period.words if found else ""


def _words_of(table: TableCard) -> set[str]:
    """Every word that a table is spoken of by."""
    found = set(words(table.name)) | set(words(table.integration)) | set(words(table.comment))
    for column in table.columns:
        found |= {*words(column.name), *words(" ".join(column.values))}
    return found | {word for topic in topics_of(table) for word in TOPICS[topic]}


def _all_said(match: ValueMatch, values: Sequence[ValueMatch]) -> bool:
    said = {
        one.value
        for one in values
        if one.column.name == match.column.name and one.table.ref == match.table.ref
    }
    return set(match.column.values) <= said


def _without_other_markets(said: list[str]) -> list[str]:
    """The words without `market` where it is the labour or housing market."""
    other = {"labour", "labor", "job", "employment", "work", "worker", "housing", "estate", "bond", "oil", "energy", "rental"}  # fmt: skip
    return [
        word
        for before, word in zip(["", *said], said, strict=False)
        if not (word == "market" and before in other)
    ]


def _joined_values(first: Sequence[ValueMatch], second: Sequence[ValueMatch]) -> list[ValueMatch]:
    found = {(match.table.ref, match.value): match for match in second}
    for match in first:
        known = found.get((match.table.ref, match.value))
        if known is None or match.exact:
            found[match.table.ref, match.value] = match
    near = [match for match in (*first, *second) if not match.exact]
    kept = list(found.values())
    kept += [
        match for match in near
        if (match.table.ref, match.value, match.said) not in {(one.table.ref, one.value, one.said) for one in kept}
    ]  # fmt: skip
    return kept


_LABELS = ("name", "title", "label")


def _column(phrase: Sequence[str], table: TableCard, tables: Sequence[TableCard]) -> tuple[str, float]:
    """The column that a phrase names, in the table or in one that it leads to (`customers.region`), and how well it agrees."""
    wanted = set(phrase)
    if not wanted:
        return "", 0
    found = [
        (float(len(set(words(column.name)) & wanted)), 1, column.name) for column in table.of("category")
    ]
    for other in joined(table, tables):
        own = 0.4 * len(set(words(other.name)) & wanted)
        agreeing = [(len(set(words(column.name)) & wanted), column.name) for column in other.of("category")]
        found += [(count + own, 0, f"{other.name}.{name}") for count, name in agreeing if count]
        label = label_of(other)
        if own and label is not None:
            found.append((own, 0, f"{other.name}.{label.name}"))
    agree, _, name = max(found, default=(0.0, 0, ""), key=lambda one: one[:2])
    return (name, agree) if agree else ("", 0)


def label_of(table: TableCard) -> ColumnCard | None:
    """The column that names the rows of a table for people."""
    named = [column for column in table.of("text", "category") if set(words(column.name)) & set(_LABELS)]
    return next(iter(named), None)


def _as_said(word: str, text: str) -> str:
    """The word as the request spells it."""
    for found in re.findall(r"[^\W_]+", text):
        if plain(found).startswith(plain(word)) and len(found) <= len(word) + 2:
            return str(found)
    return word


def _there(table: TableCard) -> str:
    covers = table.time
    when = f", {covers.first} to {covers.last}" if covers and covers.first else ""
    return f"{table.ref}{when}"


__all__ = ["OF_PRICES", "TOGETHER", "USUAL", "Reading", "label_of"]
