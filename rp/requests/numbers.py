"""The numbers people read aloud: «ЗР-2026-000001», counted anew each year."""

from sqlalchemy import Connection, literal
from sqlalchemy.dialects import postgresql, sqlite

from ground.database import table_of
from ground.web.language import local_moment
from rp.realm import Realm
from rp.requests.models import RequestNumberRow

PREFIX = "ЗР"

_TABLE = table_of(RequestNumberRow)
_NEXT = {
    name: dialect.insert(_TABLE)
    .values(last=literal(1))
    .on_conflict_do_update(index_elements=["year"], set_={"last": _TABLE.c.last + 1})
    .returning(_TABLE.c.last)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
"""One statement, so that two requests that are sent at once have two numbers."""


def next_number(connection: Connection, realm: Realm) -> str:
    """A number that no request has. It is given up with the transaction, so that none is missing."""
    year = local_moment(realm.clock.now()).year
    last = connection.execute(_NEXT[connection.dialect.name], {"year": year}).scalar_one()
    return f"{PREFIX}-{year}-{last:06}"
