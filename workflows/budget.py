"""Limits of one run. Reaching one ends the run cleanly, with what is known so far."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from agents.errors import BudgetSpent
from agents.questions import A, Around, Decider, OnText, Question


@dataclass(frozen=True)
class Budget:
    """None means no limit."""

    model_calls: int | None = None
    tool_calls: int | None = None
    """Enforced by the toolbox (`limit`)."""
    tokens: int | None = None
    """Input and output together."""
    seconds: float | None = None


class Limited(Around):
    """A decider that refuses to ask a model past the budget; what one answer costs is known only afterwards."""

    def __init__(self, decider: Decider, budget: Budget) -> None:
        super().__init__(decider)
        self._budget = budget

    async def decide(self, question: Question[A], *, on_text: OnText | None = None) -> A:
        if self.label == "offline":
            return await self._decider.decide(question, on_text=on_text)
        usage = self._decider.usage
        calls, tokens = self._budget.model_calls, self._budget.tokens
        if calls is not None and usage.calls >= calls:
            raise BudgetSpent(f"The run's limit of {calls} model calls is reached.")
        if tokens is not None and usage.input_tokens + usage.output_tokens >= tokens:
            raise BudgetSpent(f"The run's limit of {tokens} tokens is reached.")
        return await self._decider.decide(question, on_text=on_text)


@asynccontextmanager
async def within(seconds: float | None) -> AsyncIterator[None]:
    """Raise BudgetSpent when the block takes longer; a write under way is looked for when the thread is resumed."""
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise BudgetSpent(f"The run's limit of {seconds:g} seconds is reached.") from None


__all__ = ["Budget", "Limited", "within"]
