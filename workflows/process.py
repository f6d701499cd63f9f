"""A command line as a process: what becomes of its output is no bug of its own, whoever reads it and wherever it is written."""

import errno
import io
import os
import sys
from collections.abc import Callable

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


__all__ = ["exit_code"]
