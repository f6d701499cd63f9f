"""Which table a request speaks of, and which of its subjects none holds."""

import re
from collections.abc import Sequence

from agents.asks.build_analysis import Missing, Part, Sketch, TableCard
from agents.asks.tables import joined, path
from agents.rules.build_analysis_columns import column_named
from agents.rules.build_analysis_grammar import (
    BY,
    OF_PRICES,
    OVER_TIME,
    RANKED,
    TOGETHER,
    WHILE,
)
from agents.rules.build_analysis_lexicon import GENERAL, OTHER_MEASURES, PLACES, TOPICS
from agents.rules.build_analysis_match import (
    Scored,
    elsewhere,
    entities,
    score,
    sides_missing,
    topics_of,
)
from agents.rules.build_analysis_said import Said, as_said
from agents.rules.build_analysis_words import GRAINS, plain, words

_BESIDE = r"\band\b|\bvs\b|\bversus\b|\bagainst\b|\bwith\b|\bplus\b|,|\bbeside\b|\bnext to\b|\bto\b|&"
_PAY = re.compile(r"\b(?:earn(?:s|ed|ing|ings)?|paid|pays?|paying|hourly rates?)\b", re.I)
"""In the context of jobs, what they bring to those who have them."""
_TRADED = re.compile(
    r"\b(?:(?:trading|traded|trade|daily|weekly|monthly|share|dollar|average) )*(?:volumes?|(?:market )?capitali[sz]ations?|market caps?|bid[- ]ask spreads?|opening prices?|short interest|(?:number of )?(?:shares|contracts) traded|p/?e ratios?|dividend yields?)\b",
    re.I,
)
"""What is measured of a market beside its prices."""
_BY_AREA = re.compile(
    r"\b(?:(?:by|per|each|every) (?:u\.?s\.? |single )?(?P<area>state|county|province|city|country|region)"
    r"|(?:across|largest|biggest|smallest|which|between|top \w+) (?:u\.?s\.? |the )?(?P<areas>states|counties|provinces|cities|countries|regions))\b(?! of\b| (?:and|or) local\b| government)",
    re.I,
)
"""Areas that something is to be split by."""
_AREAS = frozenset({"state", "county", "province", "city", "country", "region"})
_WHICH = re.compile(r"\b(?:which|what|who|how|when)\b", re.I)


