"""Every document opened and compared with its row: after a restore, or whenever somebody wants to know."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from ground.database import table_of
from rp.documents import keeping
from rp.documents.document import DocumentLost
from rp.documents.files import Shelf
from rp.documents.models import DocumentRow
from rp.realm import Realm

_IDS = select(table_of(DocumentRow).c.id).order_by(table_of(DocumentRow).c.created_at)


@dataclass(frozen=True)
class Verdict:
    """How many documents there are, one sentence for each that is not whole, and how many files belong to none."""

    total: int
    faults: tuple[str, ...]
    strange: int


def verify(realm: Realm, tell: Callable[[int, int], None] = lambda _done, _total: None) -> Verdict:
    """Open each document. `tell` hears how far it is."""
    with realm.database.read() as connection:
        ids = list(connection.execute(_IDS).scalars())
    faults = []
    for number, document_id in enumerate(ids, start=1):
        with realm.database.read() as connection:
            document = keeping.find(connection, realm, document_id)
            try:
                if document is not None:  # None: it was removed meanwhile
                    keeping.open_content(connection, realm, document)
            except DocumentLost as lost:
                faults.append(str(lost))
        tell(number, len(ids))
    with realm.database.read() as connection:  # again: a file comes before its row
        strange = Shelf(realm.home.documents).names() - set(connection.execute(_IDS).scalars())
    return Verdict(len(ids), tuple(faults), len(strange))
