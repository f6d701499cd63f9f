"""The cuts that a request asks of tables of things and events: what is counted or added up, by what, of which rows, in which order.

Each clause is read against every table as the one whose rows count; the reading that accounts for most of its words is taken.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.cuts import Cut, Where
from agents.asks.tables import TableCard, averaged, joined, path
from agents.rules.build_analysis_clauses import clauses, months_in, stem
from agents.rules.build_analysis_columns import label_of
from agents.rules.build_analysis_cut_figures import UNIT_COLUMNS, UNITS
from agents.rules.build_analysis_cut_rows import CALENDAR, RATE, STEPS, Rows
from agents.rules.build_analysis_lexicon import GENERAL
from agents.rules.build_analysis_wishes import DOWNWARDS, chart_in, top_in
from agents.rules.build_analysis_words import plain, words

_RUNNING = re.compile(r"\b(?:running (?:total|sum|count)s?|cumulative(?:ly)?|cumulated?|kumuliert\w*|acumulad\w+|cumulé\w*|year[- ]to[- ]date (?:total|sum)s?)\b", re.I)  # fmt: skip
_THEIRS = re.compile(r"\b(?:their|they|them|those|these|theirs)\b", re.I)
_NEVER = re.compile(
    r"\b(?:never|without (?:any|a single)?|no (?=\w+ (?:at all|yet|so far|ever))|(?:have|has|had)(?:n[o']t| not|n’t) (?:\w+ )?(?=order|buy|bought|made|placed|had|been|got|assigned|any)|not (?:once|yet|a single)|didn[o'’]?t (?:ever )?|who don[o'’]?t|zero )",
    re.I,
)
_COMPARED = re.compile(r"\b(?:compar\w+|versus|vs\.?|against|between|differ\w*|than)\b", re.I)


class CutRead(NamedTuple):
    cut: Cut
    score: float
    temporal: bool
    """True when it is a plain course over time, which the parts of a series answer better."""
    unexplained: list[str]
    explained: frozenset[str] = frozenset()


class CutReader:
    """Clauses read against the tables of things and events."""

    def __init__(self, tables: Sequence[TableCard], vocabulary: frozenset[str]) -> None:
        self.tables = tables
        self.vocabulary = vocabulary

    def read(self, text: str) -> list[CutRead]:
        """The best reading of each clause that has one; a clause takes over what it leaves unsaid from the one before."""
        found: list[CutRead] = []
        carried = ""
        for clause in clauses(text):
            whole = f"{carried} {clause}".strip()
            before = found[-1].cut if found else None
            best = self._best(whole, before)
            carried = "" if best else whole
            found += self._apart(best) if best else []
        if carried and found:
            longer = self._best(f"{found[-1].cut.asked} {carried}", found[-2].cut if len(found) > 1 else None)
            found[-1:] = [longer] if longer is not None else found[-1:]
        return found

    def _apart(self, read: CutRead) -> list[CutRead]:
        """One reading for each measure, and for each part of the calendar, that the clause names."""
        cut, calendar = read.cut, [ref for _, ref in CALENDAR]
        parts = [ref for ref in cut.by if ref in calendar]
        if len(parts) > 1 and cut.chart != "heatmap":
            rest = [ref for ref in cut.by if ref not in parts]
            return [read._replace(cut=cut.model_copy(update={"by": [*rest, part]})) for part in parts]
        table = next(one for one in self.tables if one.ref == cut.table)
        if cut.over or cut.how in ("share", "count", "distinct") or table.column(cut.measure) is None:
            return [read]
        said = set(words(cut.asked))
        more = [column for column in table.of("measure") if column.name != cut.measure and not column.formula and (set(words(column.name)) - GENERAL) & said and not set(words(column.name)) & set(words(cut.measure))]  # fmt: skip
        lead = cut.called.removesuffix(cut.measure.replace("_", " "))
        others = [read._replace(cut=cut.model_copy(update={"measure": column.name, "called": f"{lead}{column.name.replace('_', ' ')}"})) for column in more[:3]]  # fmt: skip
        return [read, *others] if not any(cut.measure == where.column for where in cut.where) else [read]

    def cuttable(self, table: TableCard) -> bool:
        """Whether cuts can be made of it: things, events, and measurements that say by a key what they are of."""
        return table.shape in ("events", "plain") or (
            table.shape == "series" and bool(joined(table, self.tables))
        )

    def _best(self, clause: str, before: Cut | None) -> CutRead | None:
        readings = [
            reading
            for table in self.tables
            if self.cuttable(table) and table.rows != 0
            for reading in [_Clause(clause, table, self.tables, self.vocabulary, before).reading()]
            if reading is not None
        ]
        return max(readings, key=lambda one: one.score, default=None)


class _Clause(Rows):
    """One clause, with one table as the one whose rows count."""

    def reading(self) -> CutRead | None:
        without = self._without()
        if without is not None:
            return without
        own = set(words(self.table.name))
        self.explained |= {word for word in self.said if word in own or stem(word) in own}
        moments = {stem(word) for column in self.table.of("time") for word in words(column.name)}
        self.explained |= {word for word in self.said if stem(word) in moments}
        matches = self._matches()
        by, choose = self._dims(matches)
        measured = self._measure()
        if measured is None:
            return None
        update, weight = measured
        self.score += weight
        where, of = self._conditions(matches, by)
        if of and self.table.shape == "series" and not any("." in one.column for one in of):
            return None  # the share of one series among others is no share of rows
        if of and self._of_things():
            return None  # what share of the jobs is no share of the rows that describe sectors
        if of:
            update = {
                "how": "share",
                "called": f"share of {_what_holds(of[0])}"[:60],
                "measure": "",
                "over": "",
            }
            self.score += 2
        compared = next(
            (
                one
                for one in where
                if len(one.values) > 1 and not one.exclude and not one.column.startswith("time:")
            ),
            None,
        )
        compared = None if of or compared is None or compared.column in by else compared
        if compared is not None and _COMPARED.search(self.text):
            by = [*by, compared.column]
        more = self._more_than(by)
        if more is not None:
            by, count = more
            update |= {"how": "count", "measure": "", "over": "", "more_than": count}
        text = plain(self.text)
        top = top_in(self.text)
        smallest = DOWNWARDS.search(self.text) is not None
        ranked = bool(top or smallest or re.search(r"\b(?:most|best|highest|largest|biggest|rank\w*|which|who|longest|slowest|fastest|busiest)\b", text))  # fmt: skip
        running = _RUNNING.search(self.text) is not None and self._time() is not None
        if running:
            self.explained |= {"running", "cumulative", "cumulated", "cumulatively"}
            by = by if any(one in STEPS.values() for one in by) else [*by, STEPS["month"]]
        where = [*where, *self._carried(where)]
        when = self._when()
        if when and update.get("how") == "count":
            where.append(
                Where(column=when, empty=True, exclude=True)
            )  # what has not ended is not counted as ended
        beside = self._beside(by)
        shares = RATE.search(self.text) is not None and not of
        if not by and not where and not of and not update.get("over") and weight < 2:
            return None
        alone = self.table.column(by[0]) if len(by) == 1 else None
        if (
            alone is not None
            and update.get("how") == "count"
            and alone.distinct
            and alone.distinct == self.table.rows
        ):
            return None  # one row each: nothing is counted
        cut = Cut(
            asked=" ".join(self.text.split())[:160], table=self.table.ref, by=by[:3], beside=beside, where=where, of=of, top=top, smallest=smallest,
            ranked=ranked and bool([one for one in by if not one.startswith("time:")] or re.search(r"\b(?:busiest|rank)", text)), shares=shares, choose=choose, chart=chart_in(self.text), when=when, running=running, **update,
        )  # fmt: skip
        unexplained = [word for word in dict.fromkeys(self.said) if word not in GENERAL and word not in self.explained and not word.isdigit()]  # fmt: skip
        score = (
            self.score
            - 0.5 * len(self.lost)
            - 0.3 * len(self.joins)
            - 1.0 * len(unexplained)
            - 0.4 * (self.table.rows is None)
            - 2.5 * self.table.unconnected
        )
        score += 1.5 * bool(set(words(self.table.integration)) & set(self.said) - GENERAL)
        steps = [one for one in by if one in STEPS.values()]
        temporal = len(steps) == len(by) <= 1 and not where and not of and not beside and (cut.how in ("sum", "count") or (cut.how == "average" and averaged(cut.measure))) and not cut.over and not running and self._simple(cut) and cut.more_than is None  # fmt: skip
        return CutRead(cut, score, temporal, [*unexplained, *self.lost], frozenset(self.explained))

    def _of_things(self) -> bool:
        """Whether a share is wanted of what another table measures, while each row of this one is something else."""
        others = [table.of("measure")[0].name for table in self.tables if table.shape == "series" and len(table.of("measure")) == 1]  # fmt: skip
        measured = {word for name in others for word in words(name)} | {"people", "worker", "employee", "employment", "workforce"}  # fmt: skip
        own = {word for name in (self.table.name, *[column.name for column in self.table.columns]) for word in words(name)}  # fmt: skip
        return self.table.shape == "plain" and bool((measured - own - GENERAL) & set(self.said))

    def _carried(self, where: Sequence[Where]) -> list[Where]:
        """The conditions of the sentence before that `their orders` still speaks of."""
        before = self.before
        if before is None or not before.where or not _THEIRS.search(self.text):
            return []
        thing = before.table.rpartition("/")[2]
        way = None if before.table == self.table.ref else path(self.table, thing, self.tables)
        if before.table != self.table.ref and not way:
            self.lost.append((_THEIRS.search(self.text) or [""])[0])
            return []
        carried = []
        for one in before.where:
            ref = (
                one.column
                if way is None or "." in one.column or ":" in one.column
                else f"{thing}.{one.column}"
            )
            if all(ref != other.column for other in where):
                carried.append(one.model_copy(update={"column": ref}))
                self.joins |= {thing} if way else set()
        self.score += 1.0 * bool(carried)
        return carried

    def _simple(self, cut: Cut) -> bool:
        return not cut.measure or self.table.column(cut.measure) is not None or any(column.formula == cut.measure for column in self.table.columns)  # fmt: skip

    def _without(self) -> CutRead | None:
        """Rows of this table that another one never names: products never sold, customers without orders."""
        people = re.match(r"\W*who\b", self.text, re.I) is not None and label_of(self.table) is not None and self.table.shape != "series"  # fmt: skip
        if not _NEVER.search(self.text) or not (people or set(words(self.table.name)) <= set(self.said)):
            return None
        stems = {stem(word) for word in self.said} | set(self.said)
        for other in self.tables:
            if other.integration_id != self.table.integration_id or other.ref == self.table.ref:
                continue
            way = path(other, self.table.name, self.tables)
            if way is None or len(way) != 1:
                continue
            sold = stems & UNITS and any(set(words(column.name)) & UNIT_COLUMNS for column in other.columns)
            if set(words(other.name)) <= stems or sold:
                name = self.table.name.replace("_", " ")
                cut = Cut(asked=self.text[:160], table=self.table.ref, without=other.ref, called=f"{name} without any {other.name.replace('_', ' ')}")  # fmt: skip
                return CutRead(cut, 7.0, False, [])
        return None


def _what_holds(where: Where) -> str:
    """What a condition says of a row: its value, or, of yes and no, the column."""
    yes = [value.lower() for value in where.values] in (["true"], ["t"], ["1"], ["yes"])
    return where.column.rpartition(".")[2].replace("_", " ") if yes else " or ".join(where.values)


__all__ = ["CutRead", "CutReader", "months_in"]
