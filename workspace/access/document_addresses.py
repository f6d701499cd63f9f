"""Which addresses of client documents may be read, and which IP addresses are of the open internet. Rules only; nothing is sent."""

import ipaddress
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

EVERYWHERE = "on"
"""Stands among the allowed hosts for every public one."""
LONGEST_ADDRESS = 500


def is_address(client_id: str) -> bool:
    """Whether a client id is the address of a document; ids that were given out here are not."""
    return client_id.lower().startswith(("https:", "http:"))


def why_not(client_id: str, allowed: Collection[str]) -> str | None:
    """None when the document may be read, or the reason in words for the person."""
    if not allowed:
        return "this server takes registered clients only. An admin allows others with `python -m workspace policy client-documents`"
    if len(client_id) > LONGEST_ADDRESS or not client_id.isascii() or not client_id.isprintable():
        return "its address holds characters that an address does not have, or is too long"
    try:
        parts = urlsplit(client_id)
        port = parts.port
    except ValueError:
        return "its address cannot be read"
    wrong = _wrong_parts(client_id, parts)
    if wrong is not None:
        return wrong
    host = parts.hostname or ""
    if host in allowed:
        return None
    if EVERYWHERE not in allowed:
        return f"this server does not read documents of {host}"
    return None if port in {None, 443} else "documents are read from port 443 only"


def _wrong_parts(client_id: str, parts: SplitResult) -> str | None:
    if parts.scheme != "https" or not client_id.startswith("https://"):
        return "its address does not begin with https://"
    if "#" in client_id or "@" in parts.netloc or "\\" in client_id or " " in client_id:
        return "its address has a fragment, a user or a backslash"
    if not parts.hostname:
        return "its address names no host"
    if parts.path in {"", "/"}:
        return "its address names no document"
    segments = parts.path.lower().replace("%2e", ".").split("/")
    if "." in segments or ".." in segments:
        return "its address has . or .. in its path"
    return None


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, looking through the forms that carry an IPv4 address inside."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        for inner in (found.ipv4_mapped, found.sixtofour, *(found.teredo or ())):
            if inner is not None and not is_public(str(inner)):
                return False
        if found.ipv4_mapped is not None:
            return True
    if isinstance(found, ipaddress.IPv6Address) and found.is_site_local:
        return False
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
