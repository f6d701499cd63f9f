"""One request read against the tables that exist: which table, values, columns, window and wishes it names."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.build_analysis import Grain, Missing, Outline, Part, Sketch, TableCard
from agents.asks.cuts import Cut
from agents.asks.period import FoundPeriod, find_period, find_periods, find_two_periods
from agents.asks.tables import joined, looked_up
from agents.rules.build_analysis_columns import column_named, label_of
from agents.rules.build_analysis_cuts import CutRead, CutReader, months_in
from agents.rules.build_analysis_grammar import (
    ALONGSIDE,
    BY,
    EXISTING,
    EXPLORING,
    MONEY,
    OF_PRICES,
    ONLY,
    OVER_TIME,
    QUALIFIED,
    RANKED,
    TOGETHER,
    USUAL,
    VALUE,
    WHOLES,
)
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
        self.cut_period = ""
        self.one_cut = ""
        """The text without its first window alone: cuts read years and months themselves."""
        self.held = False
        """Whether two closed windows are held against each other."""
        self.further: list[str] = []
        """Windows beyond the second."""
        self.whole = in_english(names.rest)
        limitless = find_wishes(rest, question.request).rest
        two = find_two_periods(limitless)
        if two is not None:
            first, second = two
            self.held = True
            self.period, self.against = first.period.words, f"{second.period.start} to {second.period.end}"
            rest = (
                f"{limitless[: first.start]} {limitless[first.end : second.start]} {limitless[second.end :]}"
            )
        else:
            found = find_period(limitless)
            if found and found.period.meaning and _dated(limitless[found.end :]):
                # `in the crisis (say Jan 2008 to Dec 2009)`: the days that are written out are the ones meant.
                limitless = f"{limitless[: found.start]} {limitless[found.end :]}"
                found = find_period(limitless)
            self.period = _words_said(found or find_period(names.project))
            windows, without = find_periods(limitless)
            if len(windows) > 1:
                self.period, self.against = windows[0].words, windows[1].words
                self.further = [window.words for window in windows[2:]]
                rest = without
            else:
                rest = f"{limitless[: found.start]} {limitless[found.end :]}" if found else limitless
            self.cut_period = _words_said(found) or self.period
            self.one_cut = f"{limitless[: found.start]} {limitless[found.end :]}" if found else limitless
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
        """The request as cuts of tables of things and events, as a course over time, or as both."""
        return self.as_cuts() or self._of_one_table()

    def as_cuts(self) -> Sketch | None:
        """The sketch of cuts, where they answer the request better than one table taken as a whole."""
        reads = self.cuts()
        if reads and self._cut_it(reads):
            return self._of_cuts(reads)
        if reads and self.question.earlier is not None and self.question.earlier.cuts and reads[0].score >= 3:
            return self._of_cuts(reads)
        return None

    def cuts(self) -> list[CutRead]:
        text = in_english(self.one_cut) if self.one_cut else self.rest
        if self.held and months_in(self.whole):
            text = self.whole  # `November and December of 2023 vs 2024`: the years are set side by side
        return CutReader(self.tables, self.vocabulary).read(text)

    def _cut_it(self, reads: Sequence[CutRead]) -> bool:
        """Whether the cuts answer the request better than one table taken as a whole."""
        telling = [one for one in reads if not one.temporal]
        if (
            self.held
            and not any("time:year" in one.cut.by for one in telling)
            and not all(one.cut.over or one.cut.of for one in telling)
        ):
            return False  # two windows held against each other are a part of their own
        if not telling or max(one.score for one in telling) < 3:
            return False
        gone = {word for missing in self.lacking() for word in words(missing.asked)}
        if gone and any(set(one.unexplained) & gone for one in reads):
            return False
        best = next(iter(self.candidates()), None)
        return best is None or CutReader(self.tables, self.vocabulary).cuttable(best.table) or (max(one.score for one in telling) > best.score + 2 and not self.values)  # fmt: skip

    def _of_cuts(self, reads: Sequence[CutRead]) -> Sketch:
        """The sketch of cuts; what goes over time alone is left to the parts of a series."""
        over_time = set(self.wishes.parts) & OVER_TIME - {Part.MOVERS, Part.CROSSTAB, Part.CHANGE, Part.TREND, Part.SEASONALITY, Part.RATIO}  # fmt: skip
        temporal = next((one for one in reads if one.temporal), None)
        cuts = [one.cut for one in reads if not one.temporal]
        first = self._table(temporal.cut.table if temporal else cuts[0].table)
        if temporal is None and not over_time:
            answer = self.built(first, None, self.lacking())
            parts: list[Part] = []
        else:
            answer = self.built(first, None, self.lacking())
            cut = temporal.cut if temporal else cuts[0]
            measured = [] if cut.how in ("count", "distinct") else [self._column_of(first, cut.measure)]
            parts = [part for part in answer.parts if part not in (Part.BREAKDOWN, Part.TOP)] or [Part.TREND]
            if not self.wishes.parts or temporal is not None:
                parts = list(
                    dict.fromkeys([Part.TREND, *[part for part in parts if part in self.wishes.parts]])
                )
            measured = [name for name in measured if first.column(name) is not None]
            answer = answer.model_copy(update={"measures": measured, "count": cut.how == "count", "split_by": "" if temporal else answer.split_by, "keep": [] if temporal else answer.keep})  # fmt: skip
        return answer.model_copy(
            update={
                "cuts": cuts[:6],
                "parts": parts[:8],
                "period": self._widened(cuts),
                "missing": [
                    one
                    for one in answer.missing
                    if not any(
                        set(words(one.asked)) <= read.explained or "time:hour" in read.cut.by
                        for read in reads
                    )
                ],
                "against": answer.against if Part.PERIODS in parts else "",
                "unanswered": [
                    *[one for one in answer.unanswered if not self._cut_says(one, reads)],
                    *self._one_window(cuts, parts),
                ],
                "choose": answer.choose and not any(cut.choose for cut in cuts),
                "top": 0 if not parts else answer.top,
                "whole": "" if not parts else answer.whole,
                "chart": "" if not parts or any(cut.chart for cut in cuts) else answer.chart,
            }
        )

    def _one_window(self, cuts: Sequence[Cut], parts: Sequence[Part]) -> list[str]:
        """A second window that neither the cuts nor a part take in."""
        timed = any(one.startswith("time:") for cut in cuts for one in cut.by) or any(where.column.startswith("time:") for cut in cuts for where in cut.where)  # fmt: skip
        if not self.against or self.held or timed or Part.PERIODS in parts:
            return []
        lost = [words for words in (self.period, self.against) if words != self.cut_period]
        return [f"“{words}” (one window at a time for this table)" for words in lost]

    def _widened(self, cuts: Sequence[Cut]) -> str:
        """The window, from the first to the last year where cuts set several years side by side."""
        if any("time:year" in cut.by and any(where.column == "time:month of year" for where in cut.where) for cut in cuts):  # fmt: skip
            years = sorted(re.findall(r"\b(?:19|20)\d\d\b", self.question.request))
            return f"{years[0]} to {years[-1]}"
        return (self.cut_period or self.period)[:120]

    def _cut_says(self, gap: str, reads: Sequence[CutRead]) -> bool:
        """Whether a cut answers what the reading as one table leaves out."""
        tables = {one.cut.table for one in reads} | {one.cut.without for one in reads} | {other.ref for one in reads for other in joined(self._table(one.cut.table), self.tables)}  # fmt: skip
        if "which this analysis does not read" in gap:
            return any(f"in {ref}," in gap for ref in tables)
        if "no such column" in gap or "one at a time" in gap:
            return True
        return "weekdays" in gap and any("time:weekday" in one.cut.by for one in reads)

    def _table(self, ref: str) -> TableCard:
        return next(table for table in self.tables if table.ref == ref)

    def _column_of(self, table: TableCard, measure: str) -> str:
        """The column that a measure is, which may be said as its formula."""
        return next(
            (column.name for column in table.columns if measure in (column.name, column.formula)), measure
        )

    def _of_one_table(self) -> Sketch:
        scored = self.candidates()
        lacking = self.lacking()
        if not scored:
            return self._nothing(lacking)
        best = scored[0]
        if lacking and not self._speaks(best, lacking):
            return self._nothing(lacking)
        near = [other for other in scored if other.score >= best.score - 0.05]
        if best.table.time is None and (dated := next((one for one in near if one.table.time is not None and _same_things(one.table, best.table)), None)):  # fmt: skip
            best = dated
        rivals = [other for other in near if other.table is not best.table and not _same_things(best.table, other.table)]  # fmt: skip
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
            or bool(set(self.wishes.parts) & OVER_TIME)
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
        if not scored and not self.lacking():
            scored = self._by_what_is_ranked(timely=timely)
        if not scored and not self.lacking() and set(self.wishes.parts) & OF_PRICES:
            scored = [Scored(table, 3.0, frozenset()) for table in self.tables if table.shape == "prices"]
        if scored or not self.vague():
            return scored
        return [Scored(self.tables[0], 3.0, frozenset())] if len(self.tables) == 1 else []

    def _by_what_is_ranked(self, *, timely: bool) -> list[Scored]:
        """Tables with a column of what the request ranks or splits by, though the word is too general to say more: `which sectors …`."""
        found = []
        for table in self.tables:
            agree = max((column_named(self._words(said), table, self.tables)[1] for said in self._phrases()), default=0.0)  # fmt: skip
            if agree and table.of("measure") and (table.time is not None or not timely):
                found.append(Scored(table, 3.0 + agree, frozenset()))
        return sorted(found, key=lambda one: -one.score)

    def _subject(self) -> list[str]:
        """The words without those of `by …`: what is measured, not what it is split by."""
        measures = {
            word for table in self.tables for column in table.of("measure") for word in words(column.name)
        }

        def kept(found: re.Match[str]) -> str:
            phrase = self._words(found[1])
            return found[0] if not phrase or phrase[0] in GRAINS or set(phrase) & measures else " "

        ranked = RANKED.search(self.rest) if Part.TOP in self.wishes.parts else None
        text = f"{self.rest[: ranked.start('noun')]} {self.rest[ranked.end('noun') :]}" if ranked and BY.search(self.rest) else self.rest  # fmt: skip
        return self._words(BY.sub(kept, text))

    def _phrases(self, rest: str = "") -> list[str]:
        """What the request compares: the words behind `by` and `per`, and what it ranks."""
        rest = rest or self.rest
        found = [match[1] for match in BY.finditer(rest)]
        if set(self.wishes.parts) & {
            Part.TOP,
            Part.MOVERS,
            Part.BREAKDOWN,
            Part.DRAWDOWN,
            Part.GROWTH,
            Part.PERIODS,
        }:
            found += [match["noun"] for match in RANKED.finditer(rest)]
        return found

    def _splittable(self, one: Scored) -> Scored:
        """A table that can be split as the request says, or holds the values it names in a joined one, is the better one."""
        best = 0.0
        for said in self._phrases():
            phrase = self._words(said)
            if phrase and phrase[0] not in GRAINS:
                best = max(best, column_named(phrase, one.table, self.tables)[1])
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
            if _same_series(best.table, other.table):
                continue
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
        if whole and set(keep) == {whole}:
            keep = []
        if whole and keep:
            keep = list(dict.fromkeys([*keep, whole]))
        if second is not None:
            keep += [match.value for match in self.values if match.table.ref == second.ref and match.exact and not _all_said(match, self.values)]  # fmt: skip
        unanswered = [
            *wishes.beyond,
            *[f"“{words}” (two windows at a time)" for words in self.further],
            *self._left_out(table, second, split),
            *[f"a split by {name} (no such column)" for name in by.unknown],
            *[f"a further split by {name} (one at a time)" for name in by.further],
            *self._not_understood(table, second, lacking),
        ]
        return Sketch(
            verdict="build",
            why=f"{table.ref} holds what the request is about.",
            project=self.names.project,
            existing=self.names.existing
            or self.names.into
            or (bool(self.names.project) and EXISTING.search(self.question.request) is not None),
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
            median=wishes.median,
            smallest=wishes.smallest,
            chart=wishes.chart,
            ahead=wishes.ahead,
            choose=wishes.choose,
            run=wishes.run,
        )

    def _kept(self, table: TableCard, split: str) -> tuple[str, list[str]]:
        """The column to compare by and the values that the request names, in the table or in one that it joins."""
        matches = [match for match in self.values if match.table.ref == table.ref]
        matches.sort(key=lambda match: self._place(match.said))
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

    def _place(self, said: str) -> int:
        """Where the request says it, so that `A to B` stays in this order."""
        at = plain(self.rest).find(plain(said))
        return at if at >= 0 else len(self.rest)

    def _counts(self, table: TableCard, measures: Sequence[str]) -> bool:
        """Whether rows are counted: the request asks how many, or names the rows and nothing to measure."""
        if table.shape in ("prices", "series") or (measures and not self.wishes.counted):
            return False
        if self.wishes.counted:
            return not measures
        own = set(words(table.name)) - GENERAL
        return table.shape == "events" and bool(own & set(self.said)) and not set(self.said) & MONEY

    def _whole(self, table: TableCard) -> str:
        """The value that shares are of: the one that the request names there, or one called a total."""
        if Part.BREAKDOWN not in self.wishes.parts:
            return ""
        named = values_named(self.wishes.whole, [table]) if self.wishes.whole else []
        totals = [match.value for match in named if set(words(match.value)) & WHOLES]
        if totals:
            return totals[0]
        mine = [match for match in self.values if match.table.ref == table.ref]
        if (
            len({match.value for match in mine}) == 1
        ):  # the share of one: of the total that stands among the values
            among = [value for value in mine[0].column.values if set(words(value)) & WHOLES and value != mine[0].value]  # fmt: skip
            if len(among) == 1:
                return among[0]
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
        for match in QUALIFIED.finditer(self.rest):
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
        read += [other for other in looked_up(table, self.tables) if split.startswith(f"{other.name}.")]
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
        wished = self.wished(table)
        if not wished or ONLY.search(self.rest):
            return wished[:8]
        if EXPLORING.search(self.question.request):
            usual = USUAL[table.shape]
            return list(dict.fromkeys(usual if set(wished) <= set(usual) else [*wished, *usual]))[:8]
        return list(dict.fromkeys([*wished, *ALONGSIDE[table.shape]]))[:8]

    def wished(self, table: TableCard) -> list[Part]:
        """The parts that the request asks for, in words or by the chart it names."""
        wished = list(self.wishes.parts)
        if self.against:
            wished = [Part.PERIODS, *[part for part in wished if part is not Part.MOVERS]]
        drawn = {"scatter": Part.SCATTER, "histogram": Part.DISTRIBUTION, "box": Part.DISTRIBUTION, "heatmap": Part.CROSSTAB, "pie": Part.BREAKDOWN}  # fmt: skip
        if self.wishes.chart in drawn and table.shape != "plain":
            wished = list(dict.fromkeys([*wished, drawn[self.wishes.chart]]))
        stepped = self.wishes.grain or grain_in(self.rest)
        valued = (self.wishes.median or self.wishes.average) and (stepped or self.wishes.median)
        bare = not wished and (ONLY.search(self.rest) or VALUE.search(self.rest)) and not EXPLORING.search(self.question.request)  # fmt: skip
        if table.time is not None and table.shape in ("prices", "series") and (valued or bare) and Part.VALUES not in wished:  # fmt: skip
            wished.insert(0, Part.VALUES)
        return wished

    def _several(self, parts: list[Part], *, alone: bool) -> list[Part]:
        """The parts without usual ones that take several series, where there is one only and nobody asked for them."""
        taken = {Part.CORRELATION, Part.BREAKDOWN} - set(self.wishes.parts)
        return [part for part in parts if not (alone and part in taken)]

    def by(self, table: TableCard) -> By:
        """What `by`, `per` and `for each` name: a column, a step in time, or nothing that exists."""
        split, unknown, further = "", list[str](), list[str]()
        named = re.compile(rf"\b{r'[ _]'.join(map(re.escape, table.name.split('_')))}\b", re.I)
        measured = {word for column in table.of("measure") for word in words(column.name)}
        grain: Grain = ""
        rest = named.sub(" ", self.rest) if "_" in table.name and len(BY.findall(named.sub(" ", self.rest))) else self.rest  # fmt: skip
        by = len(list(BY.finditer(rest)))
        for place, said in enumerate(self._phrases(rest)):
            for piece in re.split(r"\b(?:and|und|et|y|a)\b", said):
                phrase = self._words(piece)
                first = phrase[0] if phrase else ""
                if first in GRAINS:
                    grain = grain or GRAINS[first]
                    continue
                column, _ = column_named(phrase, table, self.tables)
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


def _same_series(one: TableCard, other: TableCard) -> bool:
    """Whether one table holds as rows the series that the other holds as columns."""
    sides = [
        ({value for column in table.of("category") for value in column.values}, {column.name for column in against.of("measure")})
        for table, against in ((one, other), (other, one))
    ]  # fmt: skip
    return any(2 * len(values & names) >= len(names) > 2 for values, names in sides)


def _same_things(one: TableCard, other: TableCard) -> bool:
    """Whether two tables speak of the same things: the same series, or a category with mostly the same values."""
    held = [{value for column in table.of("category") for value in column.values} for table in (one, other)]
    return _same_series(one, other) or 2 * len(held[0] & held[1]) >= min(len(held[0]), len(held[1])) > 0


def _dated(after: str) -> bool:
    """Whether a window written as days, months or years follows at once: `(say Jan 2008 to Dec 2009)`."""
    found = find_period(after)
    if found is None or found.period.kind != "between" or found.period.meaning:
        return False
    return (
        re.fullmatch(r"\W*(?:say|that is|i\.?e\.?|meaning|so|from|here)?\W*", after[: found.start], re.I)
        is not None
    )


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
