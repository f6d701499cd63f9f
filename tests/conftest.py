"""Shared fixtures: the async backend, and nothing that a test could not show on its own screen."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
