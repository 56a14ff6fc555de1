"""What becomes of the requests about a record that is erased: they stay as numbers and decisions, and say nothing of it."""

from dataclasses import replace

from sqlalchemy import Connection, select

from ground.database import table_of
from ground.web.language import gettext as _
from rp.realm import Realm
from rp.requests import store
from rp.requests.kind import State
from rp.requests.models import RequestRow

ASKS_FOR_IT = "record_deletion"
RULE = "rule"
"""Who has decided where nobody had to."""

_TABLE = table_of(RequestRow)


def empty_requests_about(connection: Connection, realm: Realm, record_id: str) -> None:
    """Take out of every request about a record what it said; what nobody has decided yet is refused, for there is nothing left.

    The answer to the request that asked for it stays: the person has to know why the record is gone.
    """
    ids = connection.execute(select(_TABLE.c.id).where(_TABLE.c.record_id == record_id)).scalars().all()
    for request_id in ids:
        request = store.find_request(connection, realm, request_id)
        assert request is not None, "it was there a moment ago, in this transaction"
        if request.state is State.DRAFT:
            store.discard(connection, request)
            continue
        answer = request.answer if request.kind == ASKS_FOR_IT else None
        emptied = replace(request, record_id=None, values={}, answer=answer, version=request.version + 1)
        if request.state is State.SENT:
            gone = _("Записи больше нет: она удалена.")
            emptied = replace(emptied, state=State.REFUSED, answer=gone, decided_at=realm.clock.now(), decided_by=RULE)
        store.move(connection, realm, request, emptied)
        store.name_documents(connection, request_id, ())
