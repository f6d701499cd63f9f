"""Earlier runs of the demo: snapshots of runs that really ran, packaged with the times at which they did."""

from workspace.domain import Workspace


def store_earlier_runs(workspace: Workspace) -> None:
    """Put the packaged snapshots into the store as finished runs."""
