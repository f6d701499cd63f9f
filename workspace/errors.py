"""What the workspace raises on purpose.

WorkspaceError
├── ToolRefused     a tool call that cannot be done: told to the caller, changes nothing
│   └── StoreUnavailable  …because the database is full, locked or gone
├── StoreUnusable   the database cannot be opened, or was made by another version
└── SettingsWrong   a command or a setting is wrong: one sentence on stderr, exit code 2
"""


class WorkspaceError(Exception):
    """One sentence: what is wrong, with which one, and what to do next."""


class ToolRefused(WorkspaceError):
    """A tool call that cannot be done. `status` is what the hosted workspace's API answers in its place."""

    def __init__(self, words: str, status: int = 400) -> None:
        words = words.encode(
            "utf-8", "replace"
        ).decode()  # what was sent may hold half a character, an answer may not
        super().__init__(f"409 Conflict: {words}" if status == 409 else words)
        self.status = status


class StoreUnavailable(ToolRefused):
    """The database is full, locked or gone; the transaction was taken back."""


class StoreUnusable(WorkspaceError):
    """The database cannot be opened, or was made by another version of this program."""


class SettingsWrong(WorkspaceError):
    """A command or a setting is wrong."""


def unknown(kind: str, given: str, next_step: str) -> ToolRefused:
    """What an id answers that names nothing, or nothing this caller may see: the two are never told apart."""
    return ToolRefused(f"No {kind} has the id {given!r} in this workspace. {next_step}", status=404)


__all__ = ["SettingsWrong", "StoreUnavailable", "StoreUnusable", "ToolRefused", "WorkspaceError", "unknown"]
