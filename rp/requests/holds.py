"""Holds: somebody else's right (a court, an inquiry) that forbids to erase anything of a person until it is lifted."""

from dataclasses import dataclass, field

from sqlalchemy import BigInteger, Connection, ForeignKey, LargeBinary, String, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ground.chance import draw_identifier
from ground.database import table_of
from rp.access.events import Event, note
from rp.database import Base
from rp.keys.safe import Keys, Place
from rp.realm import Realm

MAX_REASON_CHARACTERS = 500


class HoldRow(Base):
    """One hold on a person; `sealed` holds its reason."""

    __tablename__ = "erasure_holds"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    placed_by: Mapped[str] = mapped_column(String(80))
    placed_at: Mapped[int] = mapped_column(BigInteger)
    lifted_at: Mapped[int | None] = mapped_column(BigInteger)


_TABLE = table_of(HoldRow)
_IN_FORCE = (
    select(_TABLE)
    .where(_TABLE.c.patient_id == bindparam("patient_id"), _TABLE.c.lifted_at.is_(None))
    .order_by(_TABLE.c.placed_at, _TABLE.c.id)
)


@dataclass(frozen=True)
class Hold:
    """A hold in force."""

    id: str
    reason: str = field(repr=False)
    placed_at: int


def holds_on(connection: Connection, realm: Realm, patient_id: str) -> list[Hold]:
    """What forbids to erase anything of a person now."""
    keys = Keys(connection, realm)
    rows = connection.execute(_IN_FORCE, {"patient_id": patient_id}).mappings().all()
    return [Hold(row["id"], _reason(keys, patient_id, row["id"], row["sealed"]), row["placed_at"]) for row in rows]


def place_hold(connection: Connection, realm: Realm, patient_id: str, *, reason: str, actor: str) -> None:
    """Forbid it from now on."""
    hold_id = draw_identifier(realm.chance, "hold")
    sealed = Keys(connection, realm).seal_fields(_place(patient_id, hold_id), {"reason": reason[:MAX_REASON_CHARACTERS]})
    row = {"id": hold_id, "patient_id": patient_id, "sealed": sealed, "placed_by": actor, "placed_at": realm.clock.now()}
    connection.execute(insert(HoldRow), row)
    note(connection, realm, Event.HOLD_PLACED, actor=actor, object=f"patient:{patient_id}")


def lift_holds(connection: Connection, realm: Realm, patient_id: str, *, actor: str) -> int:
    """Nothing forbids it any more. Says how many holds there were."""
    is_in_force = (_TABLE.c.patient_id == patient_id, _TABLE.c.lifted_at.is_(None))
    count = connection.execute(update(HoldRow).where(*is_in_force).values(lifted_at=realm.clock.now())).rowcount
    if count:
        note(connection, realm, Event.HOLD_LIFTED, actor=actor, object=f"patient:{patient_id}")
    return count


def _place(patient_id: str, hold_id: str) -> Place:
    return Place(owner=patient_id, table="erasure_holds", id=hold_id)


def _reason(keys: Keys, patient_id: str, hold_id: str, sealed: bytes) -> str:
    return str(keys.open_fields(_place(patient_id, hold_id), sealed)["reason"])
