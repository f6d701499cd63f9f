"""`python -m workflows.login URL`: sign in to a workspace in the browser; `logout URL` revokes and forgets.

Tokens are kept in the system keyring, or where there is none in a file that only its owner may read.
"""

import argparse
import asyncio
import sys
import webbrowser
from pathlib import Path

import platformdirs

from agents.errors import AgentError


def credentials_folder() -> Path:
    """Where the file with the tokens lies on machines without a keyring."""
    return Path(platformdirs.user_config_dir("deepnote-workflows", appauthor=False))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workflows.login",
        description="Sign in to a Deepnote workspace by OAuth, or sign out again.",
        epilog="Exit codes: 0 done, 1 the server refused or did not answer, 2 wrong usage, 130 interrupted.",
    )
    parser.add_argument(
        "words",
        nargs="+",
        metavar="[logout] URL",
        help="the MCP address, for example http://127.0.0.1:8787/mcp",
    )
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="print the address to open, and paste the one you are sent to",
    )
    return parser


async def _sign_in(server: str, no_browser: bool) -> None:
    from agents import oauth

    vault = oauth.open_vault(credentials_folder())

    async def show(address: str) -> None:
        if no_browser or not webbrowser.open(address):
            print(f"Open this address in a browser:\n\n  {address}\n", file=sys.stderr)

    async def paste() -> str:
        print(
            "Paste the address the browser was sent to at the end (it begins with http://127.0.0.1):",
            file=sys.stderr,
        )
        line: str = await asyncio.to_thread(sys.stdin.readline)
        return line.strip()

    await oauth.sign_in(server, vault, show, paste if no_browser else None)
    print(f"Signed in to {server}; the tokens are in {vault.label}.", file=sys.stdout)


async def _sign_out(server: str) -> None:
    from agents import oauth

    done = await oauth.sign_out(server, oauth.open_vault(credentials_folder()))
    print(f"Signed out of {server}." if done else f"You were not signed in to {server}.", file=sys.stdout)


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    *verb, server = options.words
    if verb not in ([], ["logout"]) or not server.startswith(("http://", "https://")):
        parser.error(
            "give one address, beginning with http:// or https://, and before it at most the word logout"
        )
    try:
        asyncio.run(_sign_out(server) if verb else _sign_in(server, options.no_browser))
    except AgentError as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; nothing was kept.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
