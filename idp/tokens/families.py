"""Families of tokens: granted once, revoked once, asked for at every use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from idp.audit import Event, record
from idp.citizens.acting import Choice
from idp.protocol.claims import GrantedClaims
from idp.protocol.scopes import spell
from idp.protocol.vocabulary import OFFLINE_ACCESS, Level
from idp.realm import Realm
from idp.tokens.models import TokenFamily

FAMILIES = table_of(TokenFamily)
NOBODY = ""
"""The citizen, and the session, of what a system is granted for itself."""
FIND = select(FAMILIES).where(FAMILIES.c.id == bindparam("family_id"), FAMILIES.c.revoked_at.is_(None))


@dataclass(frozen=True)
class Grant:
    """What a citizen granted to a client, and how sure we were of them: scopes, and single claims besides. Seconds in
    `authenticated_at`. `acting` names for whom they came, when it was not for themselves; `particulars` hold what only the
    dialect of the client knows, as JSON can hold it."""

    client_id: str
    citizen_id: str
    sid: str
    scopes: frozenset[str]
    acr: Level
    amr: tuple[str, ...]
    authenticated_at: int
    claims: GrantedClaims = field(default_factory=GrantedClaims)
    acting: Choice | None = None
    is_made_by_test: bool = False
    particulars: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_own(self) -> bool:
        """Was it granted to a system for itself, and by no citizen?"""
        return self.citizen_id == NOBODY

    def counts_in(self, realm: Realm) -> bool:
        """Is it worth anything here? What came of the test API is not where there is no test stand (any more)."""
        return realm.settings.is_test or not self.is_made_by_test


def begin(realm: Realm, connection: Connection, grant: Grant) -> str:
    """Store a grant as a new family and return its id."""
    family_id = draw_identifier(realm.chance, "token family")
    connection.execute(
        insert(FAMILIES),
        {
            "id": family_id,
            "client_id": grant.client_id,
            "citizen_id": grant.citizen_id,
            "sid": grant.sid,
            "scope": spell(grant.scopes),
            "claims": grant.claims.as_document(),
            "acr": grant.acr,
            "amr": list(grant.amr),
            "authenticated_at": grant.authenticated_at,
            "acting_kind": grant.acting.kind if grant.acting else None,
            "acting_id": grant.acting.id if grant.acting else None,
            "created_at": realm.clock.now(),
            "is_made_by_test": grant.is_made_by_test,
            "particulars": dict(grant.particulars) or None,
        },
    )
    return family_id


def of_system(realm: Realm, connection: Connection, client_id: str, scopes: frozenset[str]) -> tuple[str, Grant]:
    """The family of what a system is granted for itself, and the grant. One is for all its tokens of these scopes: a system that
    asks every minute leaves one row."""
    grant = Grant(client_id, NOBODY, NOBODY, scopes, acr="low", amr=(), authenticated_at=realm.clock.now())
    own = (FAMILIES.c.client_id == client_id, FAMILIES.c.citizen_id == NOBODY, FAMILIES.c.revoked_at.is_(None))
    query = select(FAMILIES.c.id).where(*own, FAMILIES.c.scope == spell(scopes)).limit(1)
    return connection.execute(query).scalar() or begin(realm, connection, grant), grant


def find_alive(realm: Realm, connection: Connection, family_id: str) -> Grant | None:
    """The grant of a family that has not been revoked and counts here."""
    row = connection.execute(FIND, {"family_id": family_id}).first()
    grant = as_grant(row) if row else None
    return grant if grant is not None and grant.counts_in(realm) else None


def citizen_of(connection: Connection, *, sid: str, client_id: str) -> str | None:
    """Whom a client was told about in a session, dead families too."""
    query = select(FAMILIES.c.citizen_id).where(FAMILIES.c.sid == sid, FAMILIES.c.client_id == client_id).limit(1)
    citizen_id: str | None = connection.execute(query).scalar()
    return citizen_id


def as_grant(row: Any) -> Grant:
    """A row that has the columns of a family, as the grant it stands for."""
    return Grant(
        client_id=row.client_id,
        citizen_id=row.citizen_id,
        sid=row.sid,
        scopes=frozenset(row.scope.split()),
        acr=row.acr,
        amr=tuple(row.amr),
        authenticated_at=row.authenticated_at,
        claims=GrantedClaims.of_document(row.claims),
        acting=Choice(row.acting_kind, row.acting_id) if row.acting_kind else None,
        is_made_by_test=row.is_made_by_test,
        particulars=row.particulars or {},
    )


def revoke(realm: Realm, connection: Connection, family_id: str, *, because: str, actor: str) -> bool:
    """Kill one family. Says whether it was alive."""
    return _revoke(realm, connection, FAMILIES.c.id == family_id, because, actor, f"family:{family_id}")


def revoke_session(realm: Realm, connection: Connection, sid: str, *, because: str, actor: str) -> bool:
    """Kill the families that a session of the provider gave rise to; those granted offline access outlive it (Core 1.0, 11)."""
    ends_with_it = ~(" " + FAMILIES.c.scope + " ").contains(f" {OFFLINE_ACCESS} ", autoescape=True)
    return _revoke(realm, connection, (FAMILIES.c.sid == sid) & ends_with_it, because, actor, f"session:{sid}")


def revoke_all_of_session(realm: Realm, connection: Connection, sid: str, *, because: str, actor: str) -> bool:
    """Kill the families that a session of the provider gave rise to, those granted offline access too."""
    return _revoke(realm, connection, FAMILIES.c.sid == sid, because, actor, f"session:{sid}")


def revoke_others(realm: Realm, connection: Connection, citizen_id: str, sid: str, *, because: str) -> bool:
    """Kill every family of a citizen that was not granted in this session."""
    who = f"citizen:{citizen_id}"
    others = (FAMILIES.c.citizen_id == citizen_id) & (FAMILIES.c.sid != sid)
    return _revoke(realm, connection, others, because, who, who)


def revoke_consented(realm: Realm, connection: Connection, citizen_id: str, client_id: str, *, because: str) -> list[str]:
    """Kill every family that a citizen granted to a client. The sessions in which they, or others before them, were granted."""
    which = (FAMILIES.c.citizen_id == citizen_id) & (FAMILIES.c.client_id == client_id)
    sids = connection.execute(select(FAMILIES.c.sid).where(which).distinct().order_by(FAMILIES.c.sid)).scalars().all()
    _revoke(realm, connection, which, because, f"citizen:{citizen_id}", f"client:{client_id}")
    return list(sids)


def clients_of_session(connection: Connection, sid: str) -> list[str]:
    """Every client that was granted something in a session, whatever became of it."""
    query = select(FAMILIES.c.client_id).where(FAMILIES.c.sid == sid).distinct().order_by(FAMILIES.c.client_id)
    return list(connection.execute(query).scalars())


def revoke_client(realm: Realm, connection: Connection, client_id: str, *, because: str, actor: str) -> bool:
    """Kill every family that a client was given."""
    return _revoke(realm, connection, FAMILIES.c.client_id == client_id, because, actor, f"client:{client_id}")


def revoke_citizen(realm: Realm, connection: Connection, citizen_id: str, *, because: str, actor: str) -> bool:
    """Kill every family that a citizen granted, those of offline access too."""
    return _revoke(realm, connection, FAMILIES.c.citizen_id == citizen_id, because, actor, f"citizen:{citizen_id}")


def _revoke(realm: Realm, connection: Connection, which: ColumnElement[bool], because: str, actor: str, object: str) -> bool:
    # Before the families: who ends a session has written to the journal when it comes to them.
    realm.journal.hold(connection)
    values: dict[str, Sequence[Any] | Any] = {"revoked_at": realm.clock.now(), "revoked_because": because}
    killed = connection.execute(update(FAMILIES).where(which, FAMILIES.c.revoked_at.is_(None)), values).rowcount
    if killed:
        record(realm, connection, Event.TOKENS_REVOKED, actor=actor, object=object, because=because, families=killed)
    return killed > 0
