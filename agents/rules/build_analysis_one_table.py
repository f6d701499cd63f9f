"""A request read against one table: columns, values, parts, and what it leaves unanswered."""

import re
from collections.abc import Sequence

from agents.asks.build_analysis import Missing, Part, Sketch, TableCard
from agents.asks.period_words import N, number
from agents.asks.tables import joined
from agents.rules.build_analysis_aliases import alias_notes, aliased
from agents.rules.build_analysis_each import each_in
from agents.rules.build_analysis_grammar import (
    ALONGSIDE,
    AVERAGE_CHANGE,
    CHOSEN_DAYS,
    EXISTING,
    EXPLORING,
    MONEY,
    NO_CHARTS,
    OF_LEVELS,
    OF_PRICES,
    ONLY,
    ONLY_TOTAL,
    PEAKS,
    RUNNING_TOTAL,
    SLIDER,
    STAKE,
    USUAL,
    WHOLES,
)
from agents.rules.build_analysis_horizon import horizon
from agents.rules.build_analysis_lexicon import GENERAL
from agents.rules.build_analysis_limits import row_limit
from agents.rules.build_analysis_match import (
    ValueMatch,
    measures_named,
    missing_values,
    total_of,
    values_named,
)
from agents.rules.build_analysis_wished import Wished
from agents.rules.build_analysis_wishes import CHOOSE, grain_in
from agents.rules.build_analysis_words import plain, words

_TOTALS = re.compile(r"\b(?:totals?|sums?)\b", re.I)
_CHOOSE_SERIES = re.compile(r"\b(?:dropdown|drop-down|selector|select|pick|choose|choice|switch|filter|input)\b[^.;?!]{0,40}?\b(?:sectors?|ind(?:ex|exes|ices)|industr\w+|series|another|other|which|which one|group|categor\w+)\b|\b(?:sector|index|industry|series)[- ](?:dropdown|selector|picker|filter|input)", re.I)  # fmt: skip
_HEADLINE = re.compile(r"\bbig[- ]numbers?\b|\bheadline (?:number|figure|value|kpi)s?\b|\bkpi (?:tile|card|block|number)s?\b|\bsingle number\b|\bnumber (?:tile|card)s?\b", re.I)  # fmt: skip
_OF_ALL = re.compile(r"\b(?:shares?|percentages?|percent|proportions?|fractions?|part|%)(?: \w+){0,2}? (?:of|in) (?:the )?(?:total|all|overall|whole|entire)\b", re.I)  # fmt: skip
_OTHER = re.compile(r"\bthe other (?:one|index|sector|series|side)\b", re.I)
_REAL = re.compile(r"\breal (?:[\w-]+ ){0,3}?returns?\b|\breal,|\b(?:inflation|cpi)[- ]adjusted\b|\badjusted for inflation\b|\bafter inflation\b|\breal terms\b", re.I)  # fmt: skip
_MOST_CHARTS = re.compile(rf"\b(?:max(?:imum)?\.?(?: of)?|at most|no more than|not more than|up to|only|just) (?P<n>{N}) (?:charts?|plots?|graphs?|pictures?|diagrams?)\b", re.I)  # fmt: skip
_LOWS = re.compile(
    r"\b(?:all[- ]time|record|own|its|their) (?:lows?|minim\w+|troughs?)\b|\btroughs?\b|\bbottom", re.I
)
_BOTH_ENDS = re.compile(
    r"\b(?:top|best|gainers|winners)\b.*\b(?:bottom|worst|losers)\b|\b(?:bottom|worst|losers)\b.*\b(?:top|best|gainers|winners)\b",
    re.I | re.S,
)
_FOR_EACH = re.compile(r"\b(?:for|to|per) (?:each|every|one)\b[^.;?!]*?\bhow many\b", re.I)


