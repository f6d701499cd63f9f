"""The offline answers for building an analysis: the sketch of a request, and that nothing is mended without a model."""

import re
from collections.abc import Sequence

from agents.asks.build_analysis import (
    Extra,
    Grain,
    Mend,
    Missing,
    Outline,
    OwnBlocks,
    Part,
    Repair,
    Sketch,
    TableCard,
    shared_key,
)
from agents.asks.period import find_period
from agents.rules import rule
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
from agents.rules.build_analysis_names import Names, find_names
from agents.rules.build_analysis_words import (
    BEYOND,
    ELSEWHERE,
    GENERAL,
    GRAINS,
    PARTS,
    TOPICS,
    corrected,
    plain,
    spelled,
    words,
)

_TOGETHER = re.compile(
    r"\b(?:compare|comparing|versus|vs\.?|against|relat|correlat|together|alongside|both|and|with|link|connection|impact|influence|affect)\b|\b(?:relat|correlat)\w*", re.I
)  # fmt: skip
_ONLY = re.compile(r"\b(?:only|just|nothing but|solely|nur|seulement|solo)\b", re.I)
_NO_RUN = re.compile(
    r"\b(?:don'?t|do not|without|no need to|not) (?:run|execut|running)|\bno run\b|\bwithout executing|\bbuild(?: it)? only",
    re.I,
)
_EXISTING = re.compile(
    r"\b(?:in|to|into|inside|within|under)\s+(?:the |my |our |that |an? )?(?:existing |same )?project\b|\bexisting project\b",
    re.I,
)
_BY = re.compile(
    r"\b(?:by|per|for each|across|for every|over the(?! (?:past|last|previous|next|period|years?))|split by|grouped by|broken down by|nach|par|por)\s+(?:the\s+)?([a-z][\w-]*(?: (?!per\b|by\b|and\b|in\b|for\b|over\b|since\b|of\b|to\b|with\b|from\b|on\b)[a-z][\w-]*)?)",
    re.I,
)
_OVER_TIME = {Part.TREND, Part.CHANGE, Part.MOVERS, Part.SEASONALITY, Part.CORRELATION}
"""Wishes that need dates."""
_OF_PRICES = {Part.DRAWDOWN, Part.VOLATILITY, Part.RETURNS, Part.REBASED}
"""Wishes that make sense of prices alone."""
_MORE = re.compile(r"^\s*(?:and\s+|now\s+|please\s+|also\s+|then\s+|can you\s+|could you\s+)*(?:add|also|include|extend|append|put|show|plot|give|insert|chart|break|do the same|what about|how about|same)\b", re.I)  # fmt: skip


@rule(Outline)
def outline(question: Outline) -> Sketch:
    """The sketch of a request, or a question, or a refusal."""
    names = find_names(question.request)
    if not question.tables:
        return Sketch(verdict="refuse", why="No integration shows any table, so there is nothing to analyse.")
    if not words(question.request):
        return Sketch(
            verdict="refuse", why="The request is empty; say what to analyse.", project=names.project
        )
    reading = _Reading(question, names)
    if question.earlier is not None and not names.project and _continues(question, reading):
        return _continued(question, reading)
    return reading.sketch()


