"""The names of files, as Deepnote's own tools make them."""

import re
import unicodedata
from urllib.parse import quote

SUFFIX = ".deepnote"
SNAPSHOT_SUFFIX = ".snapshot.deepnote"
LONGEST = 80
"""Characters of a name's slug: file systems end at 255 bytes, ids and times included."""


def slug(name: str) -> str:
    """Lower case, accents dropped, everything but letters and digits a hyphen."""
    plain = "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:LONGEST].rstrip("-")


def notebook_file(name: str, notebook_id: str, taken: set[str]) -> str:
    """`monthly-kpis.deepnote`; with the beginning of the id where another notebook has that name."""
    stem = slug(name) or "notebook"
    for candidate in (stem, f"{stem}-{slug(notebook_id)[:8]}", f"{stem}-{slug(notebook_id)}"):
        if candidate + SUFFIX not in taken:
            return candidate + SUFFIX
    number = 2
    while f"{stem}-{number}{SUFFIX}" in taken:
        number += 1
    return f"{stem}-{number}{SUFFIX}"


def project_folder(name: str, project_id: str, taken: set[str]) -> str:
    """`labour-market`; with the beginning of the id where another project has that name."""
    return notebook_file(name or "project", project_id, {one + SUFFIX for one in taken}).removesuffix(SUFFIX)


def snapshot_file(project_name: str, project_id: str, notebook_id: str, when: str = "latest") -> str:
    """`when` is `latest` or a time as 2026-08-03T08-00-00."""
    safe = quote(notebook_id, safe="-_")
    return f"{slug(project_name)}_{project_id}_{safe}_{when}{SNAPSHOT_SUFFIX}"
