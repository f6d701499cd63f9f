"""Waiting for a notebook run: growing pauses, a deadline, and no opinion about how the run ends."""

from agents.results import Run
from workflows.context import Context


async def finished_run(context: Context, run_id: str) -> tuple[Run, float]:
    """The run when it is finished or the deadline has passed, and the seconds waited; without its outputs."""
    tools = context.tools.only("get_run").pin(runId=run_id)
    waited, pause, done = 0.0, 0.1, -1
    while True:
        run = await tools.get_run(run_id)
        if run.finished or waited >= context.policy.run_deadline:
            return light(run), waited
        if run.progress is not None and run.progress.blocks_done != done:
            done = run.progress.blocks_done
            context.tell("progress", {"text": f"{run.status}: {done} of {run.progress.blocks_total} blocks"})
        await context.sleep(pause)
        waited += pause
        pause = min(pause * 1.5, 5.0)


def light(run: Run) -> Run:
    """The run without its snapshot and without the address that would show it to anyone."""
    return run.model_copy(
        update={"snapshot_content": None, "snapshot_blocks": None, "snapshot_download_url": None}
    )


__all__ = ["finished_run", "light"]
