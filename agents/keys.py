"""Keys of model providers: from the caller, the environment, a file, or the system keyring; never in a message."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from agents.errors import ModelFailed

SERVICE = "deepnote-workflows"
"""Under this name the keyring holds keys, with the provider's name as user."""


class Provider(NamedTuple):
    variable: str
    page: str
    """Where a person gets a key."""


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider("OPENAI_API_KEY", "https://platform.openai.com/api-keys"),
    "anthropic": Provider("ANTHROPIC_API_KEY", "https://platform.claude.com/settings/keys"),
}


def find_key(provider: str, environment: Mapping[str, str]) -> str:
    """The key of a provider: `NAME`, the file named by `NAME_FILE`, or the keyring. Raises ModelFailed that says which and where."""
    if key := given_key(provider, environment) or _from_keyring(provider):
        return key
    variable, page = PROVIDERS[provider]
    raise ModelFailed(
        f"{provider} needs a key: set {variable} (or {variable}_FILE, or `keyring set {SERVICE} {provider}`). "
        f"Keys are made at {page}. Without one, leave --model out: offline needs none."
    )


def given_key(provider: str, environment: Mapping[str, str]) -> str | None:
    """The key that the environment holds, or names a file for. Raises ModelFailed where that file cannot be used."""
    variable = PROVIDERS[provider].variable
    if key := environment.get(variable, "").strip():
        return key
    path = environment.get(f"{variable}_FILE", "").strip()
    if not path:
        return None
    try:
        key = Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as unreadable:
        why = getattr(unreadable, "strerror", None) or "it is not a text"
        raise ModelFailed(f"{variable}_FILE: {path} cannot be read ({why}).") from None
    if not key:
        raise ModelFailed(f"{variable}_FILE: {path} is empty.")
    return key


def _from_keyring(provider: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        found = keyring.get_password(SERVICE, provider)
    except KeyringError:
        return None
    return (found or "").strip() or None


_KEY_SHAPES = re.compile(r"\b(?:sk|pk|rk|dn|key)[-_][\w*.\-]{6,}|Bearer\s+[\w.\-]{6,}", re.IGNORECASE)


def without_keys(text: str, *keys: str | None) -> str:
    """A text with these keys, and anything that is shaped like a key, struck out."""
    for key in keys:
        if key and len(key) > 3:
            text = text.replace(key, "[key]")
    return _KEY_SHAPES.sub("[key]", text)


__all__ = ["PROVIDERS", "find_key", "given_key", "without_keys"]
