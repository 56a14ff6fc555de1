"""Children of a citizen: accounts of their own, without login and password, which a parent acts for.

    entered by a parent ──▶ acted for ──the fourteenth birthday──▶ nobody acts for them: they have a passport, and sign up
                              └──taken off the list──▶ no longer this parent's (the account stays: the other parent may have it)

Who enters a child that is here already, with the same certificate, name and day of birth, becomes a parent of that very account.
What is entered is compared and not believed in part: of a certificate, or a СНИЛС, that is another child's nothing is told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, or_, select, update

from ground.database import table_of
from idp.audit import Event, record
from idp.citizens import directory, names
from idp.citizens.ages import age_on, today
from idp.citizens.directory import CitizenExists
from idp.citizens.identifiers import IdentifierMalformed
from idp.citizens.levels import level_of
from idp.citizens.models import Child, Person, PersonalData
from idp.realm import Realm
from idp.tombstones import Buried, bury

CHILDREN = table_of(Child)
IS_LISTED = CHILDREN.c.removed_at.is_(None)
AGE_OF_PASSPORT = 14
"""From this birthday on somebody has a passport, signs up themselves, and is nobody's to act for."""
SERIES = re.compile(r"([IVXLC]{1,7})[- ]?([А-ЯЁ]{2})\Z")
NUMBER = re.compile(r"[0-9]{6}\Z")


class ChildRefused(Exception):
    """A child cannot be entered: `not_confirmed` (the parent's account is not), `not_born`, `too_old`, or `taken` (certificate
    or СНИЛС belong to somebody else)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class BirthCertificate:
    """Series and number of a birth certificate, as `series` and `number` spell them."""

    series: str
    number: str

    @property
    def masked(self) -> str:
        """Enough for its owner to know it by."""
        return f"{self.series} •••{self.number[-3:]}"


@dataclass(frozen=True)
class ListedChild:
    """A child on a parent's list. `may_be_acted_for` is over at fourteen."""

    person: Person
    certificate: BirthCertificate
    added_at: int
    may_be_acted_for: bool


def series(text: str) -> str:
    """The series of a birth certificate, «II-АБ». Raises IdentifierMalformed."""
    match = SERIES.match(text.upper())
    if not match:
        raise IdentifierMalformed("series")
    return f"{match[1]}-{match[2]}"


def number(text: str) -> str:
    """The number of a birth certificate, six digits. Raises IdentifierMalformed."""
    if not NUMBER.match(text):
        raise IdentifierMalformed("number")
    return text


def add(
    realm: Realm, connection: Connection, parent: Person, data: PersonalData, certificate: BirthCertificate, *, actor: str
) -> str:
    """Put a child on this parent's list, and enter it unless it is here. The id of the child's account. Raises ChildRefused."""
    directory.hold(connection, parent.id)
    if level_of(parent) != "confirmed":
        raise ChildRefused("not_confirmed")
    born = date.fromisoformat(data.birthdate or "")
    if born > today(realm):
        raise ChildRefused("not_born")
    if age_on(today(realm), born) >= AGE_OF_PASSPORT:
        raise ChildRefused("too_old")
    known = _known(realm, connection, certificate)
    if known is not None:
        if not _is_same(known, data):
            raise ChildRefused("taken")
        child_id = known.id
    else:
        try:
            child_id = directory.enter(realm, connection, replace(data, phone=None, email=None), actor=actor)
        except CitizenExists:
            raise ChildRefused("taken") from None
    _list(realm, connection, parent.id, child_id, certificate)
    record(realm, connection, Event.CHILD_ADDED, actor=actor, object=f"citizen:{child_id}", parent=parent.id)
    return child_id


def remove(realm: Realm, connection: Connection, parent_id: str, child_id: str, *, actor: str) -> bool:
    """Take a child off this parent's list. False when it is not on it."""
    which = (CHILDREN.c.parent_id == parent_id, CHILDREN.c.child_id == child_id, IS_LISTED)
    if not connection.execute(update(CHILDREN).where(*which), {"removed_at": realm.clock.now()}).rowcount:
        return False
    bury(realm, connection, Buried.CHILD, parent_id, child_id)
    record(realm, connection, Event.CHILD_REMOVED, actor=actor, object=f"citizen:{child_id}", parent=parent_id)
    return True


