"""`python -m workspace serve`: the workspace over HTTP, with a run worker beside it."""

import argparse
import asyncio
import contextlib
import gc
import ipaddress
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workspace.cli.opened import add_options
from workspace.cli.worker import engine
from workspace.errors import SettingsWrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from workspace.domain import Workspace
    from workspace.server.settings import Settings

BEYOND = (
    "Listening on {host} would let other machines in over plain HTTP, where keys can be read on the way. Give --cert and --key, "
    "or put a TLS proxy in front and give --public-url https://…, or say --plain-http if the network is trusted."
)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "serve", help="serve the workspace over HTTP, and run what is asked to run"
    )
    add_serving_options(parser)
    parser.set_defaults(run=run)


def add_serving_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8787, help="0 takes a free one (default: 8787)")
    add_options(parser)
    parser.add_argument(
        "--docs", type=Path, metavar="DIR", help="a folder of Markdown articles instead of the packaged ones"
    )
    parser.add_argument("--cert", type=Path, metavar="FILE", help="TLS certificate (PEM)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="TLS private key (PEM)")
    parser.add_argument("--plain-http", action="store_true", help="listen beyond this machine without TLS")
    parser.add_argument(
        "--public-url", metavar="URL", help="how clients reach the server, when a proxy stands in front"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name the server answers to",
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="URL",
        help="a site whose pages may send requests",
    )
    parser.add_argument(
        "--trust-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="a proxy whose X-Forwarded headers are believed",
    )
    parser.add_argument(
        "--calls-per-minute",
        type=int,
        default=3000,
        metavar="N",
        help="for each key; 0 for no limit (default: 3000)",
    )
    parser.add_argument("--body-limit", type=int, default=4, metavar="MB", help="of one request (default: 4)")
    parser.add_argument(
        "--no-pages", action="store_true", help="serve the MCP endpoint only: no pages, no OAuth"
    )
    parser.add_argument("--no-worker", action="store_true", help="start no run worker beside the server")
    parser.add_argument(
        "--engine",
        type=engine,
        default="local",
        metavar="temporal://HOST:PORT",
        help="the worker takes runs from Temporal instead of the store's own queue",
    )


def run(arguments: argparse.Namespace) -> int:
    from workspace.cli import data_folder, database_url

    arguments.database = database_url(arguments.database)
    return serve(arguments, data_folder(arguments.data), lambda workspace: contextlib.nullcontext())


def serve(
    arguments: argparse.Namespace,
    data: Path,
    beside: "Callable[[Workspace], contextlib.AbstractContextManager[None]]",
) -> int:
    """Serve the workspace in `data` until a signal comes; `beside` is open meanwhile."""
    from workspace.documentation import navigation
    from workspace.opening import open_store

    if arguments.docs is not None:
        navigation(arguments.docs)  # told now, not to the first who asks
    with _listen(arguments) as listener:
        settings = _settings(arguments, listener.getsockname()[1])
        workspace = open_store(data, database=arguments.database, docs=arguments.docs, origin=settings.origin)
        try:
            with beside(workspace):
                return asyncio.run(_serve(arguments, workspace, settings, listener))
        finally:
            workspace.close()


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(arguments: argparse.Namespace) -> socket.socket:
    """The bound socket; refuses an address that others can reach when nothing protects the keys on their way."""
    if bool(arguments.cert) != bool(arguments.key):
        raise SettingsWrong("TLS needs both --cert and --key.")
    for file in (arguments.cert, arguments.key):
        if file is not None and not file.is_file():
            raise SettingsWrong(f"There is no file {file}.")
    if arguments.cert:
        import ssl

        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(arguments.cert, arguments.key)
        except (ssl.SSLError, OSError) as failed:
            raise SettingsWrong(
                f"{arguments.cert} and {arguments.key} are no certificate (PEM) with its key: {failed.strerror or failed}."
            ) from failed
    protected = (
        bool(arguments.cert) or (arguments.public_url or "").startswith("https://") or arguments.plain_http
    )
    if not is_loopback(arguments.host) and not protected:
        raise SettingsWrong(BEYOND.format(host=arguments.host))
    try:
        family = socket.getaddrinfo(arguments.host, arguments.port, type=socket.SOCK_STREAM)[0][0]
    except OSError as failed:
        raise _cannot_listen(arguments, failed) from failed
    # asyncio sends small answers at once only on sockets that say they are TCP; others wait 40 ms for an acknowledgement
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((arguments.host, arguments.port))
    except (OSError, OverflowError) as failed:
        listener.close()
        raise _cannot_listen(arguments, failed) from failed
    return listener


def _cannot_listen(arguments: argparse.Namespace, failed: OSError | OverflowError) -> SettingsWrong:
    why = (isinstance(failed, OSError) and failed.strerror) or str(failed).rstrip(".")
    return SettingsWrong(f"Cannot listen on {arguments.host}:{arguments.port}: {why}. Try another --port.")


def _settings(arguments: argparse.Namespace, port: int) -> "Settings":
    from workspace.server.guard import LOOPBACK, host_name
    from workspace.server.settings import Settings

    shown = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    scheme = "https" if arguments.cert else "http"
    origin = (arguments.public_url or f"{scheme}://{shown}:{port}").rstrip("/")
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query:
        raise SettingsWrong("--public-url is scheme and host, such as https://notebooks.example.org")
    hosts = {host_name(parts.netloc), shown.lower(), *(host_name(name) for name in arguments.allow_host)}
    return Settings(
        origin=origin,
        hosts=frozenset(hosts | (LOOPBACK if is_loopback(arguments.host) else set())),
        origins=frozenset(arguments.allow_origin),
        body_limit=max(1, arguments.body_limit) * 1024 * 1024,
        calls_per_minute=max(0, arguments.calls_per_minute),
        pages=not arguments.no_pages,
        proxies=tuple(arguments.trust_proxy),
    )


async def _serve(
    arguments: argparse.Namespace, workspace: "Workspace", settings: "Settings", listener: socket.socket
) -> int:
    import uvicorn

    from workspace.keeping import keep_worker
    from workspace.server.app import create_app
    from workspace.server.connections import protocol

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(workspace, settings),
            http=protocol(),
            log_level="warning",
            access_log=False,
            server_header=False,
            ssl_certfile=arguments.cert,
            ssl_keyfile=arguments.key,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
            timeout_graceful_shutdown=5,
        )
    )
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]  # ours also end the worker
    interrupted = _end_on_signals(server)
    async with contextlib.AsyncExitStack() as closing:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        if server.started:
            gc.freeze()  # what was imported stays; looking through it at each full collection would hold answers up
            if (
                not arguments.no_worker
            ):  # only now, so that it does not take the processor from the server's start
                engine = () if arguments.engine == "local" else ("--engine", arguments.engine)
                await closing.enter_async_context(
                    keep_worker(workspace.services.data, arguments.database, engine)
                )
            _greet(workspace, settings)
        await serving
    return 130 if signal.SIGINT in interrupted else 0


