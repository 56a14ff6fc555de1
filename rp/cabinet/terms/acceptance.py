"""Has somebody agreed to the terms of now? Once is enough, until the setting `terms_version` changes."""

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from ground.database import table_of
from rp.access.events import Event, note
from rp.access.session import Session
from rp.cabinet.terms.models import AcceptedTerms
from rp.realm import Realm

_TABLE = table_of(AcceptedTerms)
_WHEN = select(_TABLE.c.accepted_at).where(
    _TABLE.c.issuer == bindparam("issuer"), _TABLE.c.subject == bindparam("subject"), _TABLE.c.version == bindparam("version")
)
_INSERT = {
    is_sqlite: dialect.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.version)
    for is_sqlite, dialect in ((True, sqlite), (False, postgresql))
}


def accepted_at(connection: Connection, realm: Realm, session: Session) -> int | None:
    """When the person agreed to the terms of now (seconds); None when they have not."""
    return connection.execute(_WHEN, _which(realm, session)).scalar()


def accept(connection: Connection, realm: Realm, session: Session) -> None:
    """The person agrees. Saying so twice, even at the same moment, changes nothing."""
    which = _which(realm, session)
    insertion = _INSERT[realm.database.is_sqlite]
    if connection.execute(insertion, {**which, "accepted_at": realm.clock.now()}).first() is not None:
        detail = {"version": realm.settings.terms_version}
        note(connection, realm, Event.TERMS_ACCEPTED, actor=session.actor, object="terms", detail=detail)


def _which(realm: Realm, session: Session) -> dict[str, str]:
    return {"issuer": session.issuer, "subject": session.subject, "version": realm.settings.terms_version}
