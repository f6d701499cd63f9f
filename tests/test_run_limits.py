"""What a run does with a notebook that dies, hangs, grows, prints without end or leaves processes behind."""

import asyncio
import contextlib
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from workspace.runs.document import RunBlock, RunDocument
from workspace.runs.executor import BlockDone, run_document
from workspace.runs.kernels import Kernel, KernelNotStarted
from workspace.runs.limits import MEGABYTE, Limits
from workspace.runs.sandbox import Level, Needs, probe

pytestmark = pytest.mark.anyio
STRONGEST = probe()
LEVELS = [Level.LIMITS] if STRONGEST is Level.LIMITS else [Level.LIMITS, STRONGEST]


async def run(*cells: str, limits: Limits | None = None, level: Level = STRONGEST) -> list[BlockDone]:
    document = RunDocument([RunBlock(str(at), "code", cell) for at, cell in enumerate(cells)])
    kernel = await Kernel.start(level, Needs())
    try:
        events = run_document(document, kernel, limits or Limits(), lambda: datetime.now(UTC))
        async with contextlib.aclosing(events):
            return [event async for event in events if isinstance(event, BlockDone)]
    finally:
        await kernel.close()


def told(done: BlockDone) -> tuple[str, str]:
    assert done.error is not None
    return done.error.category, done.error.message


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("import os; os._exit(3)", "The kernel ended by itself (exit code 3) while this block ran."),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "The kernel died while this block ran: it was killed (SIGKILL), by its own code or by the system for memory.",
        ),
    ],
)
async def test_a_kernel_that_dies_ends_the_run_and_says_how(level: Level, cell: str, words: str) -> None:
    if "SIGKILL" in cell and level is not Level.LIMITS:
        # the first process of a namespace cannot kill itself; its parent can
        cell = "import ctypes; ctypes.string_at(0)"
        words = "The kernel died while this block ran: a crash (SIGSEGV)."
    done = await run("print('before')", cell, "print('never')", level=level)
    assert len(done) == 2
    assert told(done[1]) == ("kernel", words)


async def test_a_kernel_killed_from_outside_ends_the_run() -> None:
    document = RunDocument([RunBlock("1", "code", "import time\nprint('on', flush=True)\ntime.sleep(60)")])
    kernel = await Kernel.start(STRONGEST, Needs())
    try:
        events = run_document(document, kernel, Limits(), lambda: datetime.now(UTC))
        async with contextlib.aclosing(events):
            assert not isinstance(await anext(events), BlockDone)
            asyncio.get_running_loop().call_later(0.3, os.killpg, kernel.pid, signal.SIGKILL)
            done = await anext(events)
    finally:
        await kernel.close()
    assert isinstance(done, BlockDone)
    assert told(done)[0] == "kernel"
    assert "SIGKILL" in told(done)[1]


@pytest.mark.parametrize(
    "cell",
    [
        "import time\ntime.sleep(600)",
        "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass",
    ],
)
async def test_a_block_that_hangs_is_ended_at_the_time_limit(cell: str) -> None:
    done = await run("1", cell, "2", limits=Limits(wall_seconds=1))
    assert len(done) == 2
    assert told(done[1]) == ("time", "The run passed its time limit of 1 s and was stopped.")


async def test_the_traceback_of_a_run_out_of_time_shows_where_it_stood() -> None:
    (done,) = await run("import time\ntime.sleep(600)", limits=Limits(wall_seconds=0.5))
    assert "time.sleep(600)" in "".join(done.outputs[-1]["traceback"])


async def test_a_block_that_asks_for_too_much_memory_gets_a_memory_error() -> None:
    (done,) = await run("data = bytearray(3_000_000_000)", limits=Limits(memory_bytes=1_000 * MEGABYTE))
    assert told(done) == ("memory", "MemoryError: the block asked for more memory than the run may have.")


@pytest.mark.parametrize("level", LEVELS)
async def test_a_kernel_whose_children_hold_too_much_memory_is_killed_for_it(level: Level) -> None:
    grow = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'x = bytes(1) * 0; d = b\"1\" * 150_000_000; import time; time.sleep(60)'])"
    both = f"import threading\nfor _ in range(3): threading.Thread(target=lambda: exec({grow!r})).start()\nimport time; time.sleep(60)"
    (done,) = await run(both, limits=Limits(memory_bytes=400 * MEGABYTE, wall_seconds=120), level=level)
    assert told(done) == ("memory", "The kernel was killed: it passed the run's memory limit of 400 MB.")


