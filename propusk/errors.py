"""What can go wrong for a test, each said in a sentence that helps.

PropuskError
├── StandUnusable   there is no running stand: it did not start, or is gone
├── Refused         the control plane refused an operation (RFC 9457)
└── SignInFailed    the pages did not lead back to the application
"""

from collections.abc import Mapping
from typing import Any


class PropuskError(Exception):
    """Any failure of the kit."""


class StandUnusable(PropuskError):
    """No stand answers; the message has the last lines of its log where there is one."""


class Refused(PropuskError):
    """A problem of the control plane: `status`, `code` (what ends its `type`), `title`, `detail`; all members in `members`."""

    def __init__(self, operation: str, status: int, members: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(members.get("type", "")).rpartition(":")[2]
        self.title = str(members.get("title", ""))
        self.detail = str(members.get("detail", ""))
        self.members = dict(members)
        said = ": ".join(part for part in (self.title, self.detail) if part) or "no reason given"
        super().__init__(f"{operation} was refused ({status}). {said}")


class SignInFailed(PropuskError):
    """The message says on which page it ended, and what that page says."""
