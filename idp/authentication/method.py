"""The contract of a sign-in method: what every way in offers, for its whole life.

A method is one folder under `methods/` and one line in `METHODS`: `method.py` (this contract), `models.py` (its tables),
`templates/` and `static/` (its pages), `rehearsal.py` (how a test stand proves it for somebody who is not there).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from flask import Blueprint
from sqlalchemy import Connection

from ground.web.language import LazyText
from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.authentication.attempt import Attempt
from idp.citizens.models import Person
from idp.errors import SignInRefused
from idp.protocol.vocabulary import Kind, Level
from idp.realm import Realm
from idp.sessions.store import Session


class Refusal(SignInRefused):
    """A proof was refused. `reason` is the word of journal and test API, `text` what the person reads, `detail` fills the page.

    One that `leaves` brings the person back to the choice of ways: this one is shut for now.
    """

    def __init__(self, reason: str, text: str, *, leaves: bool = False, status: int = 400, **detail: Any) -> None:
        super().__init__(reason)
        self.text = text
        self.leaves = leaves
        self.status = status
        self.detail = detail


@dataclass(frozen=True)
class Away:
    """The proof is given elsewhere: the browser is sent to this address and comes back to `/sign-in/back/<method>`."""

    address: str


@dataclass(frozen=True)
class Owner:
    """Somebody at their own account: the person, and the session they came with."""

    person: Person
    session: Session


@dataclass(frozen=True)
class Enrolled:
    """One thing a person signs in with, as their account lists it. Added and last used: in seconds."""

    id: str
    name: str
    detail: str = ""
    added_at: int | None = None
    used_at: int | None = None


def write_down(
    realm: Realm,
    connection: Connection,
    owner: Owner,
    method: str,
    event: Event = Event.METHOD_ENROLLED,
    *,
    outcome: str = "done",
) -> None:
    """Put into the journal what became of a method at somebody's account, in the transaction of its cause."""
    actor, thing = f"citizen:{owner.person.id}", f"session:{owner.session.sid}"
    record(realm, connection, event, actor=actor, object=thing, outcome=outcome, method=method)


class Enrolment(ABC):
    """How a method comes to a person and goes from them: the part of its life that is led at the account.

    `section` is the page of the account that lists it, `template` the page where one is added, `add` the words of that link.
    """

    section: ClassVar[Literal["security", "documents"]] = "security"
    template: ClassVar[str]
    add: ClassVar[LazyText]
    can_rename: ClassVar[bool] = False
    can_remove: ClassVar[bool] = True

    @abstractmethod
    def enrolled(self, realm: Realm, connection: Connection, person: Person) -> Sequence[Enrolled]:
        """What this person has."""

    def can_add(self, realm: Realm, connection: Connection, person: Person) -> bool:
        """May this person add one (more)?"""
        return True

    def begin(self, realm: Realm, owner: Owner) -> None:
        """Do what comes before the answer, such as drawing a secret. Called at every view of the page: idempotent."""

    def describe(self, realm: Realm, connection: Connection, owner: Owner) -> dict[str, Any]:
        """What the page needs to know."""
        return {}

    @abstractmethod
    def finish(self, realm: Realm, owner: Owner, form: Mapping[str, str]) -> Away | None:
        """Judge the answer and store what was added, with `write_down` in the same transaction. Raises Refusal."""

    def owner_of(self, realm: Realm, connection: Connection, arguments: Mapping[str, str]) -> str | None:
        """The session (`sid`) that an answer from elsewhere belongs to, or None."""
        return None

    def rename(self, realm: Realm, connection: Connection, owner: Owner, enrolled_id: str, name: str) -> bool:
        """Call one of them otherwise. False when this person has no such thing."""
        return False

    def remove(self, realm: Realm, connection: Connection, owner: Owner, enrolled_id: str) -> bool:
        """Take one of them away. False when this person has no such thing."""
        return False


class Method(ABC):
    """One way to prove something.

    `name` stands in addresses and in the journal, `kind` says what the proof rests on, `level` what it proves alone. One that
    `identifies` can come first. `template` is its page; `title`, `needs` and `icon` describe it where people choose, `step`
    in the row of steps; one that `is_tab` stands above the form of the first page. `pages` answer at addresses of its own,
    `enrolment` is its life at the account, `beside_choice` a piece of a page that goes with the choice of ways, such as a
    script that takes this one away where the browser lacks what it needs; most have none.
    """

    name: str
    kind: Kind
    level: Level = "low"
    identifies: bool = False
    icon: str
    is_tab: bool = False
    title: LazyText
    needs: LazyText
    step: LazyText
    template: str
    pages: Blueprint | None = None
    enrolment: Enrolment | None = None
    beside_choice: str | None = None

    def why_shut(self, realm: Realm) -> str | None:
        """Why nobody can use the method here now, as the person reads it; None when it is open."""
        is_on = realm.settings.has_method(self.name)
        return self.what_is_missing(realm) if is_on else _("Этот способ здесь выключен.")

    def what_is_missing(self, realm: Realm) -> str | None:
        """What has to be set up here before anybody can use the method, as the person reads it; None when nothing is."""
        return None

    @abstractmethod
    def is_offered(self, realm: Realm, connection: Connection, person: Person) -> bool:
        """Has this person what the method asks for?"""

    def may_have(self, realm: Realm, connection: Connection, person: Person) -> bool:
        """May they have it without our knowing? Then they are asked where a client wants the level that it reaches alone."""
        return False

    def begin(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Do what comes before the answer, such as sending a code. Called at every view of the page: idempotent."""

    def again(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Do it once more because the person asks. Raises Refusal."""

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        """What the page needs to know."""
        return {}

    def state(self, realm: Realm, connection: Connection, attempt: Attempt) -> Mapping[str, Any] | None:
        """What a script of the page may ask again and again while the answer is given elsewhere; None when there is nothing
        to wait for."""
        return None

    @abstractmethod
    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt | Away:
        """Judge the answer: the attempt with one more factor, or a Refusal whose counters are already committed."""

    def attempt_of(self, realm: Realm, connection: Connection, arguments: Mapping[str, str]) -> str | None:
        """The attempt that an answer from elsewhere (`/sign-in/back/<method>`) belongs to, or None."""
        return None

    def forget(self, connection: Connection, citizen_id: str) -> None:
        """Remove what is kept of a citizen who is removed."""

    def seed(self, realm: Realm, connection: Connection, citizen_id: str, entry: Mapping[str, Any]) -> None:
        """Give a test person, who has just been entered, what their entry in the seed says of this method."""
