"""What can go wrong with a run itself; failures between a graph and its workspace are `agents.errors`.

WorkflowError
├── UnknownWorkflow    no workflow of that name; the nearest is offered
├── UnknownThread      nothing is kept under that thread
├── ThreadBusy         another process is working on the thread
├── NothingWaiting     the thread waits for no answer and has nothing left to do
├── BadSettings        options or environment that do not fit together
└── CannotWrite        the disk is full or the data folder is not writable
"""


class WorkflowError(Exception):
    """A failure with one sentence that says what, which one, and what to do next."""


class UnknownWorkflow(WorkflowError):
    """No workflow has that name."""


class UnknownThread(WorkflowError):
    """No run is kept under that thread."""


class ThreadBusy(WorkflowError):
    """Another run holds the thread."""


class NothingWaiting(WorkflowError):
    """The thread is finished; there is nothing to resume."""


class BadSettings(WorkflowError):
    """The settings contradict each other or name something that does not exist."""


class CannotWrite(WorkflowError):
    """The data folder cannot be written."""
