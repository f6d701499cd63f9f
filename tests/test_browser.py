"""A real browser, headless: it signs in and agrees to a client, with the policies of the pages in force."""

import os
import shutil
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from front_door import PASSWORD, served
from oauth_client import VERIFIER, challenge

from workspace.access import clients, members, oauth
from workspace.domain import Role
from workspace.opening import open_store
from workspace.server.app import create_app
from workspace.server.settings import Settings

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--virtual-time-budget=20000", "--dump-dom",
]  # fmt: skip
HANDS = f"""<script>
const at = (selector) => document.querySelector(selector);
if (at('form[action="/sign-in"]')) {{
  at('[name=login]').value = 'ann'; at('[name=password]').value = '{PASSWORD}'; at('form[action="/sign-in"] button').click();
}} else if (at('button[value=allow]')) {{ at('button[value=allow]').click(); }}
</script>"""
"""What the person would do, put into each page; nothing else of the page or its headers is touched."""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")


def with_hands(app: Any) -> Any:
    async def handled(scope: Any, receive: Any, send: Any) -> None:
        async def sending(event: Any) -> None:
            if event["type"] == "http.response.start":
                headers = [pair for pair in event["headers"] if pair[0] != b"content-length"]
                allow = (b"default-src 'none'", b"default-src 'none'; script-src 'unsafe-inline'")
                event = {**event, "headers": [(name, value.replace(*allow)) for name, value in headers]}
            elif event.get("body", b"").rstrip().endswith(b"</html>"):
                event = {**event, "body": event["body"] + HANDS.encode()}
            await send(event)

        await app(scope, receive, sending)

    return handled


def test_a_browser_signs_in_agrees_and_brings_the_code_back(tmp_path: Path) -> None:
    answers: list[str] = []

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<p>Back at the client</p>")

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

    client_side = HTTPServer(("127.0.0.1", 0), Callback)
    threading.Thread(target=client_side.serve_forever, daemon=True).start()
    callback = f"http://127.0.0.1:{client_side.server_port}/callback"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        workspace = open_store(tmp_path / "data")
        members.add(workspace.services, "ann", PASSWORD, Role.editor)
        client = clients.register(workspace.services, {"redirect_uris": [callback]})["client_id"]
        asked = {
            "client_id": client,
            "redirect_uri": callback,
            "response_type": "code",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            "scope": "viewer",
        }
        with served(with_hands(create_app(workspace, Settings(origin))), listener):
            root = ["--no-sandbox"] if os.geteuid() == 0 else []
            shown = subprocess.run(
                [
                    str(BROWSER),
                    *FLAGS,
                    *root,
                    f"--user-data-dir={tmp_path / 'profile'}",
                    f"{origin}/authorize?{urlencode(asked)}",
                ],
                capture_output=True,
                text=True,
                timeout=120,
            )
        assert "Back at the client" in shown.stdout, shown.stdout[:2000]
        answer = {name: values[0] for name, values in parse_qs(urlsplit(answers[0]).query).items()}
        assert answer["iss"] == origin
        form = {"code": answer["code"], "redirect_uri": callback, "code_verifier": VERIFIER}
        assert oauth.exchange_code(workspace.services, client, form, f"{origin}/mcp").role is Role.viewer
        workspace.close()
    client_side.shutdown()
    client_side.server_close()
