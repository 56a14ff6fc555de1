"""Which certificates were issued to whom, and which of them were revoked when."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, delete, insert, select, update

from ground.database import table_of
from idp.audit import Event, record
from idp.authority.models import CitizenCertificate
from idp.realm import Realm
from idp.tombstones import Buried, bury

CERTIFICATES = table_of(CitizenCertificate)


def enter(realm: Realm, connection: Connection, *, serial: str, citizen_id: str, algorithm: str, actor: str) -> None:
    """Write down that a certificate was issued."""
    row = {"serial": serial, "citizen_id": citizen_id, "algorithm": algorithm, "issued_at": realm.clock.now()}
    connection.execute(insert(CERTIFICATES), row)
    record(
        realm,
        connection,
        Event.CERTIFICATE_ISSUED,
        actor=actor,
        object=f"citizen:{citizen_id}",
        serial=serial,
        algorithm=algorithm,
    )


def find(connection: Connection, serial: str) -> Row[tuple[str, str, str, int, int | None]] | None:
    """The row of a certificate, None for one that was never issued here."""
    return connection.execute(select(CERTIFICATES).where(CERTIFICATES.c.serial == serial)).first()


def revoke(realm: Realm, connection: Connection, serial: str, *, actor: str) -> bool:
    """Revoke a certificate, from now on and for ever. False when it was revoked before or never issued."""
    condition = (CERTIFICATES.c.serial == serial, CERTIFICATES.c.revoked_at.is_(None))
    if not connection.execute(update(CERTIFICATES).where(*condition).values(revoked_at=realm.clock.now())).rowcount:
        return False
    record(realm, connection, Event.CERTIFICATE_REVOKED, actor=actor, object=f"certificate:{serial}")
    owner = connection.execute(select(CERTIFICATES.c.citizen_id).where(CERTIFICATES.c.serial == serial)).scalar_one()
    bury(realm, connection, Buried.CERTIFICATE, serial, owner)
    return True


def revoked(connection: Connection, *, at: int) -> Sequence[tuple[str, int]]:
    """Serial and moment of every certificate that is revoked at a moment; a clock that was put back knows of no later ones."""
    wanted = select(CERTIFICATES.c.serial, CERTIFICATES.c.revoked_at).where(CERTIFICATES.c.revoked_at <= at)
    rows = connection.execute(wanted.order_by(CERTIFICATES.c.revoked_at, CERTIFICATES.c.serial))
    return [(row.serial, row.revoked_at) for row in rows]


def forget(connection: Connection, citizen_id: str) -> None:
    """Take a citizen's certificates out: from now on the authority does not know them, and nobody signs in with one."""
    connection.execute(delete(CERTIFICATES).where(CERTIFICATES.c.citizen_id == citizen_id))
