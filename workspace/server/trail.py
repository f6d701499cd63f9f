"""Where calls are noted for the audit: changes before they are answered, reads in small batches just after."""

import asyncio
import contextlib
import logging

from sqlalchemy import Engine

from workspace.access import audit

log = logging.getLogger(__name__)

SECONDS_TO_WAIT = 0.2
SECONDS_TO_MEND = 5.0
"""After a failure, such as a full disk, what waits is tried again so much later."""
MOST_WAITING = 200


class Trail:
    """The audit trail of one server process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[audit.Event] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, event: audit.Event, *, at_once: bool) -> None:
        """Note an event. `at_once` puts it, and what waits, into the store before this returns; what fails waits on, and is raised."""
        self._waiting.append(event)
        if at_once or len(self._waiting) == MOST_WAITING:
            self.flush()
        else:
            self._wait(SECONDS_TO_WAIT)

    def flush(self) -> None:
        """Put into the store what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        events, self._waiting = self._waiting, []
        try:
            audit.write(self._engine, events)
        except Exception:
            self._waiting = events + self._waiting
            self._wait(SECONDS_TO_MEND)
            raise

    def _wait(self, seconds: float) -> None:
        if self._timer is None:
            with contextlib.suppress(RuntimeError):  # no loop runs: the server is ending
                self._timer = asyncio.get_running_loop().call_later(seconds, self._later)

    def _later(self) -> None:
        self._timer = None
        try:
            self.flush()
        except Exception:
            log.exception("the audit trail could not be written; %d entries wait", len(self._waiting))
