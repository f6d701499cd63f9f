"""Notebook runs: the queue in the store, the worker that empties it, kernels and their limits, snapshots, schedules."""