async def test_forked_workers_that_share_their_memory_are_not_killed_for_it() -> None:
    cell = "import os, time\nshared = bytearray(b'1' * 150_000_000)\nfor _ in range(4):\n    if os.fork() == 0:\n        time.sleep(60)\ntime.sleep(1)\n'done'"
    (done,) = await run(cell, limits=Limits(memory_bytes=500 * MEGABYTE, wall_seconds=120))
    assert done.error is None


@pytest.mark.parametrize(
    ("level", "place", "then"),
    [
        (Level.LIMITS, ".", ""),
        (STRONGEST, "/tmp" if STRONGEST is Level.BUBBLEWRAP else ".", ""),
        (STRONGEST, "/dev/shm" if STRONGEST is Level.BUBBLEWRAP else ".", "os.unlink(files[-1].name)"),
    ],
)
async def test_a_block_that_fills_the_disk_is_killed_for_it(level: Level, place: str, then: str) -> None:
    cell = f"import os\nfiles = []\nwhile True:\n    files.append(open(f'{place}/{{len(files)}}', 'wb', 0))\n    files[-1].write(b'1' * 2_000_000)\n    {then}"
    limits = Limits(disk_bytes=40 * MEGABYTE, wall_seconds=120)
    (done,) = await run(cell, limits=limits, level=level)
    assert told(done) == ("disk", "The kernel was killed: its files passed the run's disk limit of 40 MB.")


async def test_a_file_larger_than_the_limit_is_not_written_and_the_kernel_lives() -> None:
    cell = "import subprocess\nsubprocess.run('head -c 9000000 /dev/zero > big', shell=True)\nopen('big', 'ab').write(b'1' * 9_000_000)"
    (done,) = await run(cell, limits=Limits(disk_bytes=8 * MEGABYTE))
    words = "The block could not write a file. The files of a run may hold 8 MB. OSError: [Errno 27] File too large"
    assert told(done) == ("disk", words)


async def test_a_block_that_prints_without_end_is_cut_and_ended() -> None:
    limits = Limits(output_block_bytes=10_000, output_flood_bytes=2 * MEGABYTE, wall_seconds=120)
    (done,) = await run("while True: print('spam' * 50)", limits=limits)
    assert told(done) == ("output", "The run was stopped: one block printed more than 2 MB.")
    text = "".join(output["text"] for output in done.outputs if output["output_type"] == "stream")
    assert len(text) < 11_000
    assert text.endswith("[output cut: the limit of 10 kB was reached]\n")


async def test_a_block_that_starts_processes_without_end_is_killed() -> None:
    cell = "import subprocess, time\nwhile True:\n    subprocess.Popen(['sleep', '60']); time.sleep(0.005)"
    (done,) = await run(cell, limits=Limits(processes=30, wall_seconds=120))
    assert told(done) == ("kernel", "The kernel was killed: it started more than 30 processes.")


@pytest.mark.parametrize("level", LEVELS)
async def test_nothing_that_a_block_started_outlives_its_run(level: Level) -> None:
    mark = f"{time.time_ns() % 10**9}.25"
    left = (
        f"import subprocess\nsubprocess.Popen(['sleep', '{mark}'])\n"
        f"subprocess.Popen(['sleep', '{mark}'], start_new_session=True)\n"
        f"subprocess.Popen(['sh', '-c', 'setsid sleep {mark} >/dev/null 2>&1 &']).wait()"
    )
    await run(left, level=level)
    psutil.wait_procs(named(mark), timeout=60)
    assert named(mark) == []


def named(mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cmdline()[:2] == ["sleep", mark] and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


async def test_a_run_that_is_cancelled_leaves_no_kernel_and_no_folder() -> None:
    kernel = await Kernel.start(STRONGEST, Needs())
    folder = kernel.folder
    document = RunDocument([RunBlock("1", "code", "import time; time.sleep(60)")])
    events = run_document(document, kernel, Limits(), lambda: datetime.now(UTC))
    await anext(events)
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await events.aclose()
    await kernel.close()
    assert not kernel.alive
    assert not Path(folder).exists()


async def test_a_kernel_that_does_not_answer_in_time_is_reported_and_gone() -> None:
    with pytest.raises(KernelNotStarted, match="The kernel did not start"):
        await Kernel.start(STRONGEST, Needs(), timeout=0.01)
