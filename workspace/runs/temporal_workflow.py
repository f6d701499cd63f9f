"""A notebook run as a Temporal workflow: one activity, repeated as the run's policy says. Nothing else happens here."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

TASK_QUEUE = "deepnote-runs"
ACTIVITY = "run_notebook"


@dataclass(frozen=True)
class RunRequest:
    run_id: str
    attempts: int
    longest_seconds: float
    heartbeat_seconds: float


@workflow.defn(name="NotebookRun")
class NotebookRun:
    @workflow.run
    async def run(self, request: RunRequest) -> str:
        """The run's status at its end; the run's own failure is a status, not a failed workflow."""
        status: str = await workflow.execute_activity(
            ACTIVITY,
            request.run_id,
            result_type=str,
            start_to_close_timeout=timedelta(seconds=request.longest_seconds),
            heartbeat_timeout=timedelta(seconds=request.heartbeat_seconds),
            retry_policy=RetryPolicy(
                maximum_attempts=request.attempts, initial_interval=timedelta(seconds=1)
            ),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        return status