def of_parent(realm: Realm, connection: Connection, parent_id: str) -> Sequence[ListedChild]:
    """The children on this parent's list, in the order they were entered."""
    query = (
        select(CHILDREN).where(CHILDREN.c.parent_id == parent_id, IS_LISTED).order_by(CHILDREN.c.added_at, CHILDREN.c.child_id)
    )
    rows = connection.execute(query).all()
    found = [(row, directory.find(realm, connection, row.child_id)) for row in rows]
    return [
        ListedChild(person, _certificate(realm, row), row.added_at, _is_acted_for(realm, person))
        for row, person in found
        if person is not None
    ]


def may_act_for(realm: Realm, connection: Connection, parent_id: str, child_id: str) -> bool:
    """May this parent act for this child now? Only who is on the list, is not shut out, and is younger than fourteen."""
    which = (CHILDREN.c.parent_id == parent_id, CHILDREN.c.child_id == child_id, IS_LISTED)
    if connection.execute(select(CHILDREN.c.child_id).where(*which)).first() is None:
        return False
    person = directory.find(realm, connection, child_id)
    return person is not None and not person.is_shut_out and _is_acted_for(realm, person)


def give_number_up(realm: Realm, connection: Connection, data: PersonalData, *, actor: str) -> None:
    """Somebody who is fourteen by now has an account of their own: the one that a parent entered gives its СНИЛС up."""
    known = directory.find_by_login(realm, connection, data.snils) if data.snils else None
    if known is not None and known.is_child and not _is_acted_for(realm, known) and _is_same(known, data):
        directory.change(realm, connection, replace(known, data=replace(known.data, snils=None)), actor=actor)


def only_of(connection: Connection, parent_id: str) -> Sequence[str]:
    """The children who have no other parent here: their accounts go with the parent's."""
    others = CHILDREN.alias()
    has_other = exists().where(others.c.child_id == CHILDREN.c.child_id, others.c.parent_id != parent_id)
    return connection.execute(select(CHILDREN.c.child_id).where(CHILDREN.c.parent_id == parent_id, ~has_other)).scalars().all()


def forget(connection: Connection, citizen_id: str) -> None:
    """Somebody is removed: they are nobody's parent and nobody's child any more."""
    theirs = or_(CHILDREN.c.parent_id == citizen_id, CHILDREN.c.child_id == citizen_id)
    connection.execute(delete(CHILDREN).where(theirs))


def _is_acted_for(realm: Realm, child: Person) -> bool:
    born = child.data.birthdate
    return born is not None and age_on(today(realm), date.fromisoformat(born)) < AGE_OF_PASSPORT


def _known(realm: Realm, connection: Connection, certificate: BirthCertificate) -> Person | None:
    """The child with this certificate, on whosesoever list it is or was."""
    query = select(CHILDREN.c.child_id).where(CHILDREN.c.certificate_index == _index(realm, certificate)).limit(1)
    child_id = connection.execute(query).scalar()
    return directory.find(realm, connection, child_id) if child_id is not None else None


def _is_same(known: Person, data: PersonalData) -> bool:
    """Is it the child whom the other parent entered? A СНИЛС that only one of them gave is no difference."""
    is_number_same = not (known.data.snils and data.snils) or known.data.snils == data.snils
    is_name_same = all(names.is_same(getattr(known.data, name), getattr(data, name)) for name in ("family_name", "given_name"))
    return is_name_same and known.data.birthdate == data.birthdate and is_number_same


def _list(realm: Realm, connection: Connection, parent_id: str, child_id: str, certificate: BirthCertificate) -> None:
    which = (CHILDREN.c.parent_id == parent_id, CHILDREN.c.child_id == child_id)
    again = {"removed_at": None, "added_at": realm.clock.now()}
    if connection.execute(update(CHILDREN).where(*which, ~IS_LISTED), again).rowcount:
        return
    if connection.execute(select(CHILDREN.c.child_id).where(*which)).first():
        return
    row = {
        "parent_id": parent_id,
        "child_id": child_id,
        "certificate_index": _index(realm, certificate),
        "sealed": realm.vault.seal_fields(
            f"children:{parent_id}:{child_id}", {"series": certificate.series, "number": certificate.number}
        ),
        "added_at": realm.clock.now(),
    }
    connection.execute(insert(CHILDREN), row)


def _certificate(realm: Realm, row: Row[Any]) -> BirthCertificate:
    return BirthCertificate(**realm.vault.open_fields(f"children:{row.parent_id}:{row.child_id}", row.sealed))


def _index(realm: Realm, certificate: BirthCertificate) -> bytes:
    return realm.vault.blind_index("birth certificate", f"{certificate.series} {certificate.number}")
