"""Refusals of the front door.

WorkspaceError
├── AccessError
│   ├── NotSignedIn   no credential, or one that is unknown, revoked, expired or meant for another server
│   └── TooMany       too many calls or attempts; says when to come back
└── SettingsWrong
    └── BadRequest    a key, member or grant could not be made or found as asked
"""

from workspace.errors import SettingsWrong, WorkspaceError


class AccessError(WorkspaceError):
    """A refusal in one sentence that says what to do."""


class NotSignedIn(AccessError):
    pass


class TooMany(AccessError):
    def __init__(self, words: str, seconds: int) -> None:
        super().__init__(words)
        self.seconds = seconds


class BadRequest(SettingsWrong):
    pass
