"""Credentials at rest: encrypted with a key that is not in the database, but in a file only its owner may read."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from workspace.errors import SettingsWrong

KEY_FILE = "credentials.key"


def seal(data: Path, secret: Mapping[str, Any]) -> bytes:
    """Encrypt a connection for the database."""
    return _cipher(data, make=True).encrypt(json.dumps(secret).encode())


def unseal(data: Path, sealed: bytes) -> dict[str, Any]:
    """Raises SettingsWrong when the key file is missing or another one."""
    try:
        held: dict[str, Any] = json.loads(_cipher(data, make=False).decrypt(sealed))
    except InvalidToken:
        raise SettingsWrong(
            f"The credentials were encrypted with another key than {data / KEY_FILE}. Restore that file, or add the integration anew."
        ) from None
    return held


def _cipher(data: Path, *, make: bool) -> Fernet:
    file = data / KEY_FILE
    try:
        return Fernet(file.read_bytes())
    except FileNotFoundError:
        if not make:
            raise SettingsWrong(
                f"{file} is missing, and with it the credentials of the integrations. Restore it, or add them anew."
            ) from None
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Fernet(file.read_bytes())
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(Fernet.generate_key())
    return Fernet(file.read_bytes())