class _Reading:
    """One request against the tables that exist."""

    def __init__(self, question: Outline, names: Names) -> None:
        self.question = question
        self.names = names
        self.tables = question.tables
        self.vocabulary = vocabulary(self.tables)
        names = names._replace(rest=spelled(names.rest, self.vocabulary))
        found = find_period(names.rest) or find_period(names.project)
        self.period = found.period.words if found else ""
        rest_period = find_period(names.rest)
        self.rest = (
            f"{names.rest[: rest_period.start]} {names.rest[rest_period.end :]}"
            if rest_period
            else names.rest
        )
        name_period = find_period(names.project)
        self.name = (
            f"{names.project[: name_period.start]} {names.project[name_period.end :]}"
            if name_period
            else names.project
        )
        self.said = _without_other_markets([corrected(word, self.vocabulary) for word in words(self.rest)])
        self.name_said = _without_other_markets(
            [corrected(word, self.vocabulary) for word in words(self.name)]
        )
        self.values = _joined_values(
            values_named(self.rest, self.tables), values_named(self.name, self.tables)
        )

    def sketch(self) -> Sketch:
        scored = self._candidates()
        lacking = self._lacking()
        if not scored:
            return self._nothing(lacking)
        best = scored[0]
        if lacking and not self._speaks(best, lacking):
            return self._nothing(lacking)
        rivals = [other for other in scored[1:] if other.score >= best.score - 0.05]
        if rivals and not self.question.reply and not _TOGETHER.search(self.rest):
            choices = [one.table.ref for one in (best, *rivals)]
            return Sketch(verdict="ask", why="Several tables fit equally well.", choices=choices, project=self.names.project, period=self.period)  # fmt: skip
        second = self._second(best, scored)
        return self._built(best.table, second, lacking)

    def _candidates(self) -> list[Scored]:
        reply = plain(self.question.reply)
        if reply:
            chosen = [
                table for table in self.tables if plain(table.ref) == reply or plain(table.name) == reply
            ]
            if chosen:
                return [Scored(chosen[0], 9.0, frozenset())]
        timely = (
            bool(self.period)
            or any(word in GRAINS for word in words(self.rest))
            or bool(set(self.wished()) & _OVER_TIME)
        )
        scored: list[Scored] = []
        for said, general in ((self.said, False), (self.name_said, False), (self.said, True)):
            if not scored and not (general and self._lacking()):
                found = score(said, self.tables, self.values, timely=timely, general=general)
                scored = [self._splittable(one) for one in found if one.score >= (3.9 if general else 2.5)]
                scored.sort(key=lambda one: -one.score)
        if not scored and not self._lacking() and set(self.wished()) & _OF_PRICES:
            priced = [table for table in self.tables if table.shape == "prices"]
            scored = [Scored(table, 3.0, frozenset()) for table in priced]
        if scored or not self._vague():
            return scored
        if len(self.tables) == 1:
            return [Scored(self.tables[0], 3.0, frozenset())]
        return []

    def _splittable(self, one: Scored) -> Scored:
        """A table that can be split as the request says is the better one."""
        best = 0
        for found in _BY.finditer(self.rest):
            phrase = [corrected(word, self.vocabulary) for word in words(found[1])]
            if phrase and phrase[0] not in GRAINS:
                best = max(best, _column(phrase, one.table, self.tables)[1])
        return one._replace(score=one.score + 2 * best + (2 if best else 0))

    def _vague(self) -> bool:
        if self.names.project and not self.said_something():
            return True
        asks = re.search(
            r"\b(?:data|analy|explor|overview|insight|report|look|summar|chart|dashboard|something|anything|project|notebook)", plain(self.rest)
        )  # fmt: skip
        return asks is not None and not self.said_something()

    def said_something(self) -> bool:
        """Whether the request says anything beside the name and words like make and create."""
        return any(word not in GENERAL for word in self.said)

    def _lacking(self) -> list[Missing]:
        """What the request names and no table holds, near misses aside."""
        text = f"{self.rest}\n{self.name}"
        asked = [*elsewhere([*self.said, *self.name_said], self.tables)]
        asked += sides_missing(text, self.values, self.vocabulary)
        asked += entities(re.sub(r"^\s*\w+", "", self.rest), self.values, self.vocabulary)
        found: list[str] = []
        for one in asked:
            shown = _as_said(one, f"{self.rest} {self.name}")
            if not any(plain(shown) in plain(other) or plain(other) in plain(shown) for other in found):
                found.append(shown)
        return [Missing(asked=one) for one in found][:6]

    def _speaks(self, best: Scored, lacking: Sequence[Missing]) -> bool:
        """Whether the table answers more of the request than its general topic, although something is missing."""
        if any(match.table.ref == best.table.ref for match in self.values):
            return True
        gone = {word for one in lacking for word in words(one.asked)}
        named = [word for word in best.because if word not in gone]
        specific = {word for column in best.table.of("measure") for word in words(column.name)} & set(named)
        joined = re.search(r"\b(?:and|vs\.?|versus|with|against|to|,)\b", self.rest) is not None
        attached = any(
            re.search(rf"{re.escape(plain(one.asked))}(?:'s|’s)?\s+(?:{'|'.join(map(re.escape, named))})", plain(self.rest)) for one in lacking
        ) if named else False  # fmt: skip
        return bool(named) and not attached and (joined or bool(specific))

    def _nothing(self, lacking: Sequence[Missing]) -> Sketch:
        there = "; ".join(_there(table) for table in self.tables[:8])
        more = f"; and {len(self.tables) - 8} more tables" if len(self.tables) > 8 else ""
        if lacking:
            what = " and ".join(one.asked for one in lacking)
            why = f"There is nothing about {what} in the data. There is: {there}{more}."
            return Sketch(verdict="refuse", why=why[:400], project=self.names.project, missing=list(lacking))
        if self._vague():
            choices = [table.ref for table in self.tables[:12]]
            return Sketch(
                verdict="ask", why="The request does not say what to analyse.", choices=choices, project=self.names.project, period=self.period
            )  # fmt: skip
        unknown = [word for word in dict.fromkeys(self.said) if word not in GENERAL][:4]
        about = f"about {', '.join(unknown)}" if unknown else "that the request is about"
        why = f"I find nothing in the data {about}. There is: {there}{more}."
        return Sketch(verdict="refuse", why=why[:400], project=self.names.project)

    def _second(self, best: Scored, scored: Sequence[Scored]) -> TableCard | None:
        """Another table over time that other words of the request speak for."""
        if not _TOGETHER.search(self.rest) or best.table.time is None:
            return None
        for other in scored[1:]:
            own = other.because - best.because
            if other.table.time is not None and other.score >= 3 and own - GENERAL:
                return other.table
        return None

    def _built(self, table: TableCard, second: TableCard | None, lacking: Sequence[Missing]) -> Sketch:
        matches = [match for match in self.values if match.table.ref == table.ref]
        split, grain, unknown = self._by(table)
        keep: list[str] = []
        if matches:
            column = matches[0].column
            keep = list(dict.fromkeys(match.value for match in matches if match.column.name == column.name))
            if set(keep) >= set(column.values):
                keep = []
            elif not split:
                split = column.name
        measures = [] if table.shape == "prices" else measures_named([*self.said, *self.name_said], table)
        missing = [*missing_values(self.values, table), *lacking]
        unanswered = [
            *self._beyond(),
            *self._left_out(table, second),
            *[f"a split by {name} (no such column)" for name in unknown],
        ]
        return Sketch(
            verdict="build",
            why=f"{table.ref} holds what the request is about.",
            project=self.names.project,
            existing=_EXISTING.search(self.question.request) is not None,
            notebook=self.names.notebook,
            table=table.ref,
            second=second.ref if second else "",
            measures=measures[:12],
            split_by=split,
            keep=keep[:20],
            period=self.period[:120],
            grain=grain,
            parts=self._parts(table),
            missing=missing[:10],
            unanswered=unanswered[:10],
            run=_NO_RUN.search(self.question.request) is None,
        )

    def _left_out(self, table: TableCard, second: TableCard | None) -> list[str]:
        """Words that name a column or table which the plan does not read."""
        read = [table, *([second] if second else [])]
        read += [
            other
            for other in self.tables
            if other.integration_id == table.integration_id and shared_key(table, other)
        ]
        spoken = {word for one in read for word in words(one.name) + words(one.integration)}
        spoken |= {
            word
            for one in read
            for column in one.columns
            for word in [*words(column.name), *words(" ".join(column.values))]
        }
        spoken |= {word for one in read for topic in topics_of(one) for word in TOPICS[topic]}
        found = []
        for word in dict.fromkeys(self.said):
            if word in GENERAL or word in spoken or word in ELSEWHERE:
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

    def wished(self) -> list[Part]:
        text = plain(self.rest)
        return list(dict.fromkeys(part for pattern, part in PARTS if re.search(pattern, text)))

    def _parts(self, table: TableCard) -> list[Part]:
        wished = self.wished()
        if not wished or _ONLY.search(self.rest):
            return wished[:8]
        usual = {
            "prices": [Part.REBASED, Part.RETURNS, Part.VOLATILITY, Part.DRAWDOWN, Part.CORRELATION],
            "series": [Part.TREND, Part.CHANGE, Part.MOVERS],
            "events": [Part.TREND, Part.CHANGE, Part.BREAKDOWN, Part.MOVERS],
            "plain": [Part.BREAKDOWN, Part.DISTRIBUTION, Part.TOP],
        }[table.shape]
        return [*usual, *[part for part in wished if part not in usual]][:8]

    def _by(self, table: TableCard) -> tuple[str, Grain, list[str]]:
        split, unknown = "", list[str]()
        grain: Grain = ""
        for found in _BY.finditer(self.rest):
            phrase = [corrected(word, self.vocabulary) for word in words(found[1])]
            first = phrase[0] if phrase else ""
            if first in GRAINS:
                grain = grain or GRAINS[first]
                continue
            column, _ = _column(phrase, table, self.tables)
            if column:
                split = split or column
            elif (
                first and first not in GENERAL | self.vocabulary and first not in {"code", "hand", "default"}
            ):
                unknown.append(found[1].split()[0])
        if not grain:
            for word in words(self.rest):
                if word.endswith("ly") or word in ("annual", "mensuel"):
                    grain = grain or GRAINS.get(word, "")
        return split, grain, unknown

    def _beyond(self) -> list[str]:
        text = plain(self.rest)
        return [name for pattern, name in BEYOND if re.search(pattern, text)]


