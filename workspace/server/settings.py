"""How a server is reached and what it lets through; built by the command line, never read from the environment here."""

from dataclasses import dataclass, field

from workspace.server.guard import LOOPBACK

PATH = "/mcp"


@dataclass(frozen=True)
class Settings:
    """The settings of one server process."""

    origin: str
    """How clients and browsers reach it, without a slash at the end: `http://127.0.0.1:8787`. Also the OAuth issuer."""
    hosts: frozenset[str] = LOOPBACK
    """Names that it answers to (without ports)."""
    origins: frozenset[str] = frozenset()
    """Further origins whose pages may send requests."""
    body_limit: int = 4 * 1024 * 1024
    """Bytes of one request."""
    calls_per_minute: int = 3000
    """For each key; 0 for no limit."""
    registrations_per_hour: int = 60
    """New OAuth clients from one address."""
    token_requests_per_minute: int = 120
    """To the token endpoint from one address: far more than refreshing needs, far too few to guess at anything."""
    documents_per_minute: int = 20
    """Client metadata documents that are read for one member."""
    pages: bool = True
    """Whether the pages for people, and with them OAuth, are served."""
    proxies: tuple[str, ...] = field(default=())
    """Addresses whose `X-Forwarded-For` and `-Proto` are believed."""

    @property
    def resource(self) -> str:
        """The MCP endpoint's address: what OAuth tokens are issued for."""
        return self.origin + PATH

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https://")
