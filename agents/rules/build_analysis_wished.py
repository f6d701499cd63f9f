"""Which parts a request asks of one table, and what it wants compared."""

import re
from typing import NamedTuple

from agents.asks.build_analysis import Grain, Part, TableCard
from agents.rules.build_analysis_asked import end_asked
from agents.rules.build_analysis_columns import column_named
from agents.rules.build_analysis_each import ENDED
from agents.rules.build_analysis_gaps import Gaps
from agents.rules.build_analysis_grammar import (
    AVERAGE_CHANGE,
    BY,
    CLOSES,
    EXPLORING,
    LEVELS,
    ONLY,
    RUNNING_TOTAL,
    STEP_BEFORE,
    VALUE,
)
from agents.rules.build_analysis_lexicon import GENERAL
from agents.rules.build_analysis_limits import row_limit
from agents.rules.build_analysis_match import measures_named
from agents.rules.build_analysis_wishes import grain_in
from agents.rules.build_analysis_words import GRAINS, words

_OF_CHANGES = re.compile(
    r"\b(?:of|in|with) (?:the |their |its )?(?:[\w-]+ ){0,2}?(?:changes?|growth)\b", re.I
)
_RANKING = re.compile(r"\brank\w*\b", re.I)


_OF_RETURNS = re.compile(
    r"\bcorrelat\w*\b[^.;?!]{0,60}\breturns?\b|\breturns?\b[^.;?!]{0,20}\bcorrelat", re.I
)
_BELOW = re.compile(r"\bhow far (?:\w+ ){0,6}?(?:below|under|beneath|off|from)\b[^.;?!,]{0,40}|\b(?:distance|gap) (?:to|from|below) (?:its|the|their) (?:\w+ ){0,2}?(?:high|peak|record|top)\w*", re.I)  # fmt: skip


class By(NamedTuple):
    """What the request wants compared."""

    split: str
    grain: Grain
    unknown: list[str]
    further: list[str]
    """Columns beyond the first."""