def _without_other_markets(said: list[str]) -> list[str]:
    """The words without `market` where it is the labour or housing market."""
    other = {
        "labour",
        "labor",
        "job",
        "employment",
        "work",
        "worker",
        "housing",
        "estate",
        "bond",
        "oil",
        "energy",
        "rental",
    }
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


def _column(phrase: Sequence[str], table: TableCard, tables: Sequence[TableCard]) -> tuple[str, int]:
    """The category that a phrase names, in the table or in one that joins it (`customers.region`), and how many words agree."""
    wanted = set(phrase)
    found = [(len(set(words(column.name)) & wanted), 1, column.name) for column in table.of("category")]
    for other in tables:
        if (
            other.ref != table.ref
            and other.integration_id == table.integration_id
            and shared_key(table, other)
        ):
            found += [
                (len(set(words(column.name)) & wanted), 0, f"{other.name}.{column.name}")
                for column in other.of("category")
            ]
    agree, _, name = max(found, default=(0, 0, ""), key=lambda one: one[:2])
    return (name, agree) if agree else ("", 0)


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


def _continues(question: Outline, reading: _Reading) -> bool:
    """Whether the request goes on with the notebook of this thread instead of starting another."""
    if re.search(
        r"\b(?:new|another|separate) (?:project|notebook|analysis)\b|\bcreate (?:a|the) project\b",
        question.request,
        re.I,
    ):
        return False
    return _MORE.search(question.request) is not None or bool(reading.wished()) or bool(reading.period)


