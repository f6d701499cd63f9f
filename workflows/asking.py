"""A run with a person at it: begun or resumed, its plan and its questions asked on the terminal, until it ends or waits."""

import signal
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from workflows.console import Watch, ask_choice, ask_plan, on_terminal
from workflows.log import Log
from workflows.outcome import Outcome, Status
from workflows.runner import Ended, Runner, Waiting
from workflows.trace import Trace

R = TypeVar("R")


@dataclass
class Asking:
    """The run from its first step to its end, with a person's answers in between."""

    options: Namespace
    runner: Runner
    watch: Watch
    trace: Trace
    stands: Callable[[str], None]
    """Told where the thread stands while a person is asked."""
    log: Log
    draft: Path

    async def answer(self, kept: str, request: str) -> tuple[Outcome | None, dict[str, Any] | None]:
        """The outcome, or the plan that waits because nobody can be asked. `kept` is the request of the thread."""
        step = await self._begun(request)
        while True:
            if isinstance(step, Waiting):
                self.stands("waiting")
                self.log.say(
                    "plan", "; ".join(step.payload.get("problems") or step.payload.get("summary", []))
                )
                if not on_terminal() or self.options.json:
                    return None, step.payload
                answer = self._asked(partial(ask_plan, step.payload, self.watch, self.draft))
                self.log.say("answer", _in_words(answer))
                step = await self.runner.resume(answer)
                continue
            outcome = step.outcome
            if outcome.status is Status.NEEDS_ANSWER and outcome.question and on_terminal() and not self.options.json:  # fmt: skip
                self.watch.still()
                self.stands(outcome.status.value)
                self.watch.console.print(outcome.answer.replace(outcome.question, "").strip())
                reply = self._asked(partial(ask_choice, outcome.question, outcome.choices, self.watch))
                if reply:
                    self.log.say("answer", reply)
                    step = await self.runner.start(kept, reply=reply)
                    continue
            self.log.say("result", f"{outcome.status.value}: {outcome.answer}")
            return outcome, None

    async def _begun(self, request: str) -> Ended | Waiting:
        ahead = ", approved in advance" if self.options.yes else ""
        if not self.options.resume:
            self.log.say("request", request + ahead)
            return await self.runner.start(request)
        step = await self.runner.resume(True if self.options.yes else None)
        self.log.say("request", f"resumed{ahead}")
        return step

    def _asked(self, question: Callable[[], R]) -> R:
        """A person's answer. The event loop stands still meanwhile, so that Ctrl-C ends the question at once, and Ctrl-D does too."""
        started = time.perf_counter()
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return question()
        except EOFError:
            raise KeyboardInterrupt from None
        finally:
            signal.signal(signal.SIGINT, before)
            self.trace.asked(time.perf_counter() - started)


def _in_words(answer: object) -> str:
    return "yes" if answer is True else "no" if answer is False else "the plan, edited"


__all__ = ["Asking"]
