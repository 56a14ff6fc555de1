"""What is unusual about a sign-in: a browser and an address that the account has never been seen with, or three failures.

Either alone is everyday life: people buy telephones and travel. What is found demands a second step, and is written down.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from ground.database import table_of
from idp.audit import Event, record
from idp.authentication.attempt import Attempt
from idp.authentication.models import KnownPlace
from idp.citizens import directory
from idp.citizens.models import Person
from idp.realm import Realm
from idp.sessions.visit import Visit
from idp.throttling import counters

PLACES = table_of(KnownPlace)
SEE = {
    is_sqlite: first.on_conflict_do_update(
        index_elements=["index"], set_={"seen_at": first.excluded.seen_at, "sealed": first.excluded.sealed}
    )
    for is_sqlite, first in ((True, sqlite.insert(PLACES)), (False, postgresql.insert(PLACES)))
}
"""One statement, so that of two sign-ins from a new place at once neither fails."""
FAILURES = "sign-in failures"
SUSPICIOUS_FAILURES = 3
RECOVERING = ("code", "email")
"""The methods by whose means an account is recovered: a code to the phone, a letter."""
Risk = Literal["unknown_place", "failures"]


@dataclass(frozen=True)
class Place:
    """Where a sign-in comes from: the long-lived secret of the browser, None where it has none yet, its address, and what it
    says of itself, by which its owner knows it again.

    The test API has none of them, and is not judged by them.
    """

    device: str | None = None
    address: str = ""
    agent: str = field(default="", compare=False)

    @property
    def visit(self) -> Visit:
        return Visit(self.agent, self.address)


def risk_of(realm: Realm, connection: Connection, person: Person, place: Place) -> Risk | None:
    """What is unusual about this person's signing in from this place, if anything is."""
    if not person.risk_is_judged:
        return None
    if counters.count_of(realm, connection, FAILURES, person.id) >= SUSPICIOUS_FAILURES:
        return "failures"
    if not place.address:
        return None
    query = select(PLACES.c.index).where(PLACES.c.index.in_(_indexes(realm, person.id, place).values())).limit(1)
    return None if connection.execute(query).first() else "unknown_place"


def write_down(realm: Realm, connection: Connection, attempt: Attempt, person: Person, risk: Risk, *, outcome: str) -> None:
    """Put what was found into the journal."""
    actor, thing = f"citizen:{person.id}", f"attempt:{attempt.id}"
    record(realm, connection, Event.RISK_FOUND, actor=actor, object=thing, outcome=outcome, reason=risk)


def count_failure(realm: Realm, connection: Connection, citizen_id: str) -> None:
    """A proof of this person was wrong. Counted in the transaction that says so."""
    counters.count_up(realm, connection, FAILURES, citizen_id)


def note_recovery(realm: Realm, connection: Connection, citizen_id: str, method: str) -> None:
    """The account was recovered by what this method proves: until its owner has signed in, that is not their second step as
    well, where they have another. Whoever took over a number must not both unlock the door with it and walk in (LM-10)."""
    counters.count_up(realm, connection, f"recovered by {method}", citizen_id)


def recovered_by(realm: Realm, connection: Connection, citizen_id: str) -> set[str]:
    """By which methods the account was recovered since its owner last signed in."""
    return {name for name in RECOVERING if counters.count_of(realm, connection, f"recovered by {name}", citizen_id)}


def knows_browser(realm: Realm, connection: Connection, citizen_id: str, device: str | None) -> bool:
    """Has this person signed in from the browser with this long-lived secret?"""
    index = _indexes(realm, citizen_id, Place(device)).get("browser")
    return index is not None and connection.execute(select(PLACES.c.index).where(PLACES.c.index == index)).first() is not None


def remember(realm: Realm, connection: Connection, citizen_id: str, place: Place) -> None:
    """They signed in from here: the place is known from now on, and their failures are over."""
    counters.start_anew(realm, connection, FAILURES, citizen_id)
    for name in RECOVERING:
        counters.start_anew(realm, connection, f"recovered by {name}", citizen_id)
    now = realm.clock.now()
    for kind, index in _indexes(realm, citizen_id, place).items():
        sealed = place.visit.seal(realm, index.hex())
        row = {"index": index, "citizen_id": citizen_id, "kind": kind, "first_seen_at": now, "seen_at": now, "sealed": sealed}
        connection.execute(SEE[realm.database.is_sqlite], row)


@dataclass(frozen=True)
class KnownBrowser:
    """A browser that is not asked for a second step, as its owner may know it again. Times in seconds."""

    id: str
    visit: Visit
    first_seen_at: int
    seen_at: int


def known_browsers(realm: Realm, connection: Connection, citizen_id: str) -> list[KnownBrowser]:
    """The browsers of a citizen, the one seen last first."""
    of_citizen = (PLACES.c.citizen_id == citizen_id, PLACES.c.kind == "browser")
    rows = connection.execute(select(PLACES).where(*of_citizen).order_by(PLACES.c.seen_at.desc(), PLACES.c.index))
    return [_browser(realm, row) for row in rows]


def id_of(realm: Realm, citizen_id: str, place: Place) -> str | None:
    """By what name a browser of this citizen is known, if it is."""
    index = _indexes(realm, citizen_id, place).get("browser")
    return index.hex() if index else None


def forget_browser(realm: Realm, connection: Connection, citizen_id: str, browser_id: str) -> bool:
    """Know a browser no longer, nor the address it was seen at last: the next sign-in there is unusual. False when it was not
    known."""
    directory.hold(connection, citizen_id)  # as whoever signs in there does: before the place, and the journal
    known = next((each for each in known_browsers(realm, connection, citizen_id) if each.id == browser_id), None)
    if known is None:
        return False
    address = _indexes(realm, citizen_id, Place(address=known.visit.address)).values()
    gone = [bytes.fromhex(known.id), *address]
    connection.execute(delete(PLACES).where(PLACES.c.citizen_id == citizen_id, PLACES.c.index.in_(gone)))
    record(realm, connection, Event.PLACE_FORGOTTEN, actor=f"citizen:{citizen_id}", object=f"place:{known.id[:16]}")
    return True


def _browser(realm: Realm, row: Any) -> KnownBrowser:
    name = row.index.hex()
    return KnownBrowser(name, Visit.opened(realm, name, row.sealed), row.first_seen_at, row.seen_at)


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove the places of a citizen who is removed."""
    connection.execute(delete(PLACES).where(PLACES.c.citizen_id == citizen_id))


def _indexes(realm: Realm, citizen_id: str, place: Place) -> dict[str, bytes]:
    values = {"browser": place.device, "address": place.address}
    return {kind: realm.vault.blind_index(f"place {kind}", f"{citizen_id} {value}") for kind, value in values.items() if value}
