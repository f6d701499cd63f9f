"""A command line as a process: who takes its output, and how Ctrl-C ends it."""

import contextlib
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator

GONE = 141
"""What a shell tells of a process whose reader has gone (128 + SIGPIPE)."""


def exit_code(main: Callable[[], int]) -> int:
    """What `main` returns, once all that it printed is written. A reader that has gone ends it silently, a full disk in a sentence."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        code = main()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _let_go()
        return GONE
    except OSError as refused:
        if refused.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _let_go()
        sys.stderr.write(f"What was to be printed cannot be written: {refused.strerror}.\n")
        return 1


def _let_go() -> None:
    """Python writes what is left to standard output as it ends; nothing takes that any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def ended_by_a_second(way_on: Callable[[], str]) -> Iterator[None]:
    """Within an event loop: a first Ctrl-C cancels the run, which closes what it holds open; a second one ends the process at once.

    A second KeyboardInterrupt would strike anywhere, and what it struck might be waited for without end. Nothing is lost: every
    step is in the thread's checkpoints, as if the process had been killed.
    """
    first = signal.getsignal(signal.SIGINT)
    if not callable(first):
        yield
        return
    struck = 0

    def interrupted(number: int, frame: object) -> None:
        nonlocal struck
        struck += 1
        if struck == 1:
            first(number, frame)  # type: ignore[arg-type]
            return
        shown = "\x1b[?25h" if sys.stderr.isatty() else ""  # a spinner hides the cursor
        os.write(2, f"{shown}\nInterrupted. {way_on()}\n".encode())
        os._exit(130)

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, first)


__all__ = ["ended_by_a_second", "exit_code"]
