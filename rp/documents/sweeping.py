"""At each start: what a worker that died left on the shelf goes, and what is missing there is told."""

import logging
from dataclasses import dataclass

from sqlalchemy import select

from ground.database import table_of
from rp.documents.files import Shelf
from rp.documents.models import DocumentRow
from rp.realm import Realm

log = logging.getLogger(__name__)
_IDS = select(table_of(DocumentRow).c.id)


@dataclass(frozen=True)
class Swept:
    """How many files went; how many without a row were left, because they were there at the last sweep already (then the database
    is another one than it was, and they may be needed); and how many rows have no file."""

    removed: int
    strange: int
    missing: int


def sweep(realm: Realm) -> Swept:
    """Remove the files of uploads that were broken off before anybody was told that they are stored."""
    shelf = Shelf(realm.home.documents)
    with shelf.sweeping() as (new, old):
        with realm.database.read() as connection:
            known = set(connection.execute(_IDS).scalars())
        orphans = new - known
        for name in orphans:
            shelf.remove(name)
    swept = Swept(len(orphans), len(old - known), len(known - new - old))
    if any((swept.removed, swept.strange, swept.missing)):
        log.warning(
            "documents: %d files of broken uploads removed, %d files belong to no row, %d rows have no file",
            swept.removed,
            swept.strange,
            swept.missing,
        )
    return swept
