"""create_run, get_run, list_notebook_runs."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, StrictBool, StrictStr

from workspace.contract.shapes import Arguments, Id, Json, Moment, PageArguments, PageSize, Pagination, Result

RunStatus = Literal["pending", "running", "success", "error", "internal_error", "stopped"]


def _numbers_as_text(given: object) -> object:
    """Says how a number is sent, where the union's own errors would name each thing it is not."""
    if isinstance(given, float | int) and not isinstance(given, bool):
        raise ValueError(f'a number is sent as text: "{given}"')
    return given


InputValue = Annotated[StrictStr | StrictBool | list[StrictStr], BeforeValidator(_numbers_as_text)]


class CreateRunArguments(Arguments):
    notebook_id: Id
    inputs: dict[str, InputValue] = {}
    """Values for this run only, by the names that get_notebook lists under inputs: text, a slider's number as text, true or
    false for a checkbox, a list for several selected options or two dates."""
    detached: bool = True
    """Always true here: a run has a kernel of its own and leaves the notebook as it is."""
    detached_run_storage_mode: Literal["read_write", "readonly"] = "read_write"
    """Taken as the hosted workspace takes it; here a run writes only in a folder of its own, gone when the run is over."""


class CreateRunResult(Result):
    run_id: str
    status: RunStatus
    created_at: Moment


class GetRunArguments(Arguments):
    run_id: Id
    snapshot_delivery: Literal["downloadUrl", "inline", "blocks"] = "downloadUrl"
    """How to give the snapshot of a run that is over: an address good for a short time, its text, or its blocks' outputs."""


class RunError(Result):
    message: str
    """What happened, in one sentence."""
    category: Literal["block", "kernel", "time", "memory", "disk", "output", "worker", "stopped"] = "block"
    """What ended the run: the block's own error, the kernel's end, a limit, the worker's end, or somebody's wish."""
    block_id: str | None = None
    """The block that failed; null when the run itself did."""
    block_type: str | None = None
    ename: str | None = None
    """The exception's name, as Jupyter has it."""
    evalue: str | None = None
    traceback: list[str] | None = None


class RunProgress(Result):
    blocks_done: int
    blocks_total: int
    current_block_id: str | None


class SnapshotBlock(Result):
    id: str
    type: str
    outputs: list[Json]
    """Jupyter outputs."""
    metadata: Json


class RunResult(Result):
    run_id: str
    notebook_id: str
    status: RunStatus
    error: RunError | None
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    """Null while it is going on."""
    inputs: dict[str, Any]
    queue_position: int | None
    """Its place among all runs that wait, 1 for the next; null once it has started."""
    progress: RunProgress
    sandbox: str | None
    """How far the kernel was shut off from the machine; null before it started."""
    snapshot_content: str | None
    snapshot_download_url: str | None
    snapshot_expires_at: Moment | None
    snapshot_truncated: bool
    """Whether outputs were cut to fit; where, a marker in them says."""
    snapshot_blocks: list[SnapshotBlock] | None


class GetRunResult(Result):
    run: RunResult


class ListNotebookRunsArguments(PageArguments):
    notebook_id: Id
    page_size: PageSize = 20


class RunLine(Result):
    run_id: str
    notebook_id: str
    status: RunStatus
    created_at: Moment
    completed_at: Moment | None


class RunsPage(Result):
    runs: list[RunLine]
    """Newest first."""
    pagination: Pagination
