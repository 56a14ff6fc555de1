"""The stored requests: written in batches, read, taken once each, cleared.

What is older than the ring keeps is gone for every reader, whether or not its row is there still.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, text, update

from ground.database import table_of
from idp.realm import Realm
from idp.requests.exchange import Exchange
from idp.requests.models import RecordedRequest
from idp.requests.sender import named_senders

REQUESTS = table_of(RecordedRequest)
DAY_SECONDS = 24 * 3600
ADVISORY_LOCK = 0x70726571

KnowsSystem = Callable[[Connection, str], bool]

FORGET_OLD = delete(REQUESTS).where(REQUESTS.c.at <= bindparam("oldest"))
FIND_EDGE = (
    select(REQUESTS.c.number)
    .where(REQUESTS.c.system == bindparam("of_system"))
    .order_by(REQUESTS.c.number.desc())
    .offset(bindparam("kept"))
    .limit(1)
)
FORGET_BEYOND = delete(REQUESTS).where(REQUESTS.c.system == bindparam("of_system"), REQUESTS.c.number <= bindparam("edge"))
TAKE = (
    update(REQUESTS)
    .where(REQUESTS.c.number == bindparam("of_number"), REQUESTS.c.taken_at.is_(None))
    .values(taken_at=bindparam("now"))
)


@dataclass(frozen=True)
class Recorded:
    """A stored request. `number` grows in the order of the answers; `system` is a client, or empty."""

    number: int
    system: str
    exchange: Exchange


@dataclass(frozen=True)
class Draft:
    """A request that is sealed already."""

    exchange: Exchange
    sealed: bytes


def draft(realm: Realm, exchange: Exchange) -> Draft:
    """Seal a request for its row."""
    return Draft(exchange, realm.vault.seal(_place(exchange.id), msgspec.msgpack.encode(exchange)))


def write(realm: Realm, connection: Connection, drafts: Sequence[Draft], knows_system: KnowsSystem) -> None:
    """Store requests in their order and forget what the ring no longer keeps."""
    if connection.dialect.name == "postgresql":
        # Numbers appear in their order, so that who asks for those after the last one misses none.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
    known: dict[str, bool] = {}
    rows = [_row(one, _system_of(connection, one.exchange, knows_system, known)) for one in drafts]
    if rows:
        connection.execute(insert(REQUESTS), rows)
    connection.execute(FORGET_OLD, {"oldest": _oldest(realm)})
    kept = realm.settings.request_journal.per_system
    for system in {row["system"] for row in rows}:
        edge = connection.execute(FIND_EDGE, {"of_system": system, "kept": kept}).scalar()
        if edge is not None:
            connection.execute(FORGET_BEYOND, {"of_system": system, "edge": edge})


def find(realm: Realm, connection: Connection, request_id: str) -> Recorded | None:
    """The request of this id."""
    return next(iter(_select(realm, connection, [REQUESTS.c.id == request_id], limit=1)), None)


def everything(
    realm: Realm,
    connection: Connection,
    *,
    system: str | None = None,
    path: str | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[Recorded]:
    """At most `limit` requests, oldest first: those right behind the number `after`, or without it the newest."""
    which = [*_filter(system, path), REQUESTS.c.number > after]
    return _select(realm, connection, which, limit=limit, newest=not after)


def next_number(realm: Realm, connection: Connection, *, system: str | None = None, path: str | None = None) -> int | None:
    """The number of the request that `take` would give now."""
    which = [*_filter(system, path), REQUESTS.c.taken_at.is_(None), REQUESTS.c.at > _oldest(realm)]
    return connection.execute(select(REQUESTS.c.number).where(*which).order_by(REQUESTS.c.number).limit(1)).scalar()


def take(realm: Realm, connection: Connection, *, system: str | None = None, path: str | None = None) -> Recorded | None:
    """The oldest request that nobody has taken; it is taken now, and by nobody else."""
    while (number := next_number(realm, connection, system=system, path=path)) is not None:
        # Lost to another taker, it is not untaken any more, and the next one is looked for.
        if connection.execute(TAKE, {"of_number": number, "now": realm.clock.now()}).rowcount == 1:
            return _select(realm, connection, [REQUESTS.c.number == number], limit=1)[0]
    return None


def clear(connection: Connection) -> None:
    """Forget every request."""
    connection.execute(delete(REQUESTS))


def _filter(system: str | None, path: str | None) -> list[ColumnElement[bool]]:
    given = ((REQUESTS.c.system, system), (REQUESTS.c.path, path))
    return [column == value for column, value in given if value is not None]


def _select(
    realm: Realm, connection: Connection, which: Iterable[ColumnElement[bool]], *, limit: int, newest: bool = False
) -> list[Recorded]:
    number = REQUESTS.c.number
    query = select(REQUESTS).where(*which, REQUESTS.c.at > _oldest(realm)).limit(limit)
    rows = connection.execute(query.order_by(number.desc() if newest else number)).all()
    return [_recorded(realm, row) for row in sorted(rows, key=lambda row: int(row.number))]


def _oldest(realm: Realm) -> int:
    """The last second that is too old."""
    return realm.clock.now() - realm.settings.request_journal.days * DAY_SECONDS


def _system_of(connection: Connection, exchange: Exchange, knows_system: KnowsSystem, known: dict[str, bool]) -> str:
    """The first name that is a client's. Other names are nobody's: everybody can invent one, and each would get a ring."""
    for name in named_senders(exchange):
        if name not in known:
            known[name] = knows_system(connection, name)
        if known[name]:
            return name
    return ""


def _row(one: Draft, system: str) -> dict[str, Any]:
    exchange = one.exchange
    return {
        "id": exchange.id,
        "system": system,
        "at": exchange.at,
        "method": exchange.method,
        "path": exchange.path,
        "status": exchange.status,
        "sealed": one.sealed,
        "taken_at": None,
    }


def _recorded(realm: Realm, row: Any) -> Recorded:
    plain = realm.vault.open(_place(row.id), row.sealed)
    return Recorded(row.number, row.system, msgspec.msgpack.decode(plain, type=Exchange))


def _place(request_id: str) -> str:
    return f"requests.sealed:{request_id}"
