"""One kernel: its process, its folder, its sockets. Started, asked to run code, and gone without a trace."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import write_connection_file

from workspace.runs import processes
from workspace.runs.door import Door
from workspace.runs.folders import hold
from workspace.runs.sandbox import PACKAGE, Level, Needs, wrapper

FOLDER = "dnk-"
"""Kernels' folders stand in the system's folder for temporary files: a socket's path has to be short."""
MOST_SIGNS = 60
"""Seconds of silence after a reply until the rest of a block's messages is given up."""
MARK = "DEEPNOTE_KERNEL"
"""An environment variable that every descendant inherits: how a child that left the process group is found."""


class KernelDied(Exception):
    """The kernel's process ended; `code` is its exit code, negative for a signal."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the kernel ended with exit code {code}")
        self.code = code


class KernelNotStarted(Exception):
    """The kernel did not answer; the message carries the last lines it wrote."""


class Message(NamedTuple):
    kind: str
    content: Mapping[str, Any]


class Kernel:
    """Made by `start`; `close` ends it and everything it started."""

    def __init__(
        self, process: asyncio.subprocess.Process, client: AsyncKernelClient, folder: Path, mark: str
    ) -> None:
        self.process = process
        self._client = client
        self.folder = folder
        self._mark = mark
        self.door: Door | None = None
        self._held: IO[bytes] | None = None
        self._closing: asyncio.Future[None] | None = None
        self._ended = asyncio.ensure_future(process.wait())

    @classmethod
    async def start(
        cls, level: Level, needs: Needs, timeout: float = 60, doors: Path | None = None
    ) -> "Kernel":
        """A kernel that answers. With `doors`, a folder of the worker's, it has a door there. Raises KernelNotStarted."""
        launching = asyncio.ensure_future(cls._launch(level, needs, doors))
        try:
            kernel = await asyncio.shield(launching)
        except asyncio.CancelledError:
            await (await launching).close()
            raise
        except OSError as wrong:
            raise KernelNotStarted(f"The kernel did not start: {wrong}.") from None
        folder = kernel.folder
        try:
            async with asyncio.timeout(timeout):
                await kernel._wait_until_it_answers()
        except (TimeoutError, KernelDied) as reason:
            said = (folder / "kernel.log").read_text(errors="replace")[-2_000:].strip()
            await kernel.close()
            raise KernelNotStarted(
                f"The kernel did not start ({reason or 'no answer'}). {said}".strip()
            ) from None
        except BaseException:
            await kernel.close()
            raise
        return kernel

    @classmethod
    async def _launch(cls, level: Level, needs: Needs, doors: Path | None) -> "Kernel":
        """The process, not yet asked whether it answers. Raises OSError; then nothing is left."""
        door = Door(doors) if doors is not None and level is Level.BUBBLEWRAP else None
        folder = Path(tempfile.mkdtemp(prefix=FOLDER))
        held = hold(folder)
        mark = secrets.token_hex(16)
        connection = folder / "c.json"
        file, settings = write_connection_file(str(connection), transport="ipc", ip=str(folder / "k"))
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", file, *_QUIET]
        try:
            with (folder / "kernel.log").open("wb") as log:
                process = await asyncio.create_subprocess_exec(
                    *wrapper(level, folder, needs, door.folder if door else None),
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=folder,
                    env=_environment(folder, mark),
                    start_new_session=True,
                )
        except OSError:
            held.close()
            shutil.rmtree(folder, ignore_errors=True)
            if door is not None:
                door.close()
            raise
        client = AsyncKernelClient()
        client.load_connection_info(settings)
        kernel = cls(process, client, folder, mark)
        kernel._held = held
        kernel.door = door
        return kernel

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return not self._ended.done()

    async def _wait_until_it_answers(self) -> None:
        self._client.start_channels(stdin=False, hb=False)
        while True:
            self._client.kernel_info()
            reply = await self._unless_it_dies(self._client.shell_channel.get_msg(timeout=None), wait=5)
            if reply is not None and await self._unless_it_dies(
                self._client.iopub_channel.get_msg(timeout=None), wait=0.5
            ):
                return

    async def _unless_it_dies(self, coming: Any, wait: float | None = None) -> Any:
        """The awaited message; None after `wait` seconds. Raises KernelDied."""
        task = asyncio.ensure_future(coming)
        try:
            await asyncio.wait({task, self._ended}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            if self._ended.done():
                raise KernelDied(self._ended.result())
            return None
        finally:
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def execute(self, code: str, *, silent: bool = False) -> AsyncGenerator[Message]:
        """Messages until the kernel is idle again, or until IOPub, which may lose some, has passed the reply.

        After the reply and a second of silence the kernel is asked for a sign on IOPub: what was shown before stands before it,
        however late a busy machine delivers it.
        """
        signs: set[str] = set()
        asked = self._client.execute(code, silent=silent, store_history=not silent, allow_stdin=False)
        iopub = self._client.iopub_channel
        reply = asyncio.ensure_future(self._reply_to(asked))
        try:
            while True:
                message = await self._next(iopub, reply)
                if message is None:
                    if len(signs) == MOST_SIGNS:
                        return
                    signs.add(self._ask_for_a_sign())
                    continue
                parent = message["parent_header"].get("msg_id")
                if parent in signs:
                    return
                if parent != asked:
                    continue
                kind, content = message["msg_type"], message["content"]
                if kind == "status" and content["execution_state"] == "idle":
                    await self._unless_it_dies(asyncio.shield(reply))
                    return
                yield Message(kind, content)
        finally:
            if not reply.done():
                reply.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await reply

    async def _next(self, iopub: Any, reply: "asyncio.Future[Any]") -> Any:
        """The next IOPub message, or None once the reply is there and nothing has followed for a second."""
        task = asyncio.ensure_future(iopub.get_msg(timeout=None))
        try:
            await asyncio.wait({task, reply, self._ended}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and not self._ended.done():
                await asyncio.wait({task, self._ended}, timeout=1, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            if self._ended.done():
                raise KernelDied(self._ended.result())
            return None
        finally:
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def tell(self, code: str) -> None:
        """Runs code of ours and drops what it shows. Raises RuntimeError with the error's name if it fails."""
        async for message in self.execute(code, silent=True):
            if message.kind == "error":
                raise RuntimeError(f"{message.content['ename']}: {message.content['evalue']}")

    async def _reply_to(self, asked: str) -> Any:
        """Answers to what was asked before, such as a second question whether the kernel is there, are passed over."""
        while True:
            message = await self._client.shell_channel.get_msg(timeout=None)
            if message["parent_header"].get("msg_id") == asked:
                return message

    def _ask_for_a_sign(self) -> str:
        asking = self._client.session.msg("kernel_info_request", {})
        self._client.control_channel.send(asking)
        return str(asking["header"]["msg_id"])

    def interrupt(self) -> None:
        self._client.control_channel.send(self._client.session.msg("interrupt_request", {}))

    def kill(self) -> None:
        """Ends the kernel's process group and whatever else carries its mark."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        processes.kill_marked(MARK, self._mark)

    async def close(self) -> None:
        """Ends everything and removes the folder, also when it is cancelled meanwhile; a second call does nothing more."""
        self._closing = self._closing or asyncio.ensure_future(self._close())
        try:
            await asyncio.shield(self._closing)
        except asyncio.CancelledError:
            await asyncio.wait({self._closing})
            raise

    async def _close(self) -> None:
        descendants = processes.descendants(self.pid) if self.alive else []
        self.kill()
        for process in descendants:
            processes.kill(process)
        await self._ended
        processes.kill_marked(MARK, self._mark)
        self._client.stop_channels()
        self._client.context.destroy(linger=0)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._held is not None:
            self._held.close()
        if self.door is not None:
            self.door.close()


_QUIET = (
    "--HistoryManager.enabled=False",
    "--InteractiveShell.cache_size=100",
    "--InteractiveShell.colors=nocolor",
    "--log-level=40",
)


def _environment(folder: Path, mark: str) -> dict[str, str]:
    """All that the kernel gets of the environment: nothing of the worker's own."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TMPDIR": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONPATH": str(PACKAGE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "JPY_PARENT_PID": str(os.getpid()),
        MARK: mark,
    }
