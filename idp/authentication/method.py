"""The contract of a sign-in method: what every way in offers, for its whole life."""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import Connection

from ground.web.language import LazyText
from idp.authentication.attempt import Attempt
from idp.citizens.models import Person
from idp.errors import SignInRefused
from idp.realm import Realm


class Refusal(SignInRefused):
    """A proof was refused. `reason` chooses the text on the page, `detail` fills it in."""

    def __init__(self, reason: str, **detail: Any) -> None:
        super().__init__(reason)
        self.detail = detail


class Method(Protocol):
    """One way to prove something.

    `name` stands in addresses and in the journal, `kind` is `knowledge`, `possession` or `inherence`, `template` is its
    page, `step` its name in the row of steps.
    """

    name: str
    kind: str
    template: str
    step: LazyText

    def is_offered(self, person: Person | None) -> bool:
        """Can this person use the method? Before we know who it is, the person is None."""
        ...

    def begin(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Do what comes before the answer, such as sending a code. Called at every view of the page: idempotent."""
        ...

    def again(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Do it once more because the person asks. Raises Refusal."""
        ...

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        """What the page needs to know."""
        ...

    def finish(self, realm: Realm, attempt: Attempt, form: Mapping[str, str]) -> Attempt:
        """Judge the answer: the attempt with one more factor, or a Refusal whose counters are already committed."""
        ...

    def forget(self, connection: Connection, citizen_id: str) -> None:
        """Remove what is kept of a citizen who is removed."""
        ...
