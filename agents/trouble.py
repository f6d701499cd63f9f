"""One attempt on the wire that failed, whether it is worth another try, and the sentence a person gets about it."""

from collections.abc import Sequence
from typing import Any, Protocol

from agents.errors import AccessDenied, AgentError, ToolFailed, Unavailable


class Server(Protocol):
    """What a sentence about a failure needs to know of the server."""

    @property
    def label(self) -> str: ...
    @property
    def command(self) -> Sequence[str]: ...
    @property
    def timeout(self) -> float: ...
    @property
    def key(self) -> str | None: ...
    @property
    def auth(self) -> Any: ...


class Trouble(Exception):
    """One attempt that failed, before it is decided whether to try again and what to tell."""

    def __init__(
        self,
        kind: str,
        words: str,
        *,
        sent: bool,
        status: int | None = None,
        retry_after: float | None = None,
        tool: str | None = None,
        tool_words: str | None = None,
    ) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words
        self.sent = sent
        self.status = status
        self.retry_after = retry_after
        self.tool = tool
        self.tool_words = tool_words

    @property
    def passing(self) -> bool:
        """Whether the same read may well succeed a moment later."""
        if self.tool_words is not None or self.kind in {"large", "refused"}:
            return False
        if self.kind == "unreachable":
            return False
        return self.status is None or self.status < 300 or self.status == 429 or self.status >= 500

    def as_error(self, target: Server, write: str | None = None) -> AgentError:
        """What to tell a person. For a write it also says whether it may have happened."""
        server = target.label
        if self.status in (401, 403):
            return AccessDenied(_denied(server, self, has_key=bool(target.key or target.auth)))
        if self.tool_words is not None:
            return ToolFailed(self.tool or "the workspace", self.tool_words)
        what = _what_happened(server, self, target.timeout)
        if write is None:
            return Unavailable(f"{what} {_advice(target, self)}")
        if not self.sent or self.status in (404, 413, 429):
            return Unavailable(
                f"{what} {write} was not carried out; nothing changed. {_advice(target, self)}"
            )
        return Unavailable(
            f"{what} {write} may or may not have happened: look in the workspace before it is done again.",
            may_have_happened=True,
        )


def _denied(server: str, trouble: Trouble, *, has_key: bool) -> str:
    said = f" It said: {trouble.words.rstrip('.')}." if trouble.words else ""
    if trouble.status == 403:
        return f"{server} does not allow this with this key (403).{said} A key with a higher role is needed."
    if not has_key:
        return f"{server} wants a key (401).{said} Set DEEPNOTE_API_KEY or pass --key-file."
    return f"{server} did not accept the key (401).{said} It may be mistyped, expired or revoked; make a new one."


def _what_happened(server: str, trouble: Trouble, timeout: float) -> str:
    said = trouble.words.rstrip(".")
    match trouble.kind:
        case "unreachable":
            return f"{server} cannot be reached ({said})."
        case "slow":
            return f"{server} did not answer within {timeout:g} seconds."
        case "cut" | "closed":
            return f"The connection to {server} was lost ({said})."
        case "garbage":
            return f"{server} answered with something that is not MCP ({said})."
        case "large":
            return f"{server} sent too much ({said})."
    status = f" ({trouble.status})" if trouble.status else ""
    return f"{server} failed{status}: {said}."


def _advice(target: Server, trouble: Trouble) -> str:
    if trouble.status == 429:
        wait = f" in {trouble.retry_after:g} seconds" if trouble.retry_after else " later"
        return f"Try again{wait}."
    if trouble.status == 404 or trouble.kind == "garbage":
        return "Check the address: it usually ends in /mcp."
    if "CERTIFICATE_VERIFY_FAILED" in trouble.words:
        return "It answers, but its certificate is not trusted here. For an authority of your own, set SSL_CERT_FILE to its certificate (PEM)."
    if trouble.kind == "unreachable" and not target.command:
        return "Check the address and that the server runs; `python -m workspace serve` starts one here."
    return "Try again later."
