"""Finding requests, and moving them from state to state so that of two movers one wins."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ground.database import table_of
from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from rp.keys.safe import Keys, Place
from rp.realm import Realm
from rp.requests.kind import Request, State
from rp.requests.models import RequestDocumentRow, RequestRow

AT_ONCE = 50
"""Requests that one page of the queue shows."""

_TABLE, _DOCUMENTS = table_of(RequestRow), table_of(RequestDocumentRow)
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("request_id"))
_BY_ONCE = select(_TABLE).where(_TABLE.c.patient_id == bindparam("patient_id"), _TABLE.c.once == bindparam("once"))
_OF_PATIENT = (
    select(_TABLE)
    .where(_TABLE.c.patient_id == bindparam("patient_id"))
    .order_by(_TABLE.c.created_at.desc(), _TABLE.c.number.desc(), _TABLE.c.id)
)
_ADD = {
    name: dialect.insert(_TABLE).on_conflict_do_nothing(index_elements=["patient_id", "once"]).returning(_TABLE.c.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
"""One statement, so that of two who send one form at once neither fails."""
_MOVE = (
    update(RequestRow)
    .where(_TABLE.c.id == bindparam("request_id"), _TABLE.c.version == bindparam("seen"), _TABLE.c.state == bindparam("was"))
    .values(version=_TABLE.c.version + 1)
)
_DOCUMENTS_OF = select(_DOCUMENTS.c.document_id).where(_DOCUMENTS.c.request_id == bindparam("request_id"))
_NAMING = (
    select(_TABLE)
    .join(_DOCUMENTS, _DOCUMENTS.c.request_id == _TABLE.c.id)
    .where(_DOCUMENTS.c.document_id == bindparam("document_id"))
)


class RequestMoved(PageProblem):
    """Somebody else has changed the request since it was read."""

    def __init__(self, request_id: str) -> None:
        super().__init__(
            status=409,
            title=_("Заявление уже изменилось"),
            lead=_("Пока страница была открыта, по нему приняли решение, его изменили или отозвали."),
            actions=((_("К заявлениям"), "/requests"),),
            code="conflict",
            cause=f"request {request_id} has another version or state now",
        )


def find_request(connection: Connection, realm: Realm, request_id: str, *, of_patient: str | None = None) -> Request | None:
    """The request of that id; whoever's it is, unless `of_patient` says whose. Another's is not even opened: it is as if there
    were none, by the time it takes too."""
    row = connection.execute(_BY_ID, {"request_id": request_id[:36]}).mappings().first()
    if row is None or of_patient not in (None, row["patient_id"]):
        return None
    return _open(Keys(connection, realm), row)


def requests_of(connection: Connection, realm: Realm, patient_id: str) -> list[Request]:
    """All requests of a patient, newest first."""
    keys = Keys(connection, realm)
    return [_open(keys, row) for row in connection.execute(_OF_PATIENT, {"patient_id": patient_id}).mappings().all()]


def requests_naming(connection: Connection, realm: Realm, document_id: str) -> list[Request]:
    """The requests that name a document."""
    keys = Keys(connection, realm)
    return [_open(keys, row) for row in connection.execute(_NAMING, {"document_id": document_id}).mappings().all()]


def twin_of(connection: Connection, realm: Realm, request: Request) -> Request | None:
    """Another request that the same author filed for the same person: it asks the same, and nobody has decided it."""
    others = requests_of(connection, realm, request.patient_id)
    return next((each for each in others if each.is_open and _asks(each) == _asks(request)), None)


def _asks(request: Request) -> tuple[str, str, str | None, dict[str, Any]]:
    return request.author, request.kind, request.record_id, dict(request.values)


def documents_of(connection: Connection, request_id: str) -> list[str]:
    """The documents that a request names."""
    return list(connection.execute(_DOCUMENTS_OF, {"request_id": request_id}).scalars())


def count_undecided(connection: Connection, patient_id: str) -> int:
    """How many requests of a patient wait: to be sent, or to be decided."""
    waits = _TABLE.c.state.in_([str(State.DRAFT), str(State.SENT)])
    query = select(func.count()).select_from(_TABLE).where(_TABLE.c.patient_id == patient_id, waits)
    return int(connection.execute(query).scalar_one())


def queue(
    connection: Connection,
    realm: Realm,
    *,
    kinds: Sequence[str],
    states: Sequence[State],
    organisation_id: str | None = None,
    but_of: str | None = None,
    is_newest_first: bool = False,
    page: int = 1,
) -> tuple[list[Request], int]:
    """One page of the requests of these kinds and states, the oldest first, and how many there are.

    With an organisation only those that are its own affair; without those of one patient, and those filed by them.
    """
    conditions: list[ColumnElement[bool]] = [_TABLE.c.kind.in_(kinds), _TABLE.c.state.in_([str(state) for state in states])]
    if organisation_id is not None:
        conditions.append(_TABLE.c.organisation_id == organisation_id)
    if but_of is not None:
        conditions += [_TABLE.c.patient_id != but_of, _TABLE.c.author != f"patient:{but_of}"]
    total = connection.execute(select(func.count()).select_from(_TABLE).where(*conditions)).scalar_one()
    order = [column.desc() if is_newest_first else column for column in (_TABLE.c.sent_at, _TABLE.c.number)]
    query = select(_TABLE).where(*conditions).order_by(*order).limit(AT_ONCE).offset((page - 1) * AT_ONCE)
    keys = Keys(connection, realm)
    return [_open(keys, row) for row in connection.execute(query).mappings().all()], total


def add(connection: Connection, realm: Realm, request: Request, *, once: str, documents: Sequence[str] = ()) -> Request:
    """Store a request unless the same form brought one already; whichever is there now."""
    row = {**_columns(request), "id": request.id, "once": once, "sealed": _seal(connection, realm, request)}
    if connection.execute(_ADD[connection.dialect.name], row).first() is None:
        known = connection.execute(_BY_ONCE, {"patient_id": request.patient_id, "once": once}).mappings().one()
        return _open(Keys(connection, realm), known)
    name_documents(connection, request.id, documents)
    return request


def name_documents(connection: Connection, request_id: str, documents: Sequence[str]) -> None:
    """From now on the request names these documents and no others."""
    connection.execute(delete(RequestDocumentRow).where(_DOCUMENTS.c.request_id == request_id))
    if documents:
        rows = [{"request_id": request_id, "document_id": document_id} for document_id in dict.fromkeys(documents)]
        connection.execute(insert(RequestDocumentRow), rows)


def move(connection: Connection, realm: Realm, request: Request, changed: Request) -> None:
    """Put a request in the place of what was read before. Raises RequestMoved."""
    assert changed.version == request.version + 1, "each change is a version"
    which = {"request_id": request.id, "seen": request.version, "was": str(request.state)}
    values = {name: value for name, value in _columns(changed).items() if name != "version"}
    statement = _MOVE.values(**values, sealed=_seal(connection, realm, changed))
    if connection.execute(statement, which).rowcount != 1:
        raise RequestMoved(request.id)


def discard(connection: Connection, request: Request) -> None:
    """Remove a draft as if it had never been. Raises RequestMoved."""
    name_documents(connection, request.id, ())
    is_it = (_TABLE.c.id == request.id, _TABLE.c.state == str(State.DRAFT), _TABLE.c.version == request.version)
    if connection.execute(delete(RequestRow).where(*is_it)).rowcount != 1:
        raise RequestMoved(request.id)


def _columns(request: Request) -> dict[str, Any]:
    """What stands in the row unsealed."""
    names = ("patient_id", "record_id", "kind", "number", "author", "organisation_id", "version", "signed_acr")
    times = ("created_at", "sent_at", "decided_at", "decided_by")
    return {"state": str(request.state), **{name: getattr(request, name) for name in (*names, *times)}}


def _place(patient_id: str, request_id: str, version: int) -> Place:
    return Place(owner=patient_id, table="requests", id=request_id, version=version)


def _seal(connection: Connection, realm: Realm, request: Request) -> bytes:
    place = _place(request.patient_id, request.id, request.version)
    return Keys(connection, realm).seal_fields(place, {"values": dict(request.values), "answer": request.answer})


def _open(keys: Keys, row: Mapping[Any, Any]) -> Request:
    fields = keys.open_fields(_place(row["patient_id"], row["id"], row["version"]), row["sealed"])
    columns = {name: row[name] for name in Request.__dataclass_fields__ if name not in ("values", "answer", "state")}
    return Request(**columns, state=State(row["state"]), values=fields["values"], answer=fields["answer"])
