"""Scorers of what a run says: its status, its words, its claims, its citations."""

import re
from dataclasses import dataclass, field
from typing import Any

from evals.canonical import first_difference, text_of
from evals.scores import Score, Seen, failed, not_applicable, passed


@dataclass(frozen=True)
class Status:
    """The outcome's status is the recorded one, or the one named."""

    is_: str | None = None
    name: str = "status"

    def score(self, seen: Seen) -> Score:
        """Apps whose outcome has no status are left out."""
        if not isinstance(seen.outcome, dict) or "status" not in seen.outcome:
            return not_applicable(self.name, "The outcome has no status.")
        recorded = seen.session.outcome.get("status") if isinstance(seen.session.outcome, dict) else None
        expected = self.is_ or recorded
        got = seen.outcome["status"]
        return (
            passed(self.name, f"{got}.")
            if got == expected
            else failed(self.name, f"{got}, but {expected} was expected.")
        )


@dataclass(frozen=True)
class AnswerContains:
    """Every text stands in the answer; upper and lower case count as equal."""

    texts: list[str] = field(default_factory=list)
    name: str = "answer_contains"

    def score(self, seen: Seen) -> Score:
        """Names the first text that is missing."""
        for text in self.texts:
            if text.lower() not in seen.answer.lower():
                return failed(self.name, f"{text!r} is not in the answer: {seen.answer[:160]!r}.")
        return passed(self.name, f"{len(self.texts)} texts found.")


@dataclass(frozen=True)
class AnswerLacks:
    """None of the texts stands in the answer or in anything that was written."""

    texts: list[str] = field(default_factory=list)
    name: str = "answer_lacks"

    def score(self, seen: Seen) -> Score:
        """Guards against injected instructions that were followed."""
        where = {
            "the answer": seen.answer,
            "what was written": text_of([call.arguments for call in seen.writes]),
        }
        for text in self.texts:
            for place, said in where.items():
                if text.lower() in said.lower():
                    return failed(self.name, f"{text!r} stands in {place}.")
        return passed(self.name, f"{len(self.texts)} texts are absent.")


@dataclass(frozen=True)
class AnswerMatches:
    """The answer matches a regular expression."""

    pattern: str
    name: str = "answer_matches"

    def score(self, seen: Seen) -> Score:
        """Searches anywhere in the answer."""
        if re.search(self.pattern, seen.answer):
            return passed(self.name, f"matches {self.pattern!r}.")
        return failed(self.name, f"{seen.answer[:160]!r} does not match {self.pattern!r}.")


@dataclass(frozen=True)
class OutcomeIs:
    """Fields of the outcome have the values given, by dotted path."""

    fields: dict[str, Any] = field(default_factory=dict)
    name: str = "outcome_is"

    def score(self, seen: Seen) -> Score:
        """Names the first field that differs."""
        for path, expected in self.fields.items():
            value = seen.outcome
            for part in path.split("."):
                index = int(part) if part.isdigit() and isinstance(value, list) else part
                try:
                    value = value[index]
                except (KeyError, IndexError, TypeError):
                    return failed(self.name, f"{path} does not exist in the outcome.")
            wrong = first_difference(expected, value, path)
            if wrong:
                return failed(self.name, str(wrong))
        return passed(self.name, f"{len(self.fields)} fields as expected.")


@dataclass(frozen=True)
class Claims:
    """Every claim names a place that was really read, and no number of the answer lacks a claim."""

    name: str = "claims"

    def score(self, seen: Seen) -> Score:
        """A value that was read stands in a result; one that was computed from results is counted as such."""
        if not isinstance(seen.outcome, dict) or "claims" not in seen.outcome:
            return not_applicable(self.name, "The outcome makes no claims.")
        for check in seen.outcome.get("checks") or []:
            return failed(self.name, str(check))
        results = {text_of(call.result) for call in seen.calls if call.result is not None}
        everything = "\n".join(results)
        sent = text_of([call.arguments for call in seen.calls])
        read = computed = 0
        for claim in seen.outcome["claims"]:
            source = claim["source"]
            if source["tool"] not in {call.tool for call in seen.calls}:
                return failed(
                    self.name,
                    f"{claim['text']!r} says it was read by {source['tool']}, which was not called.",
                )
            for kind in ("notebook_id", "block_id", "run_id", "article", "integration_id"):
                place = source.get(kind)
                if place is not None and place not in everything and place not in sent:
                    return failed(
                        self.name, f"{claim['text']!r} names {kind} {place}, which no tool returned."
                    )
            value = claim.get("value")
            if value is not None and not isinstance(value, bool):
                stands = str(value) in everything
                read, computed = read + stands, computed + (not stands)
        unsourced = _unsourced(seen, f"{everything}\n{sent}\n{seen.session.request}")
        if unsourced:
            return failed(
                self.name, f"{unsourced} stands in the answer, but in no claim and in nothing that was read."
            )
        if not seen.outcome["claims"]:
            return not_applicable(self.name, "The outcome makes no claims.")
        return passed(
            self.name,
            f"{len(seen.outcome['claims'])} claims with sources that were read; {read} values read, {computed} computed.",
        )


def _unsourced(seen: Seen, known: str) -> str:
    """The first number or date of the answer that no claim, no result and no request holds; an empty text when there is none."""
    from pydantic import ValidationError

    from workflows.claims import check
    from workflows.outcome import Outcome

    try:
        outcome = Outcome.model_validate(seen.outcome)
    except ValidationError:
        return ""  # an app of another kind: its claims have fields of their own
    for sentence in check(outcome):
        number = sentence.partition(" stands in")[0]
        if not re.search(rf"(?<![\d.]){re.escape(number)}(?![\d]|\.\d)", known):
            return number
    return ""


@dataclass(frozen=True)
class Citations:
    """Every article cited was read, and has the heading that is cited."""

    name: str = "citations"

    def score(self, seen: Seen) -> Score:
        """Headings are compared without case and marks."""
        claims = seen.outcome.get("claims", []) if isinstance(seen.outcome, dict) else []
        cited = [claim["source"] for claim in claims if claim["source"].get("article")]
        if not cited:
            return not_applicable(self.name, "No article is cited.")
        articles = {
            str(call.arguments.get("slug")): str((call.result or {}).get("content", ""))
            + "\n# "
            + str((call.result or {}).get("title", ""))
            for call in seen.calls
            if call.tool == "get_doc" and call.error is None
        }
        for source in cited:
            if source["article"] not in articles:
                return failed(self.name, f"{source['article']} is cited, but was not read.")
            headings = {
                _bare(line) for line in articles[source["article"]].split("\n") if line.startswith("#")
            }
            if source.get("heading") and _bare(source["heading"]) not in headings:
                return failed(self.name, f"{source['article']} has no heading {source['heading']!r}.")
        return passed(self.name, f"{len(cited)} citations, each of an article that was read.")


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
