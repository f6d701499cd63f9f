"""Snapshots under their signed, short-lived addresses: no key is needed, and none is sent to where the address leads."""

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from workspace.domain import Workspace
from workspace.runs.snapshots import SnapshotRefused, verified_path


def routes(workspace: Workspace) -> list[BaseRoute]:
    def download(request: Request) -> Response:
        run_id, query = request.path_params["run_id"], request.query_params
        try:
            path = verified_path(
                workspace.signing_key,
                workspace.services.data,
                run_id,
                query.get("expires", ""),
                query.get("signature", ""),
                workspace.now,
            )
        except SnapshotRefused as refused:
            return PlainTextResponse(f"{refused}\n", 403, HEADERS)
        return FileResponse(path, media_type="application/yaml", filename=path.name, headers=HEADERS)

    return [Route("/snapshots/{run_id}", download)]


HEADERS = {"Cache-Control": "private, no-store", "Content-Security-Policy": "sandbox"}
