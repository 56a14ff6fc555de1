"""On whose behalf the pages of a session are, asked anew at every request.

own ──begin: a representation lives──▶ acting ──back, or the next sign-in──▶ own
                                          └── the representation has ended ──▶ refused once, and own from then on

A page that knows nothing of this is the represented person's while one acts: `session.patient_id` is theirs, the actor of the
journal stays the person who is signed in.
"""

from dataclasses import dataclass, replace

from flask import g
from sqlalchemy import Connection, bindparam, update

from ground.database import table_of
from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from rp.access.current import current_session
from rp.access.events import Event, note
from rp.access.models import SessionRow
from rp.access.policy import Relation
from rp.access.session import Session
from rp.realm import Realm, current_realm
from rp.relations.representations import Representation, living_between

_TABLE = table_of(SessionRow)
_BEGIN = (
    update(SessionRow)
    .where(_TABLE.c.id == bindparam("session_id"), _TABLE.c.ended_at.is_(None))
    .values(acting_for=bindparam("represented_id"))
)
_END = (
    update(SessionRow)
    .where(_TABLE.c.id == bindparam("session_id"), _TABLE.c.acting_for == bindparam("represented_id"))
    .values(acting_for=None)
)


@dataclass(frozen=True)
class Acting:
    """For whom, as the pages say it."""

    name: str


def begin(connection: Connection, realm: Realm, session: Session, representation: Representation) -> None:
    """Make the pages of a session those of the represented person."""
    represented_id = representation.represented_id
    connection.execute(_BEGIN, {"session_id": session.id, "represented_id": represented_id})
    detail = {"id": representation.id}
    note(connection, realm, Event.ACTING_BEGUN, actor=session.actor, object=f"patient:{represented_id}", detail=detail)


def end(connection: Connection, realm: Realm, session: Session, *, outcome: str = "done") -> None:
    """Make them the person's own again."""
    if session.acting_for is None:
        return
    parameters = {"session_id": session.id, "represented_id": session.acting_for}
    if connection.execute(_END, parameters).rowcount:
        subject = f"patient:{session.acting_for}"
        note(connection, realm, Event.ACTING_ENDED, actor=session.actor, object=subject, outcome=outcome)


def settle() -> None:
    """Before every request: whose pages are these? Raises PageProblem when the person no longer speaks for whom they did."""
    session, realm = current_session(), current_realm()
    if session is None or session.acting_for is None:
        return
    representation = None
    if session.own_patient_id is not None:
        with realm.database.read() as connection:
            representation = living_between(
                connection, realm, representative_id=session.own_patient_id, represented_id=session.acting_for
            )
    if representation is None:
        with realm.database.write() as connection:
            end(connection, realm, session, outcome="refused")
        g.rp_session = replace(session, acting_for=None)
        raise PageProblem(
            status=403,
            title=_("Вы больше не действуете за этого человека"),
            lead=_("Доверие отозвали, его срок кончился, или ребёнку исполнилось 18 лет. Теперь вы снова в своих записях."),
            advice=(_("Если это не так, попросите доверить вам ещё раз."),),
            actions=((_("Мои записи"), "/"), (_("Близкие"), "/family")),
            code="access_denied",
            cause="the representation has ended",
        )
    relations = {Relation.REPRESENTED, Relation.CHILD} if representation.is_of_child else {Relation.REPRESENTED}
    g.rp_session = replace(session, represented_id=representation.represented_id, represents=frozenset(relations))
    g.rp_acting = Acting(representation.represented.full_name)


def current_acting() -> Acting | None:
    """For whom the person acts in this request."""
    acting: Acting | None = g.get("rp_acting")
    return acting
