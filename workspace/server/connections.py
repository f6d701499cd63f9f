"""How requests are read off a connection: by httptools where it is installed, which takes a tenth of the time of uvicorn's fallback.

The fallback (h11) limits the head of a request by itself; httptools leaves that to its user.
"""

from importlib.util import find_spec
from typing import Any

HEAD_LIMIT = 64 * 1024
"""Bytes of a request line with its headers, or of trailers, that one connection may have us hold."""


def protocol() -> type[Any] | str:
    """What uvicorn's `http` setting takes."""
    if find_spec("httptools") is None:
        return "h11"
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    class Connection(HttpToolsProtocol):
        """Counts the bytes that have not become a whole head, a piece of a body or the end of a message."""

        held = 0

        def data_received(self, data: bytes) -> None:
            self.held += len(data)
            super().data_received(data)
            if self.held > HEAD_LIMIT and not self.transport.is_closing():
                self.transport.write(_TOO_LONG)
                self.transport.close()

        def on_headers_complete(self) -> None:
            self.held = 0
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            self.held = 0
            super().on_body(body)

        def on_message_complete(self) -> None:
            self.held = 0
            super().on_message_complete()

    return Connection


_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