def _continued(question: Outline, reading: _Reading) -> Sketch:
    earlier = question.earlier
    assert earlier is not None
    table = question.table(earlier.table)
    if table is None:
        return reading.sketch()
    fresh = reading._built(table, None, reading._lacking())
    parts = reading.wished()
    if not parts:
        parts = [Part.BREAKDOWN, Part.TREND] if fresh.split_by else []
    if fresh.unanswered and not parts and not fresh.split_by:
        return Sketch(verdict="refuse", why=f"This notebook cannot be given {'; '.join(fresh.unanswered)}.")
    return fresh.model_copy(
        update={
            "project": "",
            "parts": parts[:8],
            "measures": fresh.measures or earlier.measures,
            "split_by": fresh.split_by or earlier.split_by,
            "keep": fresh.keep
            or (earlier.keep if not fresh.split_by or fresh.split_by == earlier.split_by else []),
            "period": fresh.period or earlier.period,
            "grain": fresh.grain or earlier.grain,
        }
    )


@rule(Repair)
def repair(question: Repair) -> Mend:
    """Nothing: mending code takes a model."""
    return Mend(why="Without a model a failing block is reported, not mended.")


@rule(Extra)
def extra(question: Extra) -> OwnBlocks:
    """Nothing: blocks beyond the menu take a model."""
    return OwnBlocks(why="Without a model only the parts of the menu are built.")


__all__ = ["extra", "outline", "repair"]
