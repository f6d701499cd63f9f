"""A request read against one table: columns, values, parts, and what it leaves unanswered."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.build_analysis import Grain, Missing, Part, Sketch, TableCard
from agents.asks.tables import joined
from agents.rules.build_analysis_aliases import alias_notes, aliased
from agents.rules.build_analysis_asked import end_asked
from agents.rules.build_analysis_columns import column_named
from agents.rules.build_analysis_gaps import Gaps
from agents.rules.build_analysis_grammar import (
    ALONGSIDE,
    AVERAGE_CHANGE,
    BY,
    CHOSEN_DAYS,
    EXISTING,
    EXPLORING,
    MONEY,
    NO_CHARTS,
    OF_LEVELS,
    OF_PRICES,
    ONLY,
    ONLY_TOTAL,
    RUNNING_TOTAL,
    SLIDER,
    STAKE,
    USUAL,
    VALUE,
    WHOLES,
)
from agents.rules.build_analysis_lexicon import GENERAL
from agents.rules.build_analysis_limits import row_limit
from agents.rules.build_analysis_match import (
    ValueMatch,
    measures_named,
    missing_values,
    total_of,
    values_named,
)
from agents.rules.build_analysis_wishes import CHOOSE, each_in, grain_in
from agents.rules.build_analysis_words import GRAINS, plain, words

_TOTALS = re.compile(r"\b(?:totals?|sums?)\b", re.I)
_OF_CHANGES = re.compile(
    r"\b(?:of|in|with) (?:the |their |its )?(?:[\w-]+ ){0,2}?(?:changes?|growth)\b", re.I
)
_FOR_EACH = re.compile(r"\b(?:for|to|per) (?:each|every|one)\b[^.;?!]*?\bhow many\b", re.I)
_RANKING = re.compile(r"\brank\w*\b", re.I)


class By(NamedTuple):
    """What the request wants compared."""

    split: str
    grain: Grain
    unknown: list[str]
    further: list[str]
    """Columns beyond the first."""


class OneTable(Gaps):
    """A request as an analysis of one table over time, or as a whole."""

    def built(self, table: TableCard, second: TableCard | None, lacking: Sequence[Missing]) -> Sketch:
        """The sketch of an analysis of this table."""
        wishes = self.wishes
        by = self.by(table)
        measures = [] if table.shape == "prices" else measures_named([*self.said, *self.name_said], table)
        measures += [name for name in self._measured_by_alias(table) if name not in measures]
        split, keep = self._kept(table, by.split)
        split, keep, notes = self._narrowed(table, split, keep)
        totals = [column.name for column in table.of("measure") if set(words(column.name)) <= WHOLES]
        if (
            totals
            and not measures
            and not table.of("category")
            and (self._one_series() or ONLY_TOTAL.search(self.rest))
        ):
            measures, notes = totals[:1], [f"No series is named, so it is the total, {totals[0]}"]
        rows = row_limit(self.rest, table)
        if rows is not None:
            notes = [*notes, *([rows.note] if rows.note else [])]
            measures = [rows.column, *[name for name in measures if name != rows.column]]
        count = self._counts(table, measures)
        whole = self._whole(table)
        if Part.BREAKDOWN in wishes.parts and not whole and len(keep) == 1 and "." not in split:
            keep = []  # the share of one needs the others
        if whole and set(keep) == {whole}:
            keep = []
        if whole and keep:
            keep = list(dict.fromkeys([*keep, whole]))
        if Part.RATIO in wishes.parts and len(keep) == 2 and _FOR_EACH.search(self.rest):
            keep = keep[::-1]  # `for each job in A, how many in B` divides B by A
        if second is not None:
            keep = [*keep, *[match.value for match in self.values if match.table.ref == second.ref and match.exact and not _all_said(match, self.values)]]  # fmt: skip
        each, each_how = each_in(self.rest, self.wished(table))
        grain = "" if each else by.grain or wishes.grain or grain_in(self.rest)
        parts = self._several(self.parts(table), alone=len(keep) == 1)
        averaged = AVERAGE_CHANGE.search(self.rest) is not None
        if averaged and table.shape in ("series", "events") and Part.CHANGE not in parts:
            parts = [*parts[:7], Part.CHANGE]
        slider = SLIDER.search(self.question.request) is not None and Part.MOVING in parts
        of_prices = self._of_other_prices(table, second) if table.shape != "prices" else ""
        if of_prices:
            parts = [part for part in parts if part not in OF_PRICES]
        unanswered = [
            *([of_prices] if of_prices else []),
            *self._beyond(table),
            *(
                ["the average of the changes (each change is shown)"]
                if averaged and table.shape == "plain"
                else []
            ),
            *(
                []
                if Part.PERIODS in parts
                else [f"“{words}” (two windows at a time)" for words in self.further]
            ),
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
            period=self._since_end(table)[:120],
            grain=(wishes.grain if wishes.limit else "") or grain,
            each=each,
            each_how=each_how,
            parts=parts,
            missing=[*missing_values(self.values, table), *lacking][:10],
            unanswered=list(dict.fromkeys(unanswered))[:10],
            top=wishes.top,
            moving=wishes.moving or (_begins(self.rest) if slider else 0),
            moving_unit=wishes.moving_unit,
            limit=rows.limit if rows else wishes.limit,
            against=self.against,
            whole=whole,
            count=count,
            amounts=wishes.amounts,
            average=wishes.average
            and "average" not in each_how
            and not (table.shape == "plain" and _TOTALS.search(self.rest)),
            median=wishes.median,
            smallest=wishes.smallest,
            chart=wishes.chart,
            ahead=wishes.ahead,
            choose=wishes.choose
            and (
                CHOSEN_DAYS.search(self.rest) is None
                or CHOOSE.search(CHOSEN_DAYS.sub(" ", self.rest)) is not None
            ),
            notes=[*notes, *self._read_so(table)],
            further=list(self.further[:4]) if Part.PERIODS in parts else [],
            weekdays=self._by_weekday(table),
            running=RUNNING_TOTAL in wishes.beyond and table.shape == "series",
            stake=self._stake()
            if table.shape == "prices" and Part.REBASED in (parts or USUAL["prices"])
            else 0,
            slider=slider,
            charts=NO_CHARTS.search(self.question.request) is None,
            levels=OF_LEVELS.search(self.rest) is not None and Part.CORRELATION in parts,
            remarks=list(self.remarks[:4]),
            run=wishes.run,
        )

    def _stake(self) -> float:
        """The sum that is put in at the start; 0 where none is named."""
        found = STAKE.search(self.rest)
        if found is None:
            return 0
        return float((found["n"] or found["n2"]).replace(",", "")) * (
            1000 if found["k"] or found["k2"] else 1
        )

    def _measured_by_alias(self, table: TableCard) -> list[str]:
        """Columns that the request means by a name that people give them."""
        if table.shape != "series":
            return []
        return list(aliased(self.rest, [column.name for column in table.of("measure")]))

    def _since_end(self, table: TableCard) -> str:
        """The window; since the end of a year, prices are counted from its last day on, which is what a window of the next year does."""
        found = re.search(r"\b(?:since|from) (?:the )?(?:very )?(?:end|close) of (?:the year )?(\d{4})\b", self.question.request, re.I)  # fmt: skip
        if table.shape != "prices" or found is None:
            return self.period
        return self.period.replace(f"December {found[1]}", f"January {int(found[1]) + 1}", 1)

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

    def _narrowed(self, table: TableCard, split: str, keep: list[str]) -> tuple[str, list[str], list[str]]:
        """The values to keep once those that are not wanted are gone, or the total alone where nothing says which series is meant."""
        unwanted = [match.value for match in self.unwanted if match.table.ref == table.ref]
        total = total_of(table)
        only_total = total is not None and ONLY_TOTAL.search(self.rest) is not None
        if (
            total is not None
            and not keep
            and not split
            and (only_total or (self._one_series() and not unwanted))
        ):
            note = f"No {total[0].name.replace('_', ' ')} is named, so it is the total, {total[1]}"
            return total[0].name, [total[1]], [] if only_total else [note]
        if unwanted and not keep:
            column = next(match.column for match in self.unwanted if match.table.ref == table.ref)
            return column.name, [value for value in column.values if value not in unwanted], []
        return split, [value for value in keep if value not in unwanted], []

    def _one_series(self) -> bool:
        """Whether the request asks for periods, which only one series can answer well."""
        return bool(set(self.wishes.parts) & {Part.MATCHES, Part.EXTREMES})

    def _read_so(self, table: TableCard) -> list[str]:
        """How words were read that are easily taken otherwise."""
        found = [self.window_note] if self.window_note else []
        found += alias_notes(self.rest, [*[match.value for match in self.values if match.table.ref == table.ref], *self._measured_by_alias(table)])  # fmt: skip
        if self.left_out:
            found.append(
                f"Nothing is deleted for “{self.left_out}”: the rows are left out of the analysis, and stay in the data"
            )
        if CHOSEN_DAYS.search(self.rest):
            found.append("The days are chosen with the inputs Window start and Window end at the top")
        return found

    def _place(self, said: str) -> int:
        """Where the request says it, so that `A to B` stays in this order."""
        at = plain(self.rest).find(plain(said))
        return at if at >= 0 else len(self.rest)

    def _counts(self, table: TableCard, measures: Sequence[str]) -> bool:
        """Whether rows are counted: the request asks how many, or names the rows and nothing to measure."""
        if table.shape in ("prices", "series") or (measures and not self.wishes.counted):
            return False
        if self.wishes.counted:
            return not measures and not (table.shape == "plain" and self.several_figures())
        own = set(words(table.name)) - GENERAL
        return table.shape == "events" and bool(own & set(self.said)) and not set(self.said) & MONEY

    def several_figures(self) -> bool:
        """Whether each group is to be counted, added up or averaged, two of these at least."""
        return self.wishes.counted + self.wishes.average + bool(_TOTALS.search(self.rest)) > 1

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

    def parts(self, table: TableCard) -> list[Part]:
        """What is wished, beside what puts it in context; the usual parts when nothing is."""
        wished = self.wished(table)
        if not wished or ONLY.search(self.rest) or self.names.into:
            return wished[:8]
        if EXPLORING.search(self.question.request):
            usual = USUAL[table.shape]
            return list(dict.fromkeys(usual if set(wished) <= set(usual) else [*wished, *usual]))[:8]
        return list(dict.fromkeys([*wished, *ALONGSIDE[table.shape]]))[:8]

    def wished(self, table: TableCard) -> list[Part]:
        """The parts that the request asks for, in words or by the chart it names."""
        wished = list(self.wishes.parts)
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
        if Part.VOLATILITY in wished and table.shape in ("series", "events"):
            said = {Part.CHANGE: _OF_CHANGES, Part.TOP: _RANKING, Part.MOVERS: _RANKING}
            wished = [part for part in wished if part not in said or not said[part].search(self.rest)]
        if row_limit(self.rest, table) is not None:
            wished = [Part.TOP, *[part for part in wished if part is not Part.TOP]]
        one = len({match.value for match in self.values if match.table.ref == table.ref}) == 1
        if table.shape == "prices" and (VALUE.search(self.rest) or (one and wished == [Part.TREND] and re.search(r"\blevels?\b", self.rest, re.I))):  # fmt: skip
            wished = [Part.VALUES, *[part for part in wished if part not in (Part.TREND, Part.VALUES)]]
        stepped = self.wishes.grain or grain_in(self.rest) or self.by(table).grain
        valued = (self.wishes.median or self.wishes.average) and (stepped or self.wishes.median) and Part.CHANGE not in wished  # fmt: skip
        bare = not wished and (ONLY.search(self.rest) or VALUE.search(self.rest)) and not EXPLORING.search(self.question.request)  # fmt: skip
        if table.time is not None and table.shape in ("prices", "series") and (valued or bare) and Part.VALUES not in wished:  # fmt: skip
            wished.insert(0, Part.VALUES)
        return self._one_figure(table, wished)

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
                phrase = [word for word in self._words(piece) if word not in ("calendar", "full", "whole", "single")]  # fmt: skip
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


def _begins(text: str) -> int:
    """The number that an input holds at first: `starting at 30 days`, `default 20`."""
    found = re.search(r"\b(?:start\w*|default\w*|initial\w*|preset\w*|begin\w*|at first|set to)\b(?: (?:value|length|window|with|at|of|from|to|is|on))*:? ?(\d{1,4})\b|\b(\d{1,4}) (?:days? |weeks? |months? )?(?:at first|to (?:start|begin) with|by default|as (?:the )?default)\b", text, re.I)  # fmt: skip
    return int(found[1] or found[2]) if found else 0


def _all_said(match: ValueMatch, values: Sequence[ValueMatch]) -> bool:
    said = {
        one.value
        for one in values
        if one.column.name == match.column.name and one.table.ref == match.table.ref
    }
    return set(match.column.values) <= said


__all__ = ["By", "OneTable"]
