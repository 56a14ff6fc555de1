"""The work that is done for a login that nobody has, as if somebody had it: time must not tell what the page does not (LM-01)."""

from sqlalchemy import Connection, select

from idp.authentication import risk
from idp.citizens import directory
from idp.citizens.directory import CITIZENS
from idp.citizens.models import Person
from idp.realm import Realm

NOBODY = "nobody"


def held(realm: Realm, connection: Connection, citizen_id: str | None) -> Person | None:
    """The person, whom nobody else changes until the end of the transaction; None where nobody has the login."""
    directory.hold(connection, citizen_id or NOBODY)
    return read(realm, connection, citizen_id)


def read(realm: Realm, connection: Connection, citizen_id: str | None) -> Person | None:
    """The person; None where nobody has the login, and then somebody else was read and looked away from."""
    person = directory.find(realm, connection, citizen_id or _stand_in(realm, connection))
    return person if citizen_id is not None else None


def count_failure(realm: Realm, connection: Connection, person: Person | None) -> None:
    """A wrong code of somebody, or of nobody."""
    risk.count_failure(realm, connection, person.id if person is not None else NOBODY)


def _stand_in(realm: Realm, connection: Connection) -> str:
    """Somebody whose row is read in place of nobody's."""
    return realm.remember("stand-in", lambda: connection.execute(select(CITIZENS.c.id).limit(1)).scalar() or NOBODY)
