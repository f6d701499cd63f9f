"""What a clause counts, adds up, averages or divides."""

import re

from agents.asks.tables import ColumnCard, averaged
from agents.rules.build_analysis_clauses import Clause, stem
from agents.rules.build_analysis_grammar import BY
from agents.rules.build_analysis_lexicon import GENERAL
from agents.rules.build_analysis_words import GRAINS, plain, words

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
UNITS = frozenset(
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
UNIT_COLUMNS = frozenset(["quantity", "unit", "piece", "count"])
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


class Figures(Clause):
    """The measure of a clause, and how it is taken."""

    def _measure(self) -> tuple[dict[str, object], float] | None:
        said = set(self.said)
        average = _AVERAGE.search(self.text) is not None
        median = re.search(r"\bmedian", plain(self.text)) is not None
        taken = "median" if median else "average" if average else "sum"
        peak = re.search(r"\b(?:(highest|peak)|(lowest))\s+(?:\w+\s+){1,3}?(?:of|for|per|by|in|at) (?:each|every|all)?", plain(self.text))  # fmt: skip
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
            if peak is not None and averaged(column.name):
                how = "largest" if peak[1] else "smallest"
                self.explained |= {"highest", "peak", "lowest"}
            word = "" if how == "sum" else f"{how} "
            return {
                "measure": column.name,
                "how": how,
                "called": f"{word}{column.name.replace('_', ' ')}",
            }, 3.5
        if said & MONEY:
            money = self._money()
            if money is not None:
                self.explained |= said & MONEY
                per = self._average_per(money.name) if average else None
                return per or ({"measure": money.name, "how": taken, "called": f"{'' if taken == 'sum' else taken + ' '}{money.name.replace('_', ' ')}"}, 3.0)  # fmt: skip
            return None
        if said & UNITS:
            units = next(
                (column for column in self.table.of("measure") if set(words(column.name)) & UNIT_COLUMNS),
                None,
            )
            if units is not None:
                self.explained |= said & UNITS
                return {"measure": units.name, "how": taken, "called": "units sold" if said & {"sold", "sell", "selling", "bestseller", "popular"} else units.name.replace("_", " ")}, 3.0  # fmt: skip
        if re.search(r"\bhow much (?!time|longer|more often)", plain(self.text)) and (money := self._money()):
            self.explained |= set(words(self.table.name))
            return {"measure": money.name, "how": taken, "called": money.name.replace("_", " ")}, 3.0
        return self._counted(said)

    def _named(self, said: set[str]) -> tuple[ColumnCard, set[str]] | None:
        best: tuple[float, ColumnCard, set[str]] | None = None
        numbered = (
            re.search(r"\d", self.text) is not None
        )  # a number may be a limit, of which more is to be understood
        for column in self.table.of("measure"):
            own = {word for word in words(column.name) if numbered or not word.isdigit()}
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
            (column for column in self.table.of("measure") if set(words(column.name)) & UNIT_COLUMNS), None
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

    def _only_split_by(self, own: set[str]) -> bool:
        """Whether the table's name stands only in what is split by while a total is wanted: `total by sector group`."""
        rest = set(words(BY.sub(" ", self.text)))
        return re.search(r"\b(?:total|sum)\b", self.text, re.I) is not None and not own <= rest | {stem(word) for word in rest}  # fmt: skip

    def _counted(self, said: set[str]) -> tuple[dict[str, object], float] | None:
        stems = said | {stem(word) for word in self.said}
        own = set(words(self.table.name))
        if own <= stems and not self._only_split_by(own):
            self.explained |= {word for word in self.said if word in own or stem(word) in own}
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


__all__ = ["MONEY", "UNITS", "UNIT_COLUMNS", "Figures"]
