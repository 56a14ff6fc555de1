"""What is asked for: by whom, of whom, at which address, and with what put inside."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote_plus

from sqlalchemy import Connection

from idp.citizens.models import Person
from idp.citizens.oids import FIRST
from idp.citizens.organisations import Known
from idp.esia.bearer import Bearer
from idp.realm import Realm

VERSION = re.compile(r"-\d+\Z")
ELEMENTS = "elements"
ROOM_FOR_NUMBERS = 10_000
"""How many numbers each person has for what is theirs."""


class NotThere(Exception):
    """There is no such resource."""


class NotAllowed(Exception):
    """The token does not open this."""


@dataclass(frozen=True)
class Asked:
    """One question. `person` or `organisation` is whose resource it is, `oid` their number, `names` what else the path
    names; `embedded` are the names of `?embed=`, without versions."""

    realm: Realm
    connection: Connection
    bearer: Bearer
    address: str
    oid: int
    embedded: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    person: Person | None = None
    organisation: Known | None = None

    @property
    def whose(self) -> Person:
        """The person whose resource it is."""
        if self.person is None:
            raise NotThere
        return self.person

    @property
    def name(self) -> str:
        """What the path names last."""
        return self.names[-1]

    @property
    def has_elements(self) -> bool:
        """Are the elements themselves wanted, and not their addresses?"""
        return ELEMENTS in self.embedded

    def may(self, scopes: Sequence[str]) -> bool:
        """Does the token open one of these scopes, of this person or organisation?"""
        if self.organisation is not None:
            return any(self.bearer.has_scope(scope, org_oid=self.oid) for scope in scopes)
        return any(self.bearer.has_scope(scope, oid=self.oid) for scope in scopes)

    def of(self, *, person: Person | None = None, organisation: Known | None = None) -> "Asked":
        """The question, now that whose resource it is has been found."""
        return replace(self, person=person, organisation=organisation)

    def inside(self, name: str) -> "Asked":
        """The question for what `?embed=` names inside another resource: `contacts` for `contacts.elements`."""
        beginning = f"{name}."
        names = {each.removeprefix(beginning) for each in self.embedded if each.startswith(beginning)}
        return replace(self, embedded=frozenset(names))

    def number(self, place: int) -> int:
        """A number for something of this person: the same every time, and nobody else's."""
        return (self.oid - FIRST) * ROOM_FOR_NUMBERS + place


def read_embedded(query: str) -> frozenset[str]:
    """The names in `?embed=(contacts.elements-1,documents.elements)`, without the versions that some clients name."""
    names: set[str] = set()
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if unquote_plus(name) == "embed":
            names.update(VERSION.sub("", each.strip()) for each in unquote_plus(value).strip("()").split(","))
    return frozenset(names - {""})