class Wished(Gaps):
    """The parts of a request, and its `by`."""

    def wished(self, table: TableCard) -> list[Part]:
        """The parts that the request asks for, in words or by the chart it names."""
        wished = list(self.wishes.parts)
        if self.from_start:
            wished = [Part.DRAWDOWN, *[part for part in wished if part not in (Part.DRAWDOWN, Part.CHANGE, Part.MOVERS)]]  # fmt: skip
        if RUNNING_TOTAL in self.wishes.beyond and table.shape in ("series", "prices"):
            over = Part.TREND if table.shape == "series" else Part.REBASED
            wished = [over, *[part for part in wished if part is not over]]
        if self._by_weekday(table):
            wished = [Part.SEASONALITY, *[part for part in wished if part not in (Part.SEASONALITY, Part.RETURNS, Part.EXTREMES)]]  # fmt: skip
        if self.against:
            wished = list(dict.fromkeys([Part.PERIODS, *[Part.CHANGE if part is Part.MOVERS else part for part in wished]]))  # fmt: skip
        drawn = {"scatter": Part.SCATTER, "histogram": Part.DISTRIBUTION, "box": Part.DISTRIBUTION, "heatmap": Part.CROSSTAB, "pie": Part.BREAKDOWN}  # fmt: skip
        if self.wishes.chart in drawn and table.shape != "plain":
            wished = list(dict.fromkeys([*wished, drawn[self.wishes.chart]]))
        measured = measures_named([*self.said, *self.name_said], table) if table.shape == "plain" else []
        if any({"share", "proportion", "percentage"} & set(words(name)) for name in measured):
            wished = [part for part in wished if part is not Part.BREAKDOWN] or [Part.TOP]
        if Part.CORRELATION in wished and _OF_RETURNS.search(self.rest):
            wished = [part for part in wished if part is not Part.RETURNS]
        below = _BELOW.search(self.rest) is not None and table.shape == "prices"
        if below and Part.DRAWDOWN not in wished and not self._at_a_point():
            wished = [Part.DRAWDOWN, *[part for part in wished if part is not Part.TOP]]
            wished += [Part.VALUES] if CLOSES.search(_BELOW.sub(" ", self.rest)) else []
        if Part.VOLATILITY in wished and table.shape in ("series", "events"):
            said = {Part.CHANGE: _OF_CHANGES, Part.TOP: _RANKING, Part.MOVERS: _RANKING}
            wished = [part for part in wished if part not in said or not said[part].search(self.rest)]
        if row_limit(self.rest, table) is not None:
            wished = [Part.TOP, *[part for part in wished if part is not Part.TOP]]
        one = len({match.value for match in self.values if match.table.ref == table.ref}) == 1
        if table.shape == "prices" and (VALUE.search(self.rest) or (one and wished == [Part.TREND] and re.search(r"\blevels?\b", self.rest, re.I))):  # fmt: skip
            wished = [Part.VALUES, *[part for part in wished if part not in (Part.TREND, Part.VALUES)]]
        if table.shape == "prices" and set(wished) <= {Part.TREND, Part.REBASED} and self._closes():
            wished = [Part.VALUES, *[part for part in wished if part is not Part.TREND]]
        stepped = self.wishes.grain or grain_in(self.rest) or self.by(table).grain
        if ENDED.search(self.rest) and set(wished) <= {Part.CHANGE, Part.RETURNS, Part.TREND} and stepped:
            wished = [Part.VALUES, *[part for part in wished if part is not Part.TREND]]
        before = STEP_BEFORE.search(self.question.request)
        stepwise = before is not None and bool(stepped) and GRAINS[before["u"].lower()] == stepped
        valued = (self.wishes.median or self.wishes.average) and (stepped or self.wishes.median) and Part.CHANGE not in wished  # fmt: skip
        valued = valued or stepwise  # fmt: skip
        bare = not wished and (ONLY.search(self.rest) or VALUE.search(self.rest)) and not EXPLORING.search(self.question.request)  # fmt: skip
        if table.time is not None and table.shape in ("prices", "series") and (valued or bare) and Part.VALUES not in wished:  # fmt: skip
            wished.insert(0, Part.VALUES)
        if self.against and stepped in ("week", "month", "quarter"):
            wished = [
                part for part in wished if part is not Part.VALUES
            ]  # the two windows are set side by side
        return self._one_figure(table, wished)

    def _at_a_point(self) -> bool:
        """Whether how far something is below its high is asked for one day, which the highest and last values tell."""
        return re.search(r"\b(?:end(?:ed)?|now|today|currently|at present|last|latest|until|by)\b", self.question.request, re.I) is not None or bool(self.period)  # fmt: skip

    def _closes(self) -> bool:
        """Whether the prices themselves are asked for, not how they moved."""
        if EXPLORING.search(self.question.request):
            return False
        return CLOSES.search(self.rest) is not None or LEVELS.search(self.rest) is not None

    def _one_figure(self, table: TableCard, wished: list[Part]) -> list[Part]:
        """The parts, with the one that tells the highest, the lowest or the average value where such a figure is asked for."""
        if table.time is None or table.shape not in ("prices", "series") or self.against:
            return wished
        series = len({match.value for match in self.values if match.table.ref == table.ref}) or len(measures_named(self.said, table) if not table.of("category") else [])  # fmt: skip
        if end_asked(self.rest, wished) and (series or table.shape == "prices"):
            only = Part.TOP if series == 1 or table.shape == "prices" else Part.VALUES
            wished = [only, *[part for part in wished if part not in (Part.TOP, Part.EXTREMES, only)]]
        mean = (self.wishes.average or self.wishes.median) and AVERAGE_CHANGE.search(self.rest) is None
        if mean and set(wished) <= {Part.TOP, Part.TREND, Part.DISTRIBUTION, Part.VALUES}:
            several = table.shape == "series" and not series and bool(table.of("category"))
            only = Part.BREAKDOWN if several else Part.VALUES
            if not (only is Part.BREAKDOWN and wished):
                wished = [only, *[part for part in wished if part is not only]]
        return wished

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
                phrase = [word for word in self._words(piece) if word not in ("calendar", "full", "whole", "single")]  # fmt: skip
                first = phrase[0] if phrase else ""
                if first in GRAINS:
                    grain = grain or GRAINS[first]
                    continue
                if first == "decade":
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


__all__ = ["By", "Wished"]
