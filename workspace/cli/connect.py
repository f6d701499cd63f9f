"""`python -m workspace connect CLIENT`: the exact configuration that points a client at this server."""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from workspace.cli.opened import add_options

NAME = "deepnote"
VARIABLE = "DEEPNOTE_API_KEY"
CLIENTS = ("claude-code", "claude-desktop", "cursor", "codex", "vscode")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "connect", help="print the configuration that points a client at this server"
    )
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("--url", default="http://127.0.0.1:8787/mcp", help="the server's MCP address")
    parser.add_argument(
        "--sign-in",
        action="store_true",
        help="let the client sign in through the browser instead of using a key",
    )
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.cli import database_url
    from workspace.keeping import DATABASE_VARIABLE

    database = database_url(arguments.database)
    named = {DATABASE_VARIABLE: database} if database else {}
    stdio = _stdio(arguments)
    print(configuration(arguments.client, arguments.url, sign_in=arguments.sign_in, stdio=stdio, named=named))
    return 0


def _stdio(arguments: argparse.Namespace) -> list[str]:
    """The command that a client starts the server with."""
    from workspace.cli import data_folder

    return [sys.executable, "-m", "workspace", "stdio", "--data", str(data_folder(arguments.data))]


def configuration(
    client: str, url: str, *, sign_in: bool, stdio: list[str], named: Mapping[str, str] | None = None
) -> str:
    """What to type, or what to put into which file; `named` is the environment of `stdio`. No key is ever part of it."""
    need = (
        ""
        if sign_in
        else f"\nSet {VARIABLE} to a key first: export {VARIABLE}=$(python -m workspace key create --role editor --quiet)"
    )
    match client:
        case "claude-code":
            header = "" if sign_in else f' --header "Authorization: Bearer ${VARIABLE}"'
            after = "\nThen type /mcp in Claude Code and choose Authenticate." if sign_in else ""
            return f"claude mcp add --transport http {NAME} {url}{header}{after}{need}"
        case "claude-desktop":
            server: dict[str, Any] = {"command": stdio[0], "args": stdio[1:]}
            if named:
                server["env"] = dict(named)
            if sign_in:
                return f"Settings, Connectors, Add custom connector, with this address:\n{url}"
            return _file(
                "claude_desktop_config.json (Settings, Developer, Edit Config)",
                {"mcpServers": {NAME: server}},
            )
        case "cursor":
            server = (
                {"url": url}
                if sign_in
                else {"url": url, "headers": {"Authorization": f"Bearer ${{env:{VARIABLE}}}"}}
            )
            return _file("~/.cursor/mcp.json", {"mcpServers": {NAME: server}}) + need
        case "codex":
            token = "" if sign_in else f'\nbearer_token_env_var = "{VARIABLE}"'
            after = f"\n\nThen: codex mcp login {NAME}" if sign_in else ""
            return f'# in ~/.codex/config.toml\n[mcp_servers.{NAME}]\nurl = "{url}"{token}{after}{need}'
        case _:
            server = {"type": "http", "url": url}
            if sign_in:
                return _file(".vscode/mcp.json", {"servers": {NAME: server}})
            ask = {
                "type": "promptString",
                "id": "deepnote-key",
                "description": "Key of the workspace",
                "password": True,
            }
            server["headers"] = {"Authorization": "Bearer ${input:deepnote-key}"}
            return _file(".vscode/mcp.json", {"inputs": [ask], "servers": {NAME: server}})


def _file(name: str, content: dict[str, Any]) -> str:
    return f"// in {name}\n{json.dumps(content, indent=2)}"
