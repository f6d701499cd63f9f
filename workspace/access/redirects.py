"""Which addresses a browser may be sent back to with a code, and when two of them are the same."""

import re
from urllib.parse import urlencode, urlsplit, urlunsplit

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
APPLICATION_SCHEMES = frozenset({"cursor", "vscode", "vscode-insiders"})
"""Private schemes of desktop applications that cannot listen on a port."""

LONGEST = 500
_PLAIN = re.compile(r"[\x21-\x7e]+")


def why_not(uri: str) -> str | None:
    """None when the address may be registered, or what is wrong with it."""
    if len(uri) > LONGEST or not _PLAIN.fullmatch(uri) or "\\" in uri or "*" in uri:
        return "it holds characters that an address does not have, or is too long"
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it is not an address"
    if parts.fragment or "#" in uri:
        return "it has a fragment"
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        return "it names a user"
    if parts.scheme in APPLICATION_SCHEMES:
        return None if parts.netloc else "it names no application"
    if not host:
        return "it names no host"
    if parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK_HOSTS):
        return None
    return "only https, or http on 127.0.0.1, [::1] or localhost, is sent a code"


def is_loopback(uri: str) -> bool:
    """Whether the code would go to a program on the person's own machine."""
    parts = urlsplit(uri)
    return parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS


def same(registered: str, asked: str) -> bool:
    """Equal byte for byte; on loopback the port may differ, since a program takes whichever is free (RFC 8252 §7.3)."""
    if registered == asked:
        return True
    if why_not(asked) is not None or not is_loopback(registered) or not is_loopback(asked):
        return False
    return _without_port(registered) == _without_port(asked)


def origin(uri: str) -> str:
    """What a content security policy calls the target of a redirect."""
    parts = urlsplit(uri)
    return f"{parts.scheme}:" if parts.scheme in APPLICATION_SCHEMES else f"{parts.scheme}://{parts.netloc}"


def with_answer(uri: str, answer: dict[str, str]) -> str:
    """The address with the answer added to its query."""
    parts = urlsplit(uri)
    query = "&".join(part for part in (parts.query, urlencode(answer)) if part)
    return urlunsplit(parts._replace(query=query))


def _without_port(uri: str) -> tuple[str, str | None, str, str]:
    parts = urlsplit(uri)
    return parts.scheme, parts.hostname, parts.path, parts.query
