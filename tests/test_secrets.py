"""No secret can be found afterwards: not in the data folder, not in what was printed, not among the processes."""

import base64
import signal
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import pytest
import sqlalchemy
from front_door import PASSWORD, hidden
from oauth_client import CALLBACK, VERIFIER, answered, challenge
from test_server import serving

from workspace.__main__ import main
from workspace.access import keys, members
from workspace.domain import Role
from workspace.keeping import DATABASE_VARIABLE
from workspace.opening import open_store

INTEGRATION_PASSWORD = "integr8-planted-secret"
OVERHEARD = "dnw_" + "unknown-key-that-somebody-tried-" + "x" * 11


def sign_in(web: httpx.Client, origin: str) -> dict[str, str]:
    """A member, by way of a wrong password, lets a client in; its code, tokens and the session."""
    for password in ("wrong-" + PASSWORD, PASSWORD):
        web.post("/sign-in", data={"login": "ann", "password": password, "next": "/"})
    client = web.post("/register", json={"redirect_uris": [CALLBACK]}).json()["client_id"]
    asked = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": CALLBACK,
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        "resource": f"{origin}/mcp",
    }
    page = web.get("/authorize", params=asked)
    code = answered(web.post("/authorize", data=hidden(page.text) | {"role": "viewer", "decision": "allow"}))[
        "code"
    ]
    form = {
        "grant_type": "authorization_code",
        "client_id": client,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    tokens = web.post("/token", data=form).json()
    return {
        "code": code,
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        "session": web.cookies["workspace"],
    }


def run_a_notebook(web: httpx.Client, key: str) -> None:
    def call(tool: str, **arguments: Any) -> dict[str, Any]:
        message = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments},
        }
        result = web.post("/mcp", json=message, headers={"Authorization": f"Bearer {key}"}).json()["result"]
        assert result["isError"] is False, result
        structured: dict[str, Any] = result["structuredContent"]
        return structured

    project = call("create_project", name="A project")["project"]["id"]
    notebook = call("create_notebook", projectId=project, name="A notebook")["notebook"]["id"]
    call(
        "create_block",
        notebookId=notebook,
        type="code",
        content="import os; print(sorted(os.environ.items()))",
    )
    run = call("create_run", notebookId=notebook)["runId"]
    while (status := call("get_run", runId=run)["run"]["status"]) in {"pending", "running"}:
        time.sleep(0.05)
    assert status == "success"


def forms(secret: str) -> set[bytes]:
    return {secret.encode(), quote(secret, safe="").encode(), base64.b64encode(secret.encode())}


def test_secrets_that_were_used_are_found_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    workspace = open_store(data)
    members.add(workspace.services, "ann", PASSWORD, Role.editor)
    key = keys.create(workspace.services, Role.editor, "planted").clear
    workspace.close()
    (tmp_path / "password").write_text(INTEGRATION_PASSWORD)
    where = ["--type", "pgsql", "--host", "127.0.0.1", "--port", "1", "--user", "u", "--db", "d"]
    password = ["--password-file", str(tmp_path / "password")]
    main(["integration", "add", "Planted", *where, *password, "--data", str(data)])
    main(["integration", "test", "Planted", "--data", str(data)])
    secrets = {"key": key, "password": PASSWORD, "integration": INTEGRATION_PASSWORD, "overheard": OVERHEARD}
    with serving(data) as (url, process, printed):
        origin = url.removesuffix("/mcp")
        with httpx.Client(base_url=origin, timeout=60) as web:
            web.post("/mcp", json={}, headers={"Authorization": f"Bearer {OVERHEARD}"})
            secrets |= sign_in(web, origin)
            run_a_notebook(web, key)
            family = psutil.Process(process.pid)
            ours = [family, *family.children(recursive=True)]
            seen = {f"process {one.pid}": repr((one.cmdline(), one.environ())).encode() for one in ours}
            assert len(ours) > 1
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)
    seen["what was printed"] = "\n".join([*printed, *said, *capsys.readouterr()]).encode()
    seen |= {str(file): file.read_bytes() for file in data.rglob("*") if file.is_file()}
    assert b"A notebook" in b"".join(
        seen.values()
    )  # so the store was read, and what stands in it would be found
    assert [
        (name, place)
        for place, content in seen.items()
        for name, secret in secrets.items()
        if any(form in content for form in forms(secret))
    ] == []


@pytest.mark.server
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_databases_password_is_known_to_the_server_and_its_worker_alone(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "d8base-planted-secret"
    address = sqlalchemy.make_url(database).set(password=secret).render_as_string(hide_password=False)
    monkeypatch.setenv(DATABASE_VARIABLE, address)
    workspace = open_store(tmp_path, database=address)
    key = keys.create(workspace.services, Role.editor, "planted").clear
    workspace.close()
    with serving(tmp_path) as (url, process, printed):
        with httpx.Client(base_url=url.removesuffix("/mcp"), timeout=60) as web:
            run_a_notebook(web, key)
            ours = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            knowing = {one.pid for one in ours if one.environ().get(DATABASE_VARIABLE) == address}
            seen = {f"command of {one.pid}": repr(one.cmdline()).encode() for one in ours}
            seen |= {
                f"process {one.pid}": repr(one.environ()).encode() for one in ours if one.pid not in knowing
            }
            kernels = [one for one in ours if any("ipykernel" in word for word in one.cmdline())]
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)
    seen["what was printed"] = "\n".join([*printed, *said]).encode()
    seen |= {str(file): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert len(knowing) == 2
    assert kernels
    assert not {one.pid for one in kernels} & knowing
    assert any(b"PATH" in content for place, content in seen.items() if "snapshot" in place)
    assert [place for place, content in seen.items() if any(form in content for form in forms(secret))] == []
