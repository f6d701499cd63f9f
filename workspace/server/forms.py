"""Posted forms: read within a limit, each field once, and from a page of this server."""

from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from workspace.protocol.http import read_body
from workspace.protocol.messages import Denied

LIMIT = 64 * 1024
KIND = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> dict[str, str]:
    """The fields of the body; raises Denied when it is no form, too long, or names a field twice."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != KIND:
        raise Denied(400, f"Send the parameters as {KIND}.")
    body = await read_body(request.headers, request.receive, LIMIT)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError as broken:
        raise Denied(400, "The body cannot be read.") from broken
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Denied(400, "A parameter is given twice.")
    return form


def from_own_page(request: Request, origin: str) -> bool:
    """Whether a browser sent this from one of the server's own pages. A program that is no browser says neither."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    said = request.headers.get("origin")
    if said is None:
        return True
    return said == origin or urlsplit(said).netloc == request.headers.get("host")