def _end_on_signals(server: object) -> list[signal.Signals]:
    """The first signal ends the server when its open requests are answered, the second at once."""
    seen: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        server.force_exit = bool(seen)  # type: ignore[attr-defined]
        server.should_exit = True  # type: ignore[attr-defined]
        seen.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    return seen


def _data_option(workspace: "Workspace") -> str:
    """What a further command needs to find the same data folder."""
    import shlex

    from workspace.cli import data_folder

    data = workspace.services.data
    return "" if data == data_folder(None) else f" --data {shlex.quote(str(data))}"


def _greet(workspace: "Workspace", settings: "Settings") -> None:
    from workspace.access import members
    from workspace.domain import Role

    lines = [f"Serving {workspace.name} from {workspace.services.data}", f"  MCP      {settings.resource}"]
    if settings.pages:
        link = members.make_link(workspace.services, Role.admin)
        lines.append(f"  Pages    {settings.origin}/sign-in/link?link={link}")
        lines.append("           (this link signs one browser in, once, within half an hour)")
    lines.append(f"  Keys     python -m workspace key create --role editor{_data_option(workspace)}")
    lines.append("  Clients  python -m workspace connect claude-code")
    if _is_empty(workspace):
        lines.append(
            f"  Empty    python -m workspace demo{_data_option(workspace)} fills it with notebooks on real data"
        )
    lines.append("Ctrl-C ends the server and its run worker.")
    print("\n".join(lines), flush=True)


def _is_empty(workspace: "Workspace") -> bool:
    from sqlalchemy import select

    from workspace.store.schema import Project

    with workspace.reading() as connection:
        return connection.execute(select(Project.id).limit(1)).first() is None
