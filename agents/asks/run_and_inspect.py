"""What a person wants of a run: whether to run at all, and with which input values."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from agents.asks.material import lines
from agents.questions import Answer, Question, asked_together
from agents.rules.run_and_inspect_intent import COMPARED_WITH, FORBIDDEN, PAST, asks_to_run
from agents.rules.wording import folded

FREE = frozenset({"input-text", "input-textarea"})
"""Inputs that take any text: only what the request says may go there."""


class InputCard(BaseModel):
    """An input block of the notebook."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: str
    label: str = ""
    value: str | bool | list[str] | None = None
    options: list[str] = Field(default_factory=list)
    multiple: bool = False
    min: float | None = None
    max: float | None = None
    step: float | None = None

    @property
    def line(self) -> str:
        """What a model reads about it."""
        parts = [self.type.removeprefix("input-"), f"now {self.value!r}"]
        if self.label and self.label != self.name:
            parts.insert(0, self.label)
        if self.options:
            parts.append(
                f"one of {', '.join(self.options)}"
                if not self.multiple
                else f"any of {', '.join(self.options)}"
            )
        if self.min is not None or self.max is not None:
            parts.append(f"from {self.min} to {self.max}")
        return " · ".join(parts)


class InputValue(Answer):
    name: str
    """Name of a listed input."""
    values: list[str] = Field(max_length=50)
    """Its value for this run, as text; `true` or `false` for a checkbox; start and end for a date range; several for a multiple choice."""


class RunWish(Answer):
    reason: str = Field(default="", max_length=200)
    """The words that ask for a run, or that ask for none."""
    run: bool = True
    """True when the request asks for a run, or sets values that only a new run can take; False when it asks about earlier runs, forbids a run, or asks for none."""
    inputs: list[InputValue] = Field(default_factory=list, max_length=30)
    """Values that the request asks for; leave out inputs that it does not speak of."""
    unknown: list[str] = Field(default_factory=list, max_length=8)
    """Values or settings that the request asks for and no listed input can take, each in its own words."""


class HowToRun(Question[RunWish]):
    """Which values does the request give to the notebook's inputs, and is it to be run at all?"""

    name: ClassVar[str] = "run_and_inspect.wish"

    request: str
    """Without the notebook's name."""
    notebook: str
    inputs: list[InputCard]
    today: str = "1970-01-01"
    """The day on which it is asked, for `yesterday`."""

    @property
    def day(self) -> date:
        return date.fromisoformat(self.today)

    def material(self) -> dict[str, str]:
        rows = lines((card.name, card.line) for card in self.inputs)
        return {"request": self.request, "notebook": self.notebook, "inputs": rows, "today": self.today}

    def closed(self) -> Mapping[str, Collection[str]]:
        return {"inputs.name": [card.name for card in self.inputs]}

    def deed(self, answer: RunWish) -> object:
        if not answer.run or answer.unknown:
            return None
        return "run", sorted((given.name, *given.values) for given in answer.inputs)

    def in_words(self, answer: RunWish) -> str:
        if answer.unknown:
            return f"Tell the person that no input of the notebook takes {', '.join(answer.unknown)}."
        if not answer.run:
            return "Compare earlier runs, without a new one."
        values = ", ".join(f"{given.name} = {', '.join(given.values)}" for given in answer.inputs)
        return f"Run the notebook with {values or 'its inputs as they are'}."

    def problems(self, answer: RunWish) -> list[str]:
        known = {card.name: card for card in self.inputs}
        wrong = []
        if answer.run and self._wants_no_run(sets=bool(answer.inputs)):
            wrong.append("The request asks for no new run.")
        for given in answer.inputs:
            card = known.get(given.name)
            if card is None:
                wrong.append(f"There is no input {given.name!r}; there are: {', '.join(known) or 'none'}.")
            else:
                wrong += misfits(card, given.values)
                wrong += [
                    f"The request does not give {card.name} the text {value[:80]!r}."
                    for value in given.values
                    if card.type in FREE and folded(value) not in folded(self.request)
                ]
        return wrong

    def _wants_no_run(self, *, sets: bool) -> bool:
        """Running costs and cannot be taken back, so a model's word does not start what the request forbids or only asks about."""
        text = COMPARED_WITH.sub(" ", self.request) if sets else self.request
        return FORBIDDEN.search(self.request) is not None or (
            PAST.search(text) is not None and not asks_to_run(self.request)
        )

    @classmethod
    def sample(cls) -> "HowToRun":
        region = InputCard(
            name="region", type="input-select", label="Region", value="EU", options=["EU", "US"]
        )
        return cls(
            request="Run it for the US and tell me what changed.",
            notebook="Monthly KPIs",
            inputs=[region],
            today="2026-02-02",
        )


