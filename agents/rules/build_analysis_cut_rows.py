"""By what a clause splits, and which rows it is limited to."""

import re
from collections.abc import Sequence

from agents.asks.cuts import Where
from agents.asks.period_words import MONTHS, number
from agents.rules.build_analysis_clauses import months_in, stem
from agents.rules.build_analysis_columns import column_named, label_of
from agents.rules.build_analysis_cut_figures import MONEY, UNITS, Figures
from agents.rules.build_analysis_grammar import BY, RANKED
from agents.rules.build_analysis_lexicon import GENERAL
from agents.rules.build_analysis_match import ValueMatch, values_named
from agents.rules.build_analysis_wishes import grain_in
from agents.rules.build_analysis_words import GRAINS, corrected, plain, words

RATE = re.compile(
    r"\b(?:share|rate|percentage|percent|proportion|fraction|what part|how often|ratio|anteil|taux|prozent)s?\b|%",
    re.I,
)
_MORE_THAN = re.compile(
    r"\b(?:(?:more than|over) (?P<n>\d+|once|twice|one|two|three|four|five)|at least (?P<least>\d+|two|three|four|five|twice)|(?P<repeat>repeat(?:ed)?|recurring|returning))\b",
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
CALENDAR: tuple[tuple[str, str], ...] = (
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
STEPS = {
    "day": "time:day",
    "week": "time:week",
    "month": "time:month",
    "quarter": "time:quarter",
    "year": "time:year",
}


class Rows(Figures):
    """The columns that a clause splits by, and its conditions."""

    def _dims(self, matches: Sequence[ValueMatch]) -> tuple[list[str], str]:
        by: list[str] = []
        text, choose = self.text, ""
        for pattern, ref in CALENDAR:
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
                phrase = [corrected(word, self.vocabulary) for word in words(piece)]
                if not phrase:
                    continue
                if phrase[0] in GRAINS:
                    ref = STEPS[GRAINS[phrase[0]]] if self._time() is not None else ""
                    self.explained.add(phrase[0])
                else:
                    ref = self._column(phrase)
                    if not ref and split and phrase[0] not in GENERAL | MONEY | UNITS:
                        self.score -= 1.5
                if ref and ref not in by:
                    by.append(ref)
                    self.score += 2
        grain = grain_in(text)
        if grain and self._time() is not None and STEPS[grain] not in by:
            by.append(STEPS[grain])
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
            thing = next(one for one in self.tables if one.ref == self.before.table)
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
        ref, agree = column_named(wanted, self.table, self.tables, across=False)
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
        if (where or flags) and RATE.search(self.text):
            of = flags[:1] or [one for one in where if one.column not in by and not one.exclude][:1]
        where = [one for one in [*where, *flags, *self._unended()] if one not in of]
        for found in _OVER.finditer(self.text):
            column = next((one for one in self.table.of("measure") if set(words(one.name)) & set(self.said)), None) or self._money()  # fmt: skip
            if column is None:
                self.lost.append(found[0].strip())
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
        alone = not re.search(r"\b(?:19|20)\d\d\b", self.text) and re.search(rf"\b(?:in|during|every|each) (?:the month of )?(?:{'|'.join(sorted((name for name in MONTHS if len(name) > 3), key=len, reverse=True))}|may)\b", self.text, re.I)  # fmt: skip
        if alone and not months:
            months = [5]
        if ("time:year" in by or (alone and self._time() is not None)) and months:
            self.explained |= {word for word in self.said if word in MONTHS}
            self.score += 1.5 * bool(alone)
            where.append(Where(column="time:month of year", values=[str(month) for month in months]))
        return where, of

    def _flags(self) -> list[Where]:
        """Yes-or-no columns that the clause names: `reopened`."""
        stems = {stem(word) for word in self.said}
        found = []
        for column in self.table.columns:
            own = {stem(word) for word in words(column.name)} - {"is", "has", "was"}
            if re.search(r"bool", column.type, re.I) and own and own <= stems:
                yes = next(
                    (value for value in column.values if value.lower() in ("true", "t", "1", "yes")), "true"
                )
                found.append(Where(column=column.name, values=[yes]))
                self.explained |= {word for word in self.said if stem(word) in own}
                self.score += 2
        return found

    def _unended(self) -> list[Where]:
        """What still goes on: the column with its end has no value, as in `unresolved` or `still open`."""
        for column in self.table.of("time")[1:]:
            root = stem(words(column.name)[0])
            said = rf"\bun{re.escape(root)}\w*|\bnot (?:yet |been )*{re.escape(root)}\w*|\b(?:still|backlog|outstanding|pending)\b|\bopen\b(?! (?:per|in|each))"
            if re.search(said, plain(self.text)):
                self.explained |= {word for word in self.said if word.startswith("un") and root in word} | {"open", "backlog", "still", "outstanding", "pending"}  # fmt: skip
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

    def _when(self) -> str:
        """The column with the dates that the clause names: `closed per week` is by `closed_at`."""
        times = self.table.of("time")
        if len(times) < 2:
            return ""
        stems = {stem(word) for word in self.said}
        named = [
            column
            for column in times[1:]
            if {stem(word) for word in words(column.name)} & stems - {"at", "on", "date", "time", "day"}
        ]
        return named[0].name if named else ""


__all__ = ["CALENDAR", "RATE", "STEPS", "Rows"]
