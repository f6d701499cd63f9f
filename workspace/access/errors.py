"""Refusals of the front door.

WorkspaceError
├── AccessError
│   ├── NotSignedIn   no credential, or one that is unknown, revoked, expired or meant for another server
│   ├── TooMany       too many calls or attempts; says when to come back
│   └── OAuthError    an error of RFC 6749 §5.2 and its kin
│       └── NoRedirect    an authorization request that is answered to the person only
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


class OAuthError(AccessError):
    """`code` for programs, one sentence for people."""

    def __init__(self, code: str, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.status = status


class NoRedirect(OAuthError):
    """An authorization request whose client or redirect address can't be trusted: shown to the person, sent nowhere."""


class BadRequest(SettingsWrong):
    pass
