"""What can go wrong in an eval, apart from a score that is too low.

EvalError
├── Usage          a session, an option or a fixture is wrong: the file, the line, what to do
├── Drift          the run left its tape: names the nearest recording and the first field that differs
└── Infrastructure a key, a server, a process or the disk failed; says nothing about the workflow
"""


class EvalError(Exception):
    """A failure of the harness or of its material, in one sentence."""


class Usage(EvalError):
    """A mistake in a session file, a suite file or on the command line."""


class Drift(EvalError):
    """A run asked for something that is not on its tape."""


class Infrastructure(EvalError):
    """Something outside the workflow failed, so the session could not be judged."""