class OneTable(Wished):
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
        chosen = keep if wishes.choose and len(keep) == 1 and _CHOOSE_SERIES.search(self.rest) and "." not in split else []  # fmt: skip
        keep = [] if chosen else keep
        if second is not None:
            keep = [*keep, *[match.value for match in self.values if match.table.ref == second.ref and match.exact and not _all_said(match, self.values)]]  # fmt: skip
        each, each_how = each_in(self.rest, self.wished(table))
        grain = "" if each else by.grain or wishes.grain or grain_in(self.rest)
        within = bool(
            by.grain and wishes.grain and by.grain != wishes.grain and Part.EXTREMES in wishes.parts
        )
        grain = wishes.grain if within else grain
        parts = self._several(self.parts(table) or ([Part.VALUES, *ALONGSIDE[table.shape]] if each else []), alone=len(keep) == 1)  # fmt: skip
        averaged = AVERAGE_CHANGE.search(self.rest) is not None
        if averaged and table.shape in ("series", "events") and Part.CHANGE not in parts:
            parts = [*parts[:7], Part.CHANGE]
        ahead = horizon(self.period, table, wishes.grain or grain) if Part.FORECAST in parts and not self.against else None  # fmt: skip
        notes = [*notes, ahead.note] if ahead else notes
        peak = table.shape == "series" and Part.TOP in parts and PEAKS.search(self.rest) is not None
        slider = SLIDER.search(self.question.request) is not None and Part.MOVING in parts
        of_prices = self._of_other_prices(table, second) if table.shape != "prices" else ""
        if of_prices:
            parts = [part for part in parts if part not in OF_PRICES]
        unanswered = [
            *(
                [
                    f"the best and the worst {wishes.grain} of each {by.grain} (those of the whole window are shown)"
                ]
                if within
                else []
            ),
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
            period="" if ahead else self._since_end(table)[:120],
            grain=(wishes.grain if wishes.limit else "") or grain,
            each=each,
            each_how=list(each_how),
            parts=parts,
            missing=[*missing_values(self.values, table), *lacking][:10],
            unanswered=list(dict.fromkeys(unanswered))[:10],
            top=0
            if table.shape == "series" and Part.MOVERS in parts and _BOTH_ENDS.search(self.rest)
            else wishes.top,
            moving=wishes.moving or (_begins(self.rest) if slider else 0),
            moving_unit=wishes.moving_unit,
            moving_too=wishes.moving_too,
            limit=rows.limit if rows else wishes.limit,
            against=self.against,
            whole=whole,
            count=count,
            amounts=wishes.amounts,
            average=wishes.average
            and not {"average", "change"} & {*each_how}
            and not (table.shape == "plain" and _TOTALS.search(self.rest)),
            median=wishes.median,
            smallest=wishes.smallest or (peak and _LOWS.search(self.rest) is not None),
            chart=wishes.chart,
            ahead=ahead.ahead if ahead else wishes.ahead,
            choose=wishes.choose
            and (
                CHOSEN_DAYS.search(self.rest) is None
                or CHOOSE.search(CHOSEN_DAYS.sub(" ", self.rest)) is not None
                or _CHOOSE_SERIES.search(self.rest) is not None
            ),
            notes=[*notes, *self._read_so(table)],
            further=list(self.further[:4]) if Part.PERIODS in parts else [],
            weekdays=self._by_weekday(table),
            running=RUNNING_TOTAL in wishes.beyond and table.shape == "series",
            stake=self._stake()
            if table.shape == "prices" and Part.REBASED in (parts or USUAL["prices"])
            else 0,
            slider=slider,
            chosen=chosen,
            headline=_HEADLINE.search(self.question.request) is not None and table.time is not None,
            from_start=self.from_start,
            peak=peak,
            most_charts=number(limited["n"].lower())
            if (limited := _MOST_CHARTS.search(self.question.request))
            else 0,
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
            if (set(keep) >= set(column.values) and len(keep) > 1) or (len(column.values) == 2 and _OTHER.search(self.rest)):  # fmt: skip
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
        if table.shape == "prices" and _REAL.search(self.rest):
            found.append("The returns are nominal, by the prices alone: nothing is adjusted, so they are not the real ones")  # fmt: skip
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
        earlier = self.question.earlier
        kept = mine or (earlier.keep if earlier is not None and earlier.table == table.ref else [])
        total = total_of(table)
        if kept and total is not None and _OF_ALL.search(self.rest):
            return total[1]  # `their share of total employment`: not of the few that are shown
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

    def _several(self, parts: list[Part], *, alone: bool) -> list[Part]:
        """The parts without usual ones that take several series, where there is one only and nobody asked for them."""
        taken = {Part.CORRELATION, Part.BREAKDOWN} - set(self.wishes.parts)
        return [part for part in parts if not (alone and part in taken)]


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


__all__ = ["OneTable"]
