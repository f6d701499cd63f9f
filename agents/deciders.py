"""The decider that needs no key and no network: one rule per question, held to the same checks as a model."""

from agents.questions import A, Around, Decider, OnText, Question, Usage, spoken_text
from agents.rules import ruled


class RuleDecider:
    """Answers with deterministic code (`agents.rules`)."""

    label = "offline"

    def __init__(self) -> None:
        self._usage = Usage()

    @property
    def usage(self) -> Usage:
        """Always nothing."""
        return self._usage

    async def decide(self, question: Question[A], *, on_text: OnText | None = None) -> A:
        """Raises NoAnswer where there is no rule, where the rule finds none, or where its answer does not fit the world."""
        answer = question.settled()
        if answer is None:
            answer = ruled(question)
        if on_text is not None and question.spoken is not None:
            on_text(spoken_text(answer.model_dump(), question.spoken))
        return answer


class Aloud(Around):
    """A decider whose words somebody watches: each question that has spoken text tells it while it is written."""

    def __init__(self, decider: Decider, on_text: OnText) -> None:
        super().__init__(decider)
        self._on_text = on_text

    async def decide(self, question: Question[A], *, on_text: OnText | None = None) -> A:
        watched = self._on_text if question.spoken is not None else None
        return await self._decider.decide(question, on_text=on_text or watched)


__all__ = ["Aloud", "RuleDecider"]
