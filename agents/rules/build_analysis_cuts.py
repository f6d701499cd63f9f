"""The cuts that a request asks of tables of things and events: what is counted or added up, by what, of which rows, in which order.

Each clause is read against every table as the one whose rows count; the reading that accounts for most of its words is taken.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.cuts import Cut, Where
from agents.asks.period_words import MONTHS, number
from agents.asks.tables import ColumnCard, TableCard, averaged, joined, path
from agents.rules.build_analysis_columns import column_named, label_of
from agents.rules.build_analysis_grammar import BY, RANKED
from agents.rules.build_analysis_lexicon import GENERAL
from agents.rules.build_analysis_match import ValueMatch, values_named
from agents.rules.build_analysis_wishes import DOWNWARDS, chart_in, grain_in, top_in
from agents.rules.build_analysis_words import GRAINS, corrected, plain, words

MONEY = frozenset(
    [
        "revenue",
        "sale",
        "turnover",
        "spend",
        "spending",
        "spent",
        "earn",
        "earning",
        "earned",
        "income",
        "amount",
        "money",
        "gross",
        "taking",
        "umsatz",
        "bring",
        "brought",
    ]
)
_MONEY_COLUMNS = frozenset(
    [
        "revenue",
        "amount",
        "total",
        "sale",
        "turnover",
        "subtotal",
        "spend",
        "spending",
        "payment",
        "paid",
        "fee",
        "gross",
        "umsatz",
        "value",
    ]
)
_UNITS = frozenset(
    [
        "unit",
        "sold",
        "sell",
        "selling",
        "quantity",
        "piece",
        "bestseller",
        "bought",
        "buy",
        "purchased",
        "popular",
    ]
)
_UNIT_COLUMNS = frozenset(["quantity", "unit", "piece", "count"])
_PROFIT = frozenset(["profit", "margin", "markup", "profitable", "profitability"])
_LONG = re.compile(r"\b(?:how long|duration|turnaround|lead time|time (?:it takes|taken|spent|to \w+)|(?:resolution|response|delivery|closing|handling|waiting|processing|shipping) times?|(?:resolved|closed|delivered|shipped) (?:fastest|slowest)|takes? (?:the )?longest|slowest|fastest)\b", re.I)  # fmt: skip
_BASKET = re.compile(
    r"\b(?:(?:average|avg|mean|typical|median) )?(?:basket|order|cart|ticket|purchase|transaction|invoice|bill) (?:size|value|amount)s?\b|\baov\b",
    re.I,
)
_AVERAGE_PER = re.compile(
    r"\b(?:average|avg|mean|typical)\b[^,.;?!]*?\b(?:per|a|each|for each)\s+(?P<noun>[^\W\d_][\w-]*)", re.I
)
_AVERAGE = re.compile(
    r"\b(?:averages?|mean|avg|on average|typical(?:ly)?|durchschnitt\w*|moyenn\w+|promedio|průměr\w*)\b", re.I
)
_RATE = re.compile(
    r"\b(?:share|rate|percentage|percent|proportion|fraction|what part|how often|ratio|anteil|taux|prozent)s?\b|%",
    re.I,
)
_MORE_THAN = re.compile(
    r"\b(?:(?:more than|over) (?P<n>\d+|once|twice|one|two|three|four|five)|at least (?P<least>\d+|two|three|four|five|twice)|(?P<repeat>repeat(?:ed)?|recurring|returning))\b",
    re.I,
)
_NEVER = re.compile(
    r"\b(?:never|without (?:any|a single)?|no (?=\w+ (?:at all|yet|so far|ever))|(?:have|has|had)(?:n[o']t| not|n’t) (?:\w+ )?(?=order|buy|bought|made|placed|had|been|got|assigned|any)|not (?:once|yet|a single)|didn[o'’]?t (?:ever )?|who don[o'’]?t|zero )",
    re.I,
)
_NOT = re.compile(
    r"\b(?:not|without|minus|excluding|exclude|except(?: for)?|other than|but not|ignoring|leaving out|non)[\s-]+(?:the |any |those )?$",
    re.I,
)
_CHOOSE = re.compile(
    r"\b(?:choose|pick|select|filter by|switch between|drop-?down (?:for|of|with)|selector (?:for|of))\s+(?:a|an|the|one|which|any|my|between)?\s*(?P<noun>[^\W\d_][\w-]*(?: [^\W\d_][\w-]*)?)",
    re.I,
)
_BESIDE = re.compile(r"\bwith (?:their|its|the|his|her)\s+(?P<nouns>[^,.;?!]{2,60})", re.I)
_CALENDAR: tuple[tuple[str, str], ...] = (
    (r"\b(?:weekdays?|days? of (?:the )?week|mondays?|wochentag\w*|jours? de la semaine)\b", "time:weekday"),
    (
        r"\b(?:hours? of (?:the )?day|time of (?:the )?day|(?:over|during|within|throughout) (?:the|a) day|hourly|(?:by|per|each|which) hours?|busiest hours?|peak hours?|rush hours?)\b",
        "time:hour",
    ),
    (r"\b(?:calendar months?|months? of (?:the )?year|seasonal\w*)\b", "time:month of year"),
)
_OVER = re.compile(
    r"\b(?P<word>over|above|more than|greater than|exceeding|at least|under|below|less than|cheaper than|at most)\s*(?:[$€£])?\s*(?P<n>\d[\d,.]*)(?P<k>\s?k\b)?(?!\s*(?:%|percent|years?|months?|weeks?|days?|times?|orders?))",
    re.I,
)
_CLAUSE = re.compile(
    r"(?<=[\w\"”)])[.;?!]+\s+|\n+|\s+/\s+|[:,;]?\s*\(?\b\d\)\s+|,?\s+(?:and|plus|then|as well as|also|but also)\s+(?:also\s+|then\s+)?"
    r"(?=(?:which|what|how|who|whose|where|when|show|list|plot|chart|draw|give|add|tell|compare|break|rank|find|count|"
    r"(?:the |a |our )?(?:busiest|top|bottom|best|worst|largest|biggest|smallest|share|average|median|number of|total|breakdown|distribution|pie|bar|line|table|histogram|percentage)\b))"
    r"|,\s+(?=(?:which|what|how many|who|the top|top \d|plus)\b)",
    re.I,
)
_COMPARED = re.compile(r"\b(?:compar\w+|versus|vs\.?|against|between|differ\w*|than)\b", re.I)
_STEPS = {
    "day": "time:day",
    "week": "time:week",
    "month": "time:month",
    "quarter": "time:quarter",
    "year": "time:year",
}


class CutRead(NamedTuple):
    cut: Cut
    score: float
    temporal: bool
    """True when it is a plain course over time, which the parts of a series answer better."""
    unexplained: list[str]
    explained: frozenset[str] = frozenset()


def clauses(text: str) -> list[str]:
    """The wishes of a request, one after the other."""
    return [piece.strip(" ,.;") for piece in _CLAUSE.split(text) if piece and len(words(piece)) > 1]


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
        cut, calendar = read.cut, [ref for _, ref in _CALENDAR]
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
            for reading in [_Clause(clause, table, self, before).reading()]
            if reading is not None
        ]
        return max(readings, key=lambda one: one.score, default=None)


class _Clause:
    """One clause, with one table as the one whose rows count."""

    def __init__(self, text: str, table: TableCard, reader: CutReader, before: Cut | None) -> None:
        self.text, self.table, self.reader, self.before = text, table, reader, before
        self.said = [corrected(word, reader.vocabulary) for word in words(text)]
        self.reach = joined(table, reader.tables)
        self.explained: set[str] = set()
        self.score = 0.0
        self.joins: set[str] = set()

    def reading(self) -> CutRead | None:
        without = self._without()
        if without is not None:
            return without
        own = set(words(self.table.name))
        self.explained |= {word for word in self.said if word in own or _stem(word) in own}
        matches = self._matches()
        by, choose = self._dims(matches)
        measured = self._measure()
        if measured is None:
            return None
        update, weight = measured
        self.score += weight
        where, of = self._conditions(matches, by)
        if of:
            update = {
                "how": "share",
                "called": f"share of {_what_holds(of[0])}",
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
        beside = self._beside(by)
        shares = _RATE.search(self.text) is not None and not of
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
            ranked=ranked and bool([one for one in by if not one.startswith("time:")] or re.search(r"\b(?:busiest|rank)", text)), shares=shares, choose=choose, chart=chart_in(self.text), when=self._when(), **update,
        )  # fmt: skip
        unexplained = [word for word in dict.fromkeys(self.said) if word not in GENERAL and word not in self.explained and not word.isdigit()]  # fmt: skip
        score = (
            self.score
            - 0.3 * len(self.joins)
            - 1.0 * len(unexplained)
            - 0.4 * (self.table.rows is None)
            - 1.0 * self.table.unconnected
        )
        score += 1.5 * bool(set(words(self.table.integration)) & set(self.said) - GENERAL)
        steps = [one for one in by if one in _STEPS.values()]
        temporal = len(steps) == len(by) <= 1 and not where and not of and not beside and cut.how in ("sum", "count") and not cut.over and self._simple(cut) and cut.more_than is None  # fmt: skip
        return CutRead(cut, score, temporal, unexplained, frozenset(self.explained))

    def _simple(self, cut: Cut) -> bool:
        return not cut.measure or self.table.column(cut.measure) is not None or any(column.formula == cut.measure for column in self.table.columns)  # fmt: skip

    # ---- what is measured --------------------------------------------------------------------------------

    def _measure(self) -> tuple[dict[str, object], float] | None:
        said = set(self.said)
        average = _AVERAGE.search(self.text) is not None
        median = re.search(r"\bmedian", plain(self.text)) is not None
        taken = "median" if median else "average" if average else "sum"
        if found := re.search(r"\b(?:(max(?:imum)?)|(min(?:imum)?))\b", plain(self.text)):
            taken = "largest" if found[1] else "smallest"
        if said & _PROFIT and (profit := self._profit(said)) is not None:
            return profit
        if _BASKET.search(self.text):
            self.explained |= set(words((_BASKET.search(self.text) or [""])[0]))
            return self._per_parent("order", "order value")
        if _LONG.search(self.text):
            hours = [column for column in self.table.of("measure") if column.formula.startswith("hours from") or re.search(r"duration|hours|minutes|elapsed|_time$", column.name)]  # fmt: skip
            if hours:
                self.explained |= set(words((_LONG.search(self.text) or [""])[0]))
                best = max(hours, key=lambda column: len(set(words(column.name)) & said))
                return {"measure": best.name, "how": "median" if median else "average", "called": f"{'median' if median else 'average'} {best.name.replace('_', ' ')}"}, 3.0  # fmt: skip
        named = self._named(said)
        if named is not None:
            column, own = named
            self.explained |= own
            per = self._average_per(column.name) if average and not averaged(column.name) else None
            if per is not None:
                return per
            how = taken if taken != "sum" else "average" if averaged(column.name) else "sum"
            word = "" if how == "sum" else f"{how} "
            return {
                "measure": column.name,
                "how": how,
                "called": f"{word}{column.name.replace('_', ' ')}",
            }, 3.0
        if said & MONEY:
            money = self._money()
            if money is not None:
                self.explained |= said & MONEY
                per = self._average_per(money.name) if average else None
                return per or ({"measure": money.name, "how": taken, "called": f"{'' if taken == 'sum' else taken + ' '}{money.name.replace('_', ' ')}"}, 3.0)  # fmt: skip
            return None
        if said & _UNITS:
            units = next(
                (column for column in self.table.of("measure") if set(words(column.name)) & _UNIT_COLUMNS),
                None,
            )
            if units is not None:
                self.explained |= said & _UNITS
                return {"measure": units.name, "how": taken, "called": "units sold" if said & {"sold", "sell", "selling", "bestseller", "popular"} else units.name.replace("_", " ")}, 3.0  # fmt: skip
        return self._counted(said)

    def _named(self, said: set[str]) -> tuple[ColumnCard, set[str]] | None:
        best: tuple[float, ColumnCard, set[str]] | None = None
        for column in self.table.of("measure"):
            own = set(words(column.name))
            agree = own & said
            if not agree - GENERAL:
                continue
            weight = len(agree) / len(own)
            if weight >= 0.5 and (best is None or weight > best[0]):
                best = (weight, column, agree)
        return (best[1], best[2]) if best else None

    def _money(self) -> ColumnCard | None:
        return next((column for column in [*[one for one in self.table.of("measure") if one.formula], *self.table.of("measure")] if set(words(column.name)) & _MONEY_COLUMNS), None)  # fmt: skip

    def _profit(self, said: set[str]) -> tuple[dict[str, object], float] | None:
        money = self._money()
        cost = next(((column.name, "") for column in self.table.of("measure") if set(words(column.name)) & {"cost"} and not set(words(column.name)) & {"shipping", "delivery"}), None)  # fmt: skip
        cost = cost or next(((f"{other.name}.{column.name}", other.ref) for other in self.reach for column in other.of("measure") if "cost" in words(column.name) and not set(words(column.name)) & {"shipping", "delivery"}), None)  # fmt: skip
        if money is None or cost is None:
            return None
        units = next(
            (column for column in self.table.of("measure") if set(words(column.name)) & _UNIT_COLUMNS), None
        )
        each = cost[1] or "unit" in words(cost[0])
        revenue = money.formula or money.name
        profit = f"{revenue} - {f'{units.name} * ' if units and each else ''}{cost[0]}"
        self.explained |= (said & _PROFIT) | (said & MONEY) | {"cost"}
        if said & {"margin", "markup", "profitability"}:
            return {"measure": profit, "over": revenue, "called": "margin"}, 4.0
        return {"measure": profit, "called": "profit"}, 4.0

    def _per_parent(self, noun: str, called: str) -> tuple[dict[str, object], float] | None:
        money = self._money()
        if money is None:
            return None
        key = self._key_of(noun)
        if key is None:
            return None
        return ({"measure": money.name, "how": "average", "called": f"average {called}"} if key == "" else {"measure": money.name, "over": f"distinct {key}", "called": f"average {called}"}), 3.5  # fmt: skip

    def _average_per(self, measure: str) -> tuple[dict[str, object], float] | None:
        found = _AVERAGE_PER.search(self.text)
        noun = words(found["noun"])[0] if found and words(found["noun"]) else ""
        key = self._key_of(noun) if noun and noun not in GRAINS else None
        if not key:
            return None
        self.explained.add(noun)
        return {
            "measure": measure,
            "over": f"distinct {key}",
            "called": f"{measure.replace('_', ' ')} per {noun}",
        }, 3.5

    def _key_of(self, noun: str) -> str | None:
        """The column whose different values are the things that a noun names; empty when they are the table's rows."""
        if set(words(self.table.name)) == {noun}:
            return ""
        for other in self.reach:
            if set(words(other.name)) == {noun}:
                way = path(self.table, other.name, self.reader.tables)
                if way:
                    last = way[-1]
                    return last.key if last.left.ref == self.table.ref else f"{last.left.name}.{last.key}"
        return None

    def _counted(self, said: set[str]) -> tuple[dict[str, object], float] | None:
        stems = said | {_stem(word) for word in self.said}
        own = set(words(self.table.name))
        if own <= stems:
            self.explained |= {word for word in self.said if word in own or _stem(word) in own}
            return {"how": "count", "called": self.table.name.replace("_", " ")}, 2.0 + 0.2 * len(own)
        for other in self.reach:
            name = set(words(other.name))
            key = self._key_of(next(iter(name))) if len(name) == 1 and name <= said else None
            if key:
                self.explained |= name
                return {"how": "distinct", "measure": key, "called": other.name.replace("_", " ")}, 1.2
        if (
            self.before is not None
            and self.before.table == self.table.ref
            and (self.before.measure or self.before.how == "count")
        ):
            return {"measure": self.before.measure, "how": self.before.how if self.before.how != "share" else "count", "over": self.before.over, "called": self.before.called if self.before.how != "share" else self.table.name.replace("_", " ")}, 1.0  # fmt: skip
        return None

    # ---- by what, and of which rows ----------------------------------------------------------------------

    def _dims(self, matches: Sequence[ValueMatch]) -> tuple[list[str], str]:
        by: list[str] = []
        text, choose = self.text, ""
        for pattern, ref in _CALENDAR:
            if found := re.search(pattern, text, re.I):
                if self._time() is not None:
                    by.append(ref)
                    self.score += 2
                self.explained |= set(words(found[0]))
                text = f"{text[: found.start()]} {text[found.end() :]}"
        if (found := _CHOOSE.search(text)) is not None:
            ref = self._column(words(found["noun"]))
            if ref:
                choose = ref
                by.append(ref)
                self.score += 2
        phrases = [(match[1], True) for match in BY.finditer(text)]
        phrases += [(match["noun"], False) for match in RANKED.finditer(text)]
        phrases += [
            (match[1], False)
            for match in re.finditer(
                r"\b(?:which|what|whose)\s+([^\W\d_][\w-]*(?:\s+[^\W\d_][\w-]*)?)", text, re.I
            )
        ]
        for said, split in phrases:
            for piece in re.split(r"\b(?:and|und|et|y)\b|,", said):
                phrase = [corrected(word, self.reader.vocabulary) for word in words(piece)]
                if not phrase:
                    continue
                if phrase[0] in GRAINS:
                    ref = _STEPS[GRAINS[phrase[0]]] if self._time() is not None else ""
                    self.explained.add(phrase[0])
                else:
                    ref = self._column(phrase)
                    if not ref and split and phrase[0] not in GENERAL | MONEY | _UNITS:
                        self.score -= 1.5
                if ref and ref not in by:
                    by.append(ref)
                    self.score += 2
        grain = grain_in(text)
        if grain and self._time() is not None and _STEPS[grain] not in by:
            by.append(_STEPS[grain])
            self.score += 1
        years = re.findall(r"\b(?:19|20)\d\d\b", text)
        if (
            len(set(years)) > 1
            and len(months_in(text)) > 0
            and "time:year" not in by
            and self._time() is not None
        ):
            by.append("time:year")
            self.score += 2
        if not by and self.before is not None and self.before.table == self.table.ref and not matches and re.search(r"\b(?:sell|sold|worst|best|most|least)\b", plain(text)):  # fmt: skip
            by = [one for one in self.before.by if not one.startswith("time:")]
        elif not by and self.before is not None and self.before.without == self.table.ref:
            thing = next(one for one in self.reader.tables if one.ref == self.before.table)
            label = label_of(thing)
            by = [f"{thing.name}.{label.name}"] if label is not None else []
            self.score += 2.0 * len(by)
        return by, choose

    def _column(self, phrase: Sequence[str]) -> str:
        """The column that a phrase names, here or in a table that this one leads to; a table's name is its label."""
        wanted = [word for word in phrase if word]
        own = set(words(self.table.name))
        label = label_of(self.table)
        if own and own <= set(wanted) and label is not None and not any(set(words(column.name)) & (set(wanted) - own) for column in self.table.of("category")):  # fmt: skip
            self.explained |= own
            return label.name
        ref, agree = column_named(wanted, self.table, self.reader.tables, across=False)
        if not ref or agree <= 0:
            return ""
        self._explain(ref, wanted)
        return ref

    def _explain(self, ref: str, wanted: Sequence[str]) -> None:
        table, _, name = ref.rpartition(".")
        self.explained |= (set(words(name)) | set(words(table))) & set(wanted)
        if table:
            self.joins.add(table)

    def _matches(self) -> list[ValueMatch]:
        found = values_named(self.text, [self.table, *self.reach])
        return [match for match in found if match.exact]

    def _conditions(
        self, matches: Sequence[ValueMatch], by: Sequence[str]
    ) -> tuple[list[Where], list[Where]]:
        grouped: dict[tuple[str, bool], list[str]] = {}
        for match in matches:
            ref = (
                match.column.name
                if match.table.ref == self.table.ref
                else f"{match.table.name}.{match.column.name}"
            )
            own = set(words(match.said))
            if own <= self.explained and own <= set(words(ref)):
                continue
            at = plain(self.text).find(plain(match.said))
            excluded = _NOT.search(self.text[: max(at, 0)]) is not None
            grouped.setdefault((ref, excluded), []).append(match.value)
            self.explained |= own
            self.score += 1.5
            if "." in ref:
                self.joins.add(ref.rpartition(".")[0])
        where = [
            Where(column=ref, values=values, exclude=excluded) for (ref, excluded), values in grouped.items()
        ]
        of: list[Where] = []
        flags = self._flags()
        if (where or flags) and _RATE.search(self.text):
            of = flags[:1] or [one for one in where if one.column not in by and not one.exclude][:1]
        where = [one for one in [*where, *flags, *self._unended()] if one not in of]
        for found in _OVER.finditer(self.text):
            column = next((one for one in self.table.of("measure") if set(words(one.name)) & set(self.said)), None) or self._money()  # fmt: skip
            if column is None:
                continue
            self.explained |= {"hour"} if column.formula.startswith("hours") else set()
            amount = float(found["n"].replace(",", "").rstrip(".")) * (1000 if found["k"] else 1)
            above = found["word"].lower() in (
                "over",
                "above",
                "more than",
                "greater than",
                "exceeding",
                "at least",
            )
            if not (1900 <= amount <= 2100 and above and found["word"].lower() == "over"):
                where.append(
                    Where(
                        column=column.name, above=amount if above else None, below=None if above else amount
                    )
                )
        months = months_in(self.text)
        if "time:year" in by and months:
            where.append(Where(column="time:month of year", values=[str(month) for month in months]))
        return where, of

    def _flags(self) -> list[Where]:
        """Yes-or-no columns that the clause names: `reopened`."""
        stems = {_stem(word) for word in self.said}
        found = []
        for column in self.table.columns:
            own = {_stem(word) for word in words(column.name)} - {"is", "has", "was"}
            if re.search(r"bool", column.type, re.I) and own and own <= stems:
                yes = next(
                    (value for value in column.values if value.lower() in ("true", "t", "1", "yes")), "true"
                )
                found.append(Where(column=column.name, values=[yes]))
                self.explained |= {word for word in self.said if _stem(word) in own}
                self.score += 2
        return found

    def _unended(self) -> list[Where]:
        """What still goes on: the column with its end has no value, as in `unresolved` or `still open`."""
        for column in self.table.of("time")[1:]:
            stem = _stem(words(column.name)[0])
            said = rf"\bun{re.escape(stem)}\w*|\bnot (?:yet |been )*{re.escape(stem)}\w*|\b(?:still|backlog|outstanding|pending)\b|\bopen\b(?! (?:per|in|each))"
            if re.search(said, plain(self.text)):
                self.explained |= {word for word in self.said if word.startswith("un") and stem in word} | {"open", "backlog", "still", "outstanding", "pending"}  # fmt: skip
                self.score += 2
                return [Where(column=column.name, empty=True)]
        return []

    def _more_than(self, by: Sequence[str]) -> tuple[list[str], int] | None:
        found = _MORE_THAN.search(self.text)
        if found is None or _OVER.search(self.text):
            return None
        said = found["n"] or found["least"] or "one"
        count = {"once": 1, "twice": 2, "one": 1}.get(said.lower())
        count = number(said.lower()) if count is None else count
        if found["least"]:
            count -= 1
        for other in self.reach:
            name = set(words(other.name))
            if len(name) == 1 and name <= set(self.said):
                key = self._key_of(next(iter(name)))
                if key:
                    self.explained |= name | set(words(found[0])) | {"repeat", "purchase", "buyer", "order"}
                    self.score += 3
                    return [key], count
        return None

    def _without(self) -> CutRead | None:
        """Rows of this table that another one never names: products never sold, customers without orders."""
        people = re.match(r"\W*who\b", self.text, re.I) is not None and label_of(self.table) is not None and self.table.shape != "series"  # fmt: skip
        if not _NEVER.search(self.text) or not (people or set(words(self.table.name)) <= set(self.said)):
            return None
        stems = {_stem(word) for word in self.said} | set(self.said)
        for other in self.reader.tables:
            if other.integration_id != self.table.integration_id or other.ref == self.table.ref:
                continue
            way = path(other, self.table.name, self.reader.tables)
            if way is None or len(way) != 1:
                continue
            sold = stems & _UNITS and any(set(words(column.name)) & _UNIT_COLUMNS for column in other.columns)
            if set(words(other.name)) <= stems or sold:
                name = self.table.name.replace("_", " ")
                cut = Cut(asked=self.text[:160], table=self.table.ref, without=other.ref, called=f"{name} without any {other.name.replace('_', ' ')}")  # fmt: skip
                return CutRead(cut, 7.0, False, [])
        return None

    def _beside(self, by: Sequence[str]) -> list[str]:
        found = _BESIDE.search(self.text)
        first = next((one for one in by if not one.startswith("time:")), None)
        if found is None or first is None:
            return []
        holder = first.rpartition(".")[0]
        table = next((other for other in self.reach if other.name == holder), self.table)
        shown = []
        for piece in re.split(r"\b(?:and|&)\b|,", found["nouns"]):
            said = set(words(piece))
            column = next((one for one in table.columns if set(words(one.name)) <= said and one.role in ("category", "text", "time")), None)  # fmt: skip
            if column is not None:
                shown.append(f"{holder}.{column.name}" if holder else column.name)
                self.explained |= set(words(column.name))
        return [one for one in shown if one not in by][:3]

    # ---- dates ---------------------------------------------------------------------------------------------

    def _time(self) -> ColumnCard | None:
        return self.table.time or next((other.time for other in self.reach if other.time is not None), None)

    def _when(self) -> str:
        """The column with the dates that the clause names: `closed per week` is by `closed_at`."""
        times = self.table.of("time")
        if len(times) < 2:
            return ""
        stems = {_stem(word) for word in self.said}
        named = [
            column
            for column in times[1:]
            if {_stem(word) for word in words(column.name)} & stems - {"at", "on", "date", "time", "day"}
        ]
        return named[0].name if named else ""


def _what_holds(where: Where) -> str:
    """What a condition says of a row: its value, or, of yes and no, the column."""
    yes = [value.lower() for value in where.values] in (["true"], ["t"], ["1"], ["yes"])
    return where.column.rpartition(".")[2].replace("_", " ") if yes else " or ".join(where.values)


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "d"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def months_in(text: str) -> list[int]:
    """The calendar months that a text names."""
    found = re.findall(r"[^\W\d_]+", text.lower())
    return sorted({MONTHS[word] for word in found if word in MONTHS and len(word) > 3})


__all__ = ["CutRead", "CutReader", "clauses", "months_in"]
