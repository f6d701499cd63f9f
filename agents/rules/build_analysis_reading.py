"""One request read against the tables that exist: as cuts, as a course over time, or as both."""

import re
from collections.abc import Sequence

from agents.asks.build_analysis import Part, Sketch, TableCard
from agents.asks.cuts import Cut
from agents.asks.tables import joined
from agents.rules.build_analysis_account import (
    of_cuts,
    uncounted,
    unheard,
    unknown_words,
    unlimited,
    unmet,
    unread,
)
from agents.rules.build_analysis_candidates import same_things
from agents.rules.build_analysis_cuts import CutRead, CutReader, months_in
from agents.rules.build_analysis_grammar import (
    OVER_TIME,
    TOGETHER,
    WHILE,
)
from agents.rules.build_analysis_lexicon import GENERAL
from agents.rules.build_analysis_limits import limit_said
from agents.rules.build_analysis_one_table import OneTable
from agents.rules.build_analysis_said import words_of
from agents.rules.build_analysis_strangers import asked_which, strange_subjects
from agents.rules.build_analysis_words import in_english, words

_STRANGE = re.compile(r"^“(.+?)” \(nothing in the data answers to it\)")


class Reading(OneTable):
    """One request against the tables that exist."""

    reads: Sequence[CutRead] = ()
    """The cuts that were taken."""

    def accounted(self, sketch: Sketch) -> Sketch:
        """The sketch with every wish of the request that nothing in it answers."""
        if sketch.verdict != "build":
            return sketch
        table = self._table(sketch.table)
        read = [table, *joined(table, self.tables), *[other for other in self.tables if other.ref in {sketch.second, *[cut.table for cut in sketch.cuts]}]]  # fmt: skip
        understood = {word for one in read for word in words_of(one)} | {word for match in self.values for word in words(match.said)}  # fmt: skip
        understood |= {
            word
            for word, there in (
                ("decade", sketch.each == "decade"),
                ("slider", sketch.slider),
                ("average", sketch.average),
                ("mean", sketch.average),
                ("median", sketch.median),
                (
                    "count",
                    Part.MATCHES in sketch.parts
                    or (
                        table.shape == "plain"
                        and not sketch.cuts
                        and (not sketch.parts or Part.BREAKDOWN in sketch.parts)
                    ),
                ),
            )
            if there
        }
        subject = {word for one in read for word in (*words(one.name), *words(one.integration))}
        held = WHILE.search(self.rest) if sketch.second or sketch.against else None
        left = [
            *([f"“{held[0]}” as a condition (how the two move together is shown instead)"] if held else []),
            *unmet(self.wishes.parts, sketch),
            *unlimited([*self.values], sketch, table, subject),
            *unread(self.rest, understood, self.vocabulary),
            *of_cuts(
                understood, [(one.cut, one.unexplained) for one in self.reads if one.cut in sketch.cuts]
            ),
        ]
        said = " ".join(sketch.unanswered).casefold()
        left = [one for one in left if one.partition(" (")[0].casefold() not in said]
        told = [*left, *sketch.unanswered, *sketch.notes, *[one.asked for one in sketch.missing], sketch.period, sketch.against]  # fmt: skip
        limited = sketch.limit is not None or sketch.top or sketch.moving or any(where.above or where.below for cut in sketch.cuts for where in [*cut.where, *cut.of]) or any(cut.more_than is not None or cut.top for cut in sketch.cuts)  # fmt: skip
        if not limited and (said_so := limit_said(self.rest)):
            left.append(f"the limit “{said_so}” (nothing is left out by it)")
        left += uncounted(self.rest, self.values, sketch, " ".join([*told, *left]))
        stated = unknown_words(self.rest, understood, self.vocabulary, " ".join(told))
        gone = [found[0] for one in sketch.unanswered if (found := _STRANGE.findall(one))]
        if not self.question.reply and (asked := asked_which(sketch, table, strange_subjects(self.rest, [*gone, *stated], table), self.rest)):  # fmt: skip
            return asked
        left += unheard(stated)
        return sketch.model_copy(update={"unanswered": list(dict.fromkeys([*sketch.unanswered, *left]))[:10]})

    def sketch(self) -> Sketch:
        """The request as cuts of tables of things and events, as a course over time, or as both."""
        return self.as_cuts() or self._of_one_table()

    def as_cuts(self) -> Sketch | None:
        """The sketch of cuts, where they answer the request better than one table taken as a whole."""
        reads = self.cuts()
        if self.several_figures() and len({(one.cut.table, tuple(one.cut.by)) for one in reads}) == 1 and self._table(reads[0].cut.table).shape == "plain":  # fmt: skip
            return None  # the breakdown holds the number, the total and the average of each group
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
        told = max(telling, key=lambda one: one.score)
        if (
            best is not None
            and not told.unexplained
            and not self.values
            and told.explained - GENERAL - best.because
        ):
            return True  # the cut accounts for words that the other table says nothing of
        return best is None or CutReader(self.tables, self.vocabulary).cuttable(best.table) or (max(one.score for one in telling) > best.score + 2 and not self.values)  # fmt: skip

    def _of_cuts(self, reads: Sequence[CutRead]) -> Sketch:
        """The sketch of cuts; what goes over time alone is left to the parts of a series."""
        self.reads = list(reads)
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
        if "(it is in" in gap and any(gap.split()[0] in one.explained for one in reads):
            return True
        if "which this analysis does not read" in gap:
            return any(f"in {ref}," in gap for ref in tables)
        if "running total" in gap and any(one.cut.running for one in reads):
            return True
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
        if best.table.time is None and (dated := next((one for one in near if one.table.time is not None and same_things(one.table, best.table)), None)):  # fmt: skip
            best = dated
        rivals = [other for other in near if other.table is not best.table and not same_things(best.table, other.table)]  # fmt: skip
        if rivals and not self.question.reply and not TOGETHER.search(self.rest):
            choices = [one.table.ref for one in (best, *rivals)]
            return Sketch(verdict="ask", why="Several tables fit equally well.", choices=choices, project=self.names.project, period=self.period)  # fmt: skip
        second = self._second(best, scored)
        return self.built(best.table, second, lacking)


__all__ = ["Reading"]