class Candidates(Said):
    """The tables that a request speaks for."""

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
                scored = [self._splittable(self._phrased(one), timely=timely) for one in good[:20]] + good[
                    20:
                ]
                scored.sort(key=lambda one: -one.score)
        if set(self.wishes.parts) & {Part.VOLATILITY, Part.RETURNS}:
            scored = [one._replace(score=one.score + 4.0 * (one.table.shape == "prices")) for one in scored]
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
            phrases = [*[self._words(said) for said in self._phrases()], *([word] for word in self.said)]
            agree = max((column_named(phrase, table, self.tables)[1] for phrase in phrases), default=0.0)
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

    def _phrased(self, one: Scored) -> Scored:
        """A table is the better one where the request says the whole name of one of its columns, or the table as such: `our sector table`."""
        columns = [column.name for column in one.table.of("measure") if len(words(column.name)) > 2]
        whole = next((name for name in columns if re.search(rf"\b{r'[ _]'.join(map(re.escape, name.split('_')))}\b", self.rest, re.I)), "")  # fmt: skip
        mine = {value for column in one.table.of("category") for value in column.values}
        said = bool(whole) and all(
            match.value in mine or set(words(match.value)) <= set(words(whole))
            for match in self.values
            if match.exact
        )  # what the table does not hold is no row of its column
        as_such = re.search(r"\b(?:our|the|my) (\w+) (?:\w+ )?table\b", self.rest, re.I)
        named = as_such is not None and words(as_such[1]) == words(one.table.name)
        apart = (
            len({table.integration for table in self.tables}) > 1 and len(words(one.table.integration)) > 1
        )
        apart = apart and (one.table.time is not None or not set(self.wishes.parts) & OVER_TIME)
        source = apart and re.search(rf"\b{re.escape(plain(one.table.integration))}\b", plain(self.rest)) is not None  # fmt: skip
        return one._replace(score=one.score + 6.0 * said + 4.0 * named + 6.0 * source)

    def _splittable(self, one: Scored, *, timely: bool) -> Scored:
        """A table that can be split as the request says, or holds the values it names in a joined one, is the better one."""
        best = 0.0
        for said in self._phrases():
            phrase = self._words(said)
            if phrase and phrase[0] not in GRAINS:
                name, agree = column_named(phrase, one.table, self.tables)
                far = (
                    "." in name
                    and not timely
                    and path(one.table, name.rpartition(".")[0], self.tables) is None
                )
                best = max(best, agree - 1.5 * far)
        held = {table.ref for table in joined(one.table, self.tables)}
        if Part.BREAKDOWN in self.wishes.parts and not best:
            best = 0.4 * bool(one.table.of("category"))
        values = 4.0 * any(match.table.ref in held and match.exact for match in self.values)
        return one._replace(score=one.score + 2 * best + (2 if best else 0) + values)

    def vague(self) -> bool:
        if self.names.project and not self.said_something():
            return True
        asks = re.search(
            r"\b(?:data|analy|explor|overview|insight|report|look|summar|chart|dashboard|something|anything|project|notebook|numbers?\b|figures?\b|averages?\b|stat(?:s|istics)\b|kpis?\b)", plain(self.rest)
        )  # fmt: skip
        return asks is not None and not self.said_something()

    def said_something(self) -> bool:
        """Whether the request says anything beside the name and words like make and create."""
        return any(word not in GENERAL for word in self.said)

    def lacking(self) -> list[Missing]:
        """What the request names and no table holds, near misses aside."""
        asked = sides_missing(self.rest, self.values, self.vocabulary)
        asked += entities(self.rest, self.values, self.vocabulary)
        asked += elsewhere(self.said, self.tables)
        name = "" if asked else self.name
        if name:
            asked = [*sides_missing(name, self.values, self.vocabulary), *elsewhere(self.name_said, self.tables)]  # fmt: skip
        about = {topic for match in self.values for topic in topics_of(match.table)} | {topic for topic in TOPICS if set(self.said) & TOPICS[topic]}  # fmt: skip
        if "employment" in about and not about & {"sales", "customer", "finance"} and _PAY.search(self.rest):
            asked = ["pay", *[one for one in asked if one != "hour"]]
        if not about & {"sales", "product", "inventory"}:
            asked += _of_trading(self.rest, self.vocabulary)
        asked += [one for match in _BY_AREA.finditer(self.rest) for one in words(match["area"] or match["areas"])[:1] if one not in self.vocabulary]  # fmt: skip
        found: list[str] = []
        for one in dict.fromkeys(asked):
            shown = as_said(one, f"{self.rest} {name}")
            if not any(plain(shown) in plain(other) or plain(other) in plain(shown) for other in found):
                if any(plain(shown) in plain(match.said) for match in self.values):
                    continue
                found.append(shown)
        return [Missing(asked=" ".join(one.split())[:120]) for one in found][:6]

    def _speaks(self, best: Scored, lacking: Sequence[Missing]) -> bool:
        """Whether the table answers more of the request than its general topic, although something is missing."""
        gone = {word for one in lacking for word in words(one.asked)}
        if gone & (PLACES | _AREAS) or self._another_measure(best.table, gone & OTHER_MEASURES):
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

    def _another_measure(self, table: TableCard, gone: set[str]) -> bool:
        """Whether what is missing is what the request wants measured, and nothing that the table measures is asked for beside it."""
        if not gone:
            return False
        own = {word for topic in topics_of(table) for word in TOPICS[topic]} | {word for word in self.said if self.wishes.parts and set(self.wishes.parts) & OF_PRICES}  # fmt: skip
        mine, other = "|".join(map(re.escape, sorted(own))), "|".join(map(re.escape, sorted(gone)))
        both = rf"\b(?:{mine})s?\b[^.;?!]{{0,30}}?(?:{_BESIDE})[^.;?!]{{0,30}}?\b(?:{other})|\b(?:{other})\w*\b[^.;?!]{{0,30}}?(?:{_BESIDE})[^.;?!]{{0,30}}?\b(?:{mine})s?\b"
        return re.search(both, plain(self.rest)) is None

    def _nothing(self, lacking: Sequence[Missing]) -> Sketch:
        there = "; ".join(_there(table) for table in self.tables[:8])
        more = f"; and {len(self.tables) - 8} more tables" if len(self.tables) > 8 else ""
        if lacking:
            what = " and ".join(one.asked for one in lacking)
            why = f"There is nothing about {what} in the data. There is: {there}{more}."
            return Sketch(verdict="refuse", why=why[:400], project=self.names.project, missing=list(lacking))
        if self.vague() or (
            not self.said_something() and (self.period or self.wishes.parts or _WHICH.search(self.rest))
        ):
            choices = [table.ref for table in self.tables[:12]]
            return Sketch(
                verdict="ask", why="The request does not say what to analyse.", choices=choices, project=self.names.project, notebook=self.names.notebook, existing=self.names.into, period=self.period
            )  # fmt: skip
        unknown = [word for word in dict.fromkeys(self.said) if word not in GENERAL][:4]
        about = f"about {', '.join(unknown)}" if unknown else "that the request is about"
        why = f"I find nothing in the data {about}. There is: {there}{more}."
        return Sketch(verdict="refuse", why=why[:400], project=self.names.project)

    def _second(self, best: Scored, scored: Sequence[Scored]) -> TableCard | None:
        """Another table over time that other words of the request speak for, unless the first one joins it."""
        if not (TOGETHER.search(self.rest) or WHILE.search(self.rest)) or best.table.time is None:
            return None
        reached = {table.ref for table in joined(best.table, self.tables)}
        for other in scored[1:]:
            own = other.because - best.because
            if same_series(best.table, other.table):
                continue
            if (
                other.table.time is not None
                and other.score >= 3
                and own - GENERAL
                and other.table.ref not in reached
            ):
                return other.table
        return None


def same_series(one: TableCard, other: TableCard) -> bool:
    """Whether one table holds as rows the series that the other holds as columns."""
    sides = [
        ({value for column in table.of("category") for value in column.values}, {column.name for column in against.of("measure")})
        for table, against in ((one, other), (other, one))
    ]  # fmt: skip
    return any(2 * len(values & names) >= len(names) > 2 for values, names in sides)


def same_things(one: TableCard, other: TableCard) -> bool:
    """Whether two tables speak of the same things: the same series, or a category with mostly the same values."""
    held = [{value for column in table.of("category") for value in column.values} for table in (one, other)]
    return same_series(one, other) or 2 * len(held[0] & held[1]) >= min(len(held[0]), len(held[1])) > 0


def _of_trading(text: str, known: frozenset[str]) -> list[str]:
    """What is measured of a market beside its prices, such as the volume traded, as far as no table holds it."""
    found = [match[0].lower() for match in _TRADED.finditer(text)]
    return [one for one in found if not set(words(one)) <= known and words(one)[-1] not in known]


def _there(table: TableCard) -> str:
    covers = table.time
    when = f", {covers.first} to {covers.last}" if covers and covers.first else ""
    return f"{table.ref}{when}"


__all__ = ["Candidates", "same_series", "same_things"]
