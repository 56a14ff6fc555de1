"""Looking at somebody else's account: one person by the whole of a login, never a list; and every look is in the journal."""

from flask import abort

from idp.audit import Event, record
from idp.authentication.method import Owner
from idp.citizens import directory
from idp.citizens.models import Person, StaffRole
from idp.realm import Realm


def find(realm: Realm, owner: Owner, login: str, *, as_role: StaffRole) -> Person | None:
    """Whoever has this login. Who is looked for in vain is written down too: somebody may be trying numbers."""
    with realm.database.read() as connection:
        person = directory.find_by_login(realm, connection, login)
    if person is None:
        with realm.database.write() as connection:
            actor = f"citizen:{owner.person.id}"
            record(
                realm, connection, Event.PERSON_VIEWED, actor=actor, object="citizen:unknown", outcome="nobody", as_role=as_role
            )
    return person


def view(realm: Realm, owner: Owner, citizen_id: str, *, as_role: StaffRole) -> Person:
    """The person of this id as a page is about to show them: written down before it does, and 404 for nobody."""
    with realm.database.write() as connection:
        person = directory.find(realm, connection, citizen_id) or abort(404)
        actor = f"citizen:{owner.person.id}"
        record(realm, connection, Event.PERSON_VIEWED, actor=actor, object=f"citizen:{person.id}", as_role=as_role)
    return person
