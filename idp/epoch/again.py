"""The second death of what was buried after the copy was made: one function for each kind of tombstone."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, delete, insert, update

from idp.account.removal import remove_person
from idp.audit import Event, record
from idp.authentication.method import Owner
from idp.authentication.methods import METHODS
from idp.authentication.methods.password.store import change_password
from idp.authority import register
from idp.authority.register import CERTIFICATES
from idp.citizens import children, directory, locks, organisations
from idp.citizens.directory import CITIZENS
from idp.citizens.roles import ROLES
from idp.clients import certificates
from idp.clients.registry import SYSTEMS
from idp.epoch.ending import ACTOR
from idp.logout.withdrawal import withdraw
from idp.oauth.registration import retire
from idp.realm import Realm
from idp.sessions.store import Session
from idp.tombstones import Buried

Kill = Callable[..., None]
NOBODYS_SESSION = ""
NO_SECRET = bytes(32)
"""The hash of no secret that anybody knows."""


def kill_again(realm: Realm, connection: Connection, kind: str, identifiers: tuple[str, ...]) -> None:
    """Put to death what a tombstone names, if the copy has it. The journal says so either way."""
    quiet = realm.without_tombstones()  # it stands in the list already
    AGAIN[Buried(kind)](quiet, connection, *identifiers)
    named = ":".join((kind, *identifiers))
    record(realm, connection, Event.BURIED_AGAIN, actor=ACTOR, object=named)


def _withdraw(realm: Realm, connection: Connection, citizen_id: str, client_id: str) -> None:
    withdraw(realm, connection, citizen_id, client_id)


def _disable_client(realm: Realm, connection: Connection, client_id: str) -> None:
    retire(realm, connection, client_id, actor=ACTOR)


def _forget_secret(_realm: Realm, connection: Connection, client_id: str) -> None:
    """The secret of the copy is the old one, and nobody here knows the new one: the operator gives the client another."""
    row = {"secret_hash": NO_SECRET, "sealed_secret": None}
    connection.execute(update(SYSTEMS).where(SYSTEMS.c.client_id == client_id), row)


def _remove_client_certificate(realm: Realm, connection: Connection, client_id: str, fingerprint: str) -> None:
    certificates.remove(realm, connection, client_id, fingerprint, actor=ACTOR)


def _revoke_certificate(realm: Realm, connection: Connection, serial: str, citizen_id: str) -> None:
    """One that was issued after the copy is unknown to it, and would not be on the list of revoked ones."""
    if register.find(connection, serial) is None:
        row = {"serial": serial, "citizen_id": citizen_id, "algorithm": "", "issued_at": realm.clock.now()}
        connection.execute(insert(CERTIFICATES), row)
    register.revoke(realm, connection, serial, actor=ACTOR)


def _remove_method(realm: Realm, connection: Connection, citizen_id: str, name: str, enrolled_id: str) -> None:
    person = directory.find(realm, connection, citizen_id)
    method = next((method for method in METHODS if method.name == name), None)
    if person is not None and method is not None and method.enrolment is not None:
        owner = Owner(person, Session(NOBODYS_SESSION, citizen_id, (), seen_at=0, created_at=0))
        method.enrolment.remove(realm, connection, owner, enrolled_id)


def _take_password(realm: Realm, connection: Connection, citizen_id: str) -> None:
    """The password of the copy is the old one: the person sets another, by a link or at an operator's."""
    if directory.terms_of(connection, citizen_id) is not None:
        change_password(realm, connection, citizen_id, None, actor=ACTOR)


def _doubt_contact(_realm: Realm, connection: Connection, citizen_id: str, name: str) -> None:
    """The address of the copy is the old one, and may be somebody else's by now: nothing is sent to it that opens an account."""
    connection.execute(update(CITIZENS).where(CITIZENS.c.id == citizen_id), {f"{name}_verified_at": None})


def _erase(realm: Realm, connection: Connection, citizen_id: str) -> None:
    if directory.terms_of(connection, citizen_id) is not None:
        remove_person(realm, connection, citizen_id, actor=ACTOR)


def _disable_citizen(realm: Realm, connection: Connection, citizen_id: str) -> None:
    which = (CITIZENS.c.id == citizen_id, CITIZENS.c.disabled_at.is_(None))
    connection.execute(update(CITIZENS).where(*which), {"disabled_at": realm.clock.now()})


def _lock(realm: Realm, connection: Connection, citizen_id: str) -> None:
    locks.lock(realm, connection, citizen_id, because="failures")


def _open_incident(realm: Realm, connection: Connection, citizen_id: str, rule: str) -> None:
    if directory.terms_of(connection, citizen_id) is not None:
        locks.open_incident(realm, connection, citizen_id, rule=rule, reason="it was open before a copy came back", actor=ACTOR)


def _take_child_off(realm: Realm, connection: Connection, parent_id: str, child_id: str) -> None:
    children.remove(realm, connection, parent_id, child_id, actor=ACTOR)


def _take_role(_realm: Realm, connection: Connection, citizen_id: str, role: str) -> None:
    """Even of the last administrator: there was another one, whom the copy does not know."""
    connection.execute(delete(ROLES).where(ROLES.c.citizen_id == citizen_id, ROLES.c.role == role))


def _end_membership(realm: Realm, connection: Connection, citizen_id: str, organisation_id: str) -> None:
    organisations.end_membership(realm, connection, citizen_id, organisation_id, actor=ACTOR)


AGAIN: Mapping[Buried, Kill] = {
    Buried.CONSENT: _withdraw,
    Buried.CLIENT: _disable_client,
    Buried.CLIENT_SECRET: _forget_secret,
    Buried.CLIENT_CERTIFICATE: _remove_client_certificate,
    Buried.CERTIFICATE: _revoke_certificate,
    Buried.METHOD: _remove_method,
    Buried.PASSWORD: _take_password,
    Buried.CONTACT: _doubt_contact,
    Buried.CITIZEN: _erase,
    Buried.CITIZEN_DISABLED: _disable_citizen,
    Buried.ACCOUNT_LOCKED: _lock,
    Buried.INCIDENT: _open_incident,
    Buried.CHILD: _take_child_off,
    Buried.ROLE: _take_role,
    Buried.MEMBERSHIP: _end_membership,
}