def misfits(card: InputCard, values: list[str]) -> list[str]:
    """Why an input cannot take these values, one sentence each."""
    kind = card.type
    if not values:
        return [f"{card.name} needs a value."]
    if kind == "input-checkbox" and values not in (["true"], ["false"]):
        return [f"{card.name} is a checkbox: true or false."]
    if card.options:
        unknown = [value for value in values if value not in card.options]
        if unknown:
            return [f"{card.name} has no value {unknown[0]!r}; it has: {', '.join(card.options)}."]
    if kind == "input-slider":
        try:
            number = float(values[0])
        except ValueError:
            return [f"{card.name} is a number, not {values[0]!r}."]
        low, high = card.min, card.max
        if (low is not None and number < low) or (high is not None and number > high):
            return [f"{card.name} goes from {_plain(low)} to {_plain(high)}; {values[0]} lies outside."]
    if len(values) > 1 and not card.multiple and kind != "input-date-range":
        return [
            f"{card.name} takes one value a run, and {', '.join(values[:-1])} and {values[-1]} are asked for: ask for one of them."
        ]
    if "date" in kind:
        wrong = [value for value in values if not _is_day(value)]
        if wrong and not (kind == "input-date-range" and len(values) == 1):
            return [f"{card.name} is a date such as 2015-06-30, and “{wrong[0]}” is none."]
    return []


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True


def _plain(number: float | None) -> str:
    return "any" if number is None else f"{number:g}"


class Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    """`c1`, `c2`, …"""
    sentence: str


class Wording(Answer):
    picked: list[str] = Field(max_length=5)
    """Keys of the changes that matter most to the person, the most important first; at most five."""
    headline: str = Field(max_length=240)
    """One plain sentence that says what these changes come to. It contains no figure that is not in a listed change."""


class WhatMatters(Question[Wording]):
    """Which of the changes matter, and what do they come to?"""

    name: ClassVar[str] = "run_and_inspect.matters"
    spoken: ClassVar[str | None] = "headline"

    request: str
    changes: list[Change]

    def material(self) -> dict[str, str]:
        return {
            "request": self.request,
            "changes": lines((change.key, change.sentence) for change in self.changes),
        }

    def closed(self) -> Mapping[str, Collection[str]]:
        return {"picked": [change.key for change in self.changes]}

    def in_words(self, answer: Wording) -> str:
        return f"{', '.join(answer.picked)}: {answer.headline}"

    def problems(self, answer: Wording) -> list[str]:

        known = {change.key for change in self.changes}
        wrong = [f"There is no change {key!r}." for key in answer.picked if key not in known]
        said = " ".join(change.sentence for change in self.changes)
        figures = re.findall(r"\d[\d.,]*", answer.headline)
        return wrong + [
            f"The figure {figure} stands in no listed change."
            for figure in figures
            if figure.rstrip(".,") not in said
        ]

    @classmethod
    def sample(cls) -> "WhatMatters":
        changes = [
            Change(
                key="c1",
                sentence="Block 5, Latest month: total went from 141,865 to 142,107 (+242, +0.17 %).",
            )
        ]
        return cls(request="Run Monthly KPIs and tell me what changed.", changes=changes)


asked_together(HowToRun, WhatMatters)

__all__ = ["Change", "HowToRun", "InputCard", "InputValue", "RunWish", "WhatMatters", "Wording", "misfits"]
