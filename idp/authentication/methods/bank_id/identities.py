"""Which customer of which bank is which citizen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ground.chance import draw_identifier
from ground.database import table_of
from idp.authentication.methods.bank_id.id_token import Customer
from idp.authentication.methods.bank_id.models import BankIdentity
from idp.realm import Realm

IDENTITIES = table_of(BankIdentity)
WHICH = (IDENTITIES.c.issuer == bindparam("of_issuer"), IDENTITIES.c.subject == bindparam("of_subject"))
OF_CITIZEN = select(IDENTITIES).where(IDENTITIES.c.citizen_id == bindparam("citizen_id")).order_by(IDENTITIES.c.linked_at)


class LinkedAlready(Exception):
    """This customer of the bank is linked to a citizen, whoever that is."""


@dataclass(frozen=True)
class Linked:
    """A bank identity of a citizen, with what the bank showed of account and card, masked. Linked and used: in seconds."""

    id: str
    issuer: str
    account: str | None
    card: str | None
    linked_at: int
    used_at: int | None


def of_citizen(realm: Realm, connection: Connection, citizen_id: str) -> Sequence[Linked]:
    """The bank identities of a citizen, the oldest first."""
    return [_open(realm, row) for row in connection.execute(OF_CITIZEN, {"citizen_id": citizen_id})]


def citizen_of(connection: Connection, customer: Customer) -> str | None:
    """Whose identity this is, or None."""
    query = select(IDENTITIES.c.citizen_id).where(*WHICH)
    return connection.execute(query, _key(customer)).scalar()


def link(realm: Realm, connection: Connection, citizen_id: str, customer: Customer) -> None:
    """Link a customer of a bank to a citizen. Raises LinkedAlready; of two that link the same at once one comes first."""
    identity_id = draw_identifier(realm.chance, "bank identity")
    shown = {name: value for name, value in (("account", customer.account), ("card", customer.card)) if value is not None}
    row = {
        "id": identity_id,
        "issuer": customer.issuer,
        "subject": customer.subject,
        "citizen_id": citizen_id,
        "sealed": realm.vault.seal_fields(f"bank_identities:{identity_id}", shown),
        "linked_at": realm.clock.now(),
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(IDENTITIES), row)
    except IntegrityError:
        raise LinkedAlready from None


def note_use(realm: Realm, connection: Connection, customer: Customer) -> None:
    """Somebody signed in by it."""
    connection.execute(update(IDENTITIES).where(*WHICH), {**_key(customer), "used_at": realm.clock.now()})


def unlink(connection: Connection, citizen_id: str, identity_id: str) -> bool:
    """Take a bank identity away. False when this citizen has no such one."""
    which = (IDENTITIES.c.id == identity_id, IDENTITIES.c.citizen_id == citizen_id)
    return connection.execute(delete(IDENTITIES).where(*which)).rowcount == 1


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove every bank identity of a citizen who is removed."""
    connection.execute(delete(IDENTITIES).where(IDENTITIES.c.citizen_id == citizen_id))


def subject_of(connection: Connection, citizen_id: str, issuer: str) -> str | None:
    """What a bank calls this citizen, if they are linked there."""
    which = (IDENTITIES.c.citizen_id == citizen_id, IDENTITIES.c.issuer == issuer)
    return connection.execute(select(IDENTITIES.c.subject).where(*which)).scalar()


def _key(customer: Customer) -> dict[str, str]:
    return {"of_issuer": customer.issuer, "of_subject": customer.subject}


def _open(realm: Realm, row: Any) -> Linked:
    shown = realm.vault.open_fields(f"bank_identities:{row.id}", row.sealed)
    return Linked(row.id, row.issuer, shown.get("account"), shown.get("card"), row.linked_at, row.used_at)
