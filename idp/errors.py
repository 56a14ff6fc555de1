"""What can go wrong, as one tree. Raise where the rule is broken, translate once at the face.

ProviderError
├── RequestRefused        a client broke a rule of the protocol: code, description, clause
│   └── ClientUnknown     … before we know where an answer may go, so it is answered by a page
├── SignInRefused         a person did not prove who they are; the text for them is on the page
└── StandUnusable         the program cannot run as it is set up: one sentence for the operator
"""


class ProviderError(Exception):
    """The root of the tree."""


class RequestRefused(ProviderError):
    """A request that the protocol forbids.

    `code` is the registered error code, `description` printable ASCII for the client's developer (RFC 6749, 5.2),
    `clause` names the rule, `status` is the HTTP status where no redirect carries the error. `cause` says for the journal what
    the client is not told, where there is anything.
    """

    cause = ""

    def __init__(self, code: str, description: str, *, clause: str = "", status: int = 400) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.clause = clause
        self.status = status

    @property
    def outcome(self) -> str:
        """The word of the journal."""
        return self.code


class ClientUnknown(RequestRefused):
    """Nobody we know asked, or the answer would go to an address we do not know: never redirect (RFC 6749, 4.1.2.1)."""


class SignInRefused(ProviderError):
    """A proof was wrong, too late or too often tried. `reason` is a word of the journal."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StandUnusable(ProviderError):
    """The program cannot run as it is set up. The text is one sentence that says what to do."""
