"""`--engine temporal://HOST:PORT`: the queue's runs become Temporal workflows, carried out by any worker that is connected.

The store stays the truth: an activity claims its run there like a local worker does, so no run is ever carried out twice
at once, whatever Temporal repeats.
"""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner
from temporalio.worker import Worker as TemporalWorker

from workspace.errors import SettingsWrong
from workspace.runs import queue
from workspace.runs.sandbox import Needs
from workspace.runs.schema import TERMINAL
from workspace.runs.temporal_workflow import TASK_QUEUE, NotebookRun, RunRequest
from workspace.runs.worker import Worker, WorkerSettings

BEAT_SECONDS = 1.0


async def connect(address: str) -> Client:
    """A client for `temporal://HOST:PORT[/NAMESPACE]`. Raises SettingsWrong."""
    parts = urlsplit(address)
    if parts.scheme != "temporal" or not parts.hostname:
        raise SettingsWrong(f"{address!r} is no engine. Give temporal://HOST:PORT, or leave --engine out.")
    target = f"{parts.hostname}:{parts.port or 7233}"
    try:
        return await Client.connect(target, namespace=parts.path.strip("/") or "default")
    except (RPCError, RuntimeError) as failed:
        raise SettingsWrong(f"No Temporal server answers at {target}: {failed}") from None


class TemporalRuns:
    """One worker process: hands waiting runs to Temporal and carries out those that Temporal gives it."""

    def __init__(
        self,
        client: Client,
        engine: Engine,
        settings: WorkerSettings,
        worker: Worker,
        log: Callable[[str], None],
    ) -> None:
        self._client = client
        self._engine = engine
        self._settings = settings
        self._worker = worker
        self._log = log
        self._handed: set[str] = set()

    async def serve(self, until: asyncio.Event) -> None:
        activities = TemporalWorker(
            self._client,
            task_queue=TASK_QUEUE,
            workflows=[NotebookRun],
            activities=[self.run_notebook],
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_concurrent_activities=self._settings.slots,
        )
        self._worker.kernels.warm(Needs())
        try:
            async with activities:
                await self._worker.looking(until, self._hand_over)
        finally:
            await self._worker.kernels.close()

    async def _hand_over(self) -> None:
        """Starts a workflow for every run that may start; the workflow's id is the run's, so each is started once."""
        waiting = queue.waiting_runs(self._engine, 100)
        self._handed &= {run.id for run in waiting}
        for run in waiting:
            if run.id in self._handed:
                continue
            request = RunRequest(
                run.id,
                queue.MOST_ATTEMPTS if run.policy == "retry" else 1,
                self._settings.limits.wall_seconds + self._settings.limits.start_seconds + 600,
                self._settings.lease.total_seconds(),
            )
            try:
                await self._client.start_workflow(
                    NotebookRun.run,
                    request,
                    id=f"notebook-run-{run.id}",
                    task_queue=TASK_QUEUE,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                )
            except RPCError as failed:
                self._log(f"Temporal does not take the run {run.id}: {failed}")
                return
            self._handed.add(run.id)

    @activity.defn(name="run_notebook")
    async def run_notebook(self, run_id: str) -> str:
        """Carries the run out, or waits until the worker that holds it has ended it or lost it; its status."""
        while True:
            try:
                claimed = queue.claim(
                    self._engine, self._worker.name, self._worker.now(), self._settings.lease, run_id
                )
                status = queue.status_of(self._engine, run_id)
            except OperationalError:
                claimed, status = None, "running"
            if claimed is not None:
                await self._attend(claimed)
                continue
            if status is None or status in TERMINAL:
                return status or "gone"
            activity.heartbeat()
            await asyncio.sleep(BEAT_SECONDS)

    async def _attend(self, claimed: queue.Claimed) -> None:
        work = asyncio.create_task(self._worker.run(claimed))
        try:
            while not work.done():
                activity.heartbeat()
                await asyncio.wait({work}, timeout=BEAT_SECONDS)
        except asyncio.CancelledError:
            details = activity.cancellation_details()
            if details is not None and details.cancel_requested:
                self._worker.stop(claimed.id)
            else:
                work.cancel()
            await asyncio.wait({work})
            raise
