"""A thread is one process's at a time, on this machine and, with checkpoints in PostgreSQL, between machines."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workflows.errors import BadSettings, CannotWrite, ThreadBusy
from workflows.threads import Threads

POSTGRES = os.environ.get("DEEPNOTE_TEST_POSTGRES", "")
HOLDER = """
import sys
from pathlib import Path
from workflows.threads import Threads
with Threads(Path(sys.argv[1]), sys.argv[2]).lock(sys.argv[3]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.server
@pytest.mark.skipif(not POSTGRES, reason="DEEPNOTE_TEST_POSTGRES is not set")
def test_two_machines_on_one_database_are_kept_apart_until_one_of_them_dies(tmp_path: Path) -> None:
    thread = f"shared-{os.getpid()}"
    here = Threads(tmp_path / "here", POSTGRES)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "there"), POSTGRES, thread],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(ThreadBusy, match=f"Another run is working on thread '{thread}'"), here.lock(thread):  # fmt: skip
            pass
        with here.lock(thread + "-another"):
            pass
        other.kill()
    until = time.monotonic() + 30
    while not _free(here, thread):
        assert time.monotonic() < until, "a dead process keeps its thread"
    with here.lock(thread), pytest.raises(ThreadBusy), here.lock(thread):
        pass


def _free(threads: Threads, thread: str) -> bool:
    try:
        with threads.lock(thread):
            return True
    except ThreadBusy:
        return False


def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(tmp_path: Path) -> None:
    threads = Threads(tmp_path, "postgresql://someone:hidden-word@127.0.0.1:9/nowhere")
    with pytest.raises(CannotWrite, match="checkpoint database did not answer") as told, threads.lock("one"):
        pass
    assert "hidden-word" not in str(told.value)


@pytest.mark.anyio
@pytest.mark.server
@pytest.mark.skipif(not POSTGRES, reason="DEEPNOTE_TEST_POSTGRES is not set")
async def test_a_database_that_takes_no_writes_is_one_sentence(tmp_path: Path) -> None:
    only_read = f"{POSTGRES}?options=-c%20default_transaction_read_only%3Don%20-c%20search_path%3Dnowhere"
    with pytest.raises(CannotWrite, match="checkpoint database refused"):
        async with Threads(tmp_path, only_read).saver():
            pass


@pytest.mark.parametrize(
    "address", ["mysql://someone:hidden-word@127.0.0.1/x", "postgresql://someone:hidden-word@[x/y", "hidden-word"]
)  # fmt: skip
def test_an_address_that_is_none_is_said_without_its_password(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadSettings, match="postgresql://") as told, Threads(tmp_path, address).lock("one"):
        pass
    assert "hidden-word" not in str(told.value)
