"""What was really handed out about a person, to whom and when: written where an answer is made, for the person to read.

A consent says what a client may know, this says what it was told. The row comes before the answer; told again within an hour
it is not written again, so that a client that asks every second costs nothing.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from ground.database import table_of
from idp.consent.models import Disclosure
from idp.realm import Realm

Channel = Literal["id_token", "userinfo", "check", "resources"]
DISCLOSURES = table_of(Disclosure)
AGAIN_AFTER_SECONDS = 3600
REMEMBERED = 20_000
TELL = {
    is_sqlite: first.on_conflict_do_update(
        index_elements=["family_id", "channel", "claims"], set_={"last_at": first.excluded.last_at}
    )
    for is_sqlite, first in ((True, sqlite.insert(DISCLOSURES)), (False, postgresql.insert(DISCLOSURES)))
}
"""One statement, so that of two answers at once neither fails."""


@dataclass(frozen=True)
class Disclosed:
    """One thing that a client was told, and in which seconds, first and last."""

    client_id: str
    channel: Channel
    claims: tuple[str, ...]
    first_at: int
    last_at: int


class Recently:
    """When each thing was written down last, as far as this process remembers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    def is_written(self, key: tuple[str, str, str], now: int) -> bool:
        written_at = self._written.get(key)
        return written_at is not None and 0 <= now - written_at < AGAIN_AFTER_SECONDS

    def remember(self, key: tuple[str, str, str], now: int) -> None:
        with self._lock:
            self._written[key] = now
            self._written.move_to_end(key)
            while len(self._written) > REMEMBERED:
                self._written.popitem(last=False)


def write_down(realm: Realm, *, family_id: str, citizen_id: str, client_id: str, channel: Channel, claims: Iterable[str]) -> None:
    """A client is about to be told these claims. Nothing is written where there are none."""
    named = " ".join(claims)
    if not named:
        return
    recently, key, now = realm.remember("disclosures", Recently), (family_id, channel, named), realm.clock.now()
    if recently.is_written(key, now):
        return
    row = {"family_id": family_id, "channel": channel, "claims": named, "citizen_id": citizen_id, "client_id": client_id}
    with realm.database.write_behind() as connection:
        connection.execute(TELL[realm.database.is_sqlite], {**row, "first_at": now, "last_at": now})
    recently.remember(key, now)


def write_down_within(
    realm: Realm,
    connection: Connection,
    *,
    family_id: str,
    citizen_id: str,
    client_id: str,
    channel: Channel,
    claims: Iterable[str],
) -> None:
    """The same in a transaction of the caller. It is not remembered, since the transaction may yet fail."""
    row = {
        "family_id": family_id,
        "channel": channel,
        "claims": " ".join(claims),
        "citizen_id": citizen_id,
        "client_id": client_id,
    }
    now = realm.clock.now()
    connection.execute(TELL[realm.database.is_sqlite], {**row, "first_at": now, "last_at": now})


def of_citizen(connection: Connection, citizen_id: str) -> Sequence[Disclosed]:
    """What was handed out about this person, the latest first."""
    query = select(DISCLOSURES).where(DISCLOSURES.c.citizen_id == citizen_id)
    rows = connection.execute(query.order_by(DISCLOSURES.c.last_at.desc(), DISCLOSURES.c.channel, DISCLOSURES.c.claims))
    return [Disclosed(row.client_id, row.channel, tuple(row.claims.split()), row.first_at, row.last_at) for row in rows]


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove what was handed out about a citizen who is removed."""
    connection.execute(delete(DISCLOSURES).where(DISCLOSURES.c.citizen_id == citizen_id))
