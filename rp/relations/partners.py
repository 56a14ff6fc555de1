"""The consent of a person that a partner of the register may read their confirmed identity data.

none ──▶ given ◀──▶ withdrawn        (every step is a row of the journal)
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import BigInteger, Connection, ForeignKey, String, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ground.database import table_of
from ground.tombstones import Tombstone
from rp.access.events import Event, note
from rp.database import Base
from rp.patients.directory import hold_patient
from rp.realm import Realm

TOMBSTONE = "partner_consent"
"""What is buried: the consent of a patient to an organisation."""


class PartnerConsent(Base):
    """What one patient said to one partner last. It holds while `withdrawn_at` is empty."""

    __tablename__ = "partner_consents"

    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(36), ForeignKey("organisations.id"), primary_key=True)
    given_at: Mapped[int] = mapped_column(BigInteger)
    withdrawn_at: Mapped[int | None] = mapped_column(BigInteger)


_TABLE = table_of(PartnerConsent)
_LIVING = select(_TABLE.c.organisation_id, _TABLE.c.given_at).where(
    _TABLE.c.patient_id == bindparam("patient_id"), _TABLE.c.withdrawn_at.is_(None)
)
_OF_PAIR = select(_TABLE.c.withdrawn_at).where(
    _TABLE.c.patient_id == bindparam("patient_id"), _TABLE.c.organisation_id == bindparam("organisation_id")
)
_SAID = update(PartnerConsent).where(
    _TABLE.c.patient_id == bindparam("of_patient"), _TABLE.c.organisation_id == bindparam("of_organisation")
)
_GIVE_AGAIN = _SAID.where(_TABLE.c.withdrawn_at.is_not(None)).values(given_at=bindparam("now"), withdrawn_at=None)
_WITHDRAW = _SAID.where(_TABLE.c.withdrawn_at.is_(None)).values(withdrawn_at=bindparam("now"))


def consents_of(connection: Connection, patient_id: str) -> Mapping[str, int]:
    """The partners that may read a patient's data, by the id of the organisation, and since when."""
    return {row.organisation_id: row.given_at for row in connection.execute(_LIVING, {"patient_id": patient_id})}


def has_consent(connection: Connection, *, patient_id: str, organisation_id: str) -> bool:
    """May the partner read the patient's data now?"""
    row = connection.execute(_OF_PAIR, {"patient_id": patient_id, "organisation_id": organisation_id}).first()
    return row is not None and row.withdrawn_at is None


def give_consent(connection: Connection, realm: Realm, *, patient_id: str, organisation_id: str, actor: str) -> bool:
    """Let the partner read. True when it is news."""
    hold_patient(connection, patient_id)
    pair, now = {"patient_id": patient_id, "organisation_id": organisation_id}, realm.clock.now()
    realm.journal.hold(connection)  # two forms at once are one after the other
    if connection.execute(_OF_PAIR, pair).first() is None:
        connection.execute(insert(PartnerConsent), {**pair, "given_at": now})
    elif connection.execute(_GIVE_AGAIN, _named(pair, now)).rowcount == 0:
        return False
    _note(connection, realm, Event.CONSENT_GIVEN, pair, actor)
    return True


def withdraw_consent(connection: Connection, realm: Realm, *, patient_id: str, organisation_id: str, actor: str) -> bool:
    """Shut the partner out, from its next request on. True when it is news."""
    pair = {"patient_id": patient_id, "organisation_id": organisation_id}
    if connection.execute(_WITHDRAW, _named(pair, realm.clock.now())).rowcount == 0:
        return False
    realm.tombstones.bury(connection, TOMBSTONE, patient_id, organisation_id)
    _note(connection, realm, Event.CONSENT_WITHDRAWN, pair, actor)
    return True


def withdraw_again(connection: Connection, realm: Realm, buried: Iterable[Tombstone]) -> int:
    """Shut out of an older copy of the database whom people had shut out after it was made, and say how many that were."""
    pairs = [line.identifiers for line in buried if line.kind == TOMBSTONE]
    named = [
        {"of_patient": patient, "of_organisation": organisation, "now": realm.clock.now()} for patient, organisation in pairs
    ]
    return sum(connection.execute(_WITHDRAW, each).rowcount for each in named)


def _named(pair: Mapping[str, str], now: int) -> dict[str, str | int]:
    return {"of_patient": pair["patient_id"], "of_organisation": pair["organisation_id"], "now": now}


def _note(connection: Connection, realm: Realm, event: Event, pair: Mapping[str, str], actor: str) -> None:
    detail = {"organisation": pair["organisation_id"]}
    note(connection, realm, event, actor=actor, object=f"patient:{pair['patient_id']}", detail=detail)
