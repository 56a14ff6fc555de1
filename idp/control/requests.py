"""What the systems sent to the provider and what it answered, for tests and for the systems' developers."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection

from idp.clients import registry
from idp.control.operation import Answer, Call, Operation, Problem
from idp.control.waiting import Seconds, look_until_found
from idp.protocol.client import Client
from idp.realm import Realm
from idp.requests import findings, journal
from idp.requests.journal import Recorded
from idp.requests.recorder import settle

System = Annotated[str, Meta(description="Only requests of this client; empty: of nobody we know")] | UnsetType
Path = Annotated[str, Meta(description="Only requests to this path, such as /oauth2/token")] | UnsetType
Encoding = Literal["text", "base64"]


class RequestsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which requests: without `after` the newest."""

    system: System = UNSET
    path: Path = UNSET
    after: Annotated[int, Meta(ge=0, le=999_999_999_999, description="Only requests with a greater number")] = 0
    limit: Annotated[int, Meta(ge=1, le=1_000, description="At most so many requests")] = 100
    wait_for: Seconds = 0


class TakeRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which request to take."""

    system: System = UNSET
    path: Path = UNSET
    wait_for: Seconds = 0


class RequestFinding(Struct, frozen=True, kw_only=True):
    """What is worth a word about a request; `clause` names the rule."""

    code: str
    text: str
    clause: str


class RecordedAnswer(Struct, frozen=True, kw_only=True):
    """What was answered. A header that stands more than once has its values joined by a comma, Set-Cookie by a line feed."""

    headers: dict[str, str]
    body: str
    body_encoding: Encoding
    body_is_cut: bool


class RecordedRequest(Struct, frozen=True, kw_only=True):
    """A request and its answer. Header names are lower case; of cookies only names are kept, of bodies the first 64 KiB.

    A body that is not UTF-8 is in base64. `system` is the client that the request names, or empty.
    """

    number: int
    id: str
    at: int
    system: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    body_encoding: Encoding
    body_is_cut: bool
    status: int
    answer: RecordedAnswer
    findings: list[RequestFinding]


class RecordedRequests(Struct, frozen=True, kw_only=True):
    """Requests, oldest first. `last` is what to pass as `after` next."""

    requests: list[RecordedRequest]
    last: int


def read_requests(realm: Realm, call: Call) -> Answer:
    """The requests that the query asks for, as soon as there are any."""
    query: RequestsQuery = call.query
    which = _which(query.system, query.path)

    def look() -> list[RecordedRequest]:
        with realm.database.read() as connection:
            found = journal.everything(realm, connection, **which, after=query.after, limit=query.limit)
            return _shown(connection, found)

    settle(realm)
    shown = look_until_found(look, seconds=query.wait_for)
    return Answer(200, RecordedRequests(requests=shown, last=max((one.number for one in shown), default=query.after)))


def take_request(realm: Realm, call: Call) -> Answer:
    """The oldest request that nobody has taken, as soon as there is one. Raises Problem."""
    asked: TakeRequest = call.body
    which = _which(asked.system, asked.path)

    def look() -> Recorded | None:
        with realm.database.read() as connection:
            if journal.next_number(realm, connection, **which) is None:
                return None
        with realm.database.write() as connection:
            return journal.take(realm, connection, **which)

    settle(realm)
    taken = look_until_found(look, seconds=asked.wait_for)
    if taken is None:
        raise Problem(404, "no_request", "No such request came")
    return _answer(realm, taken)


def read_request(realm: Realm, call: Call) -> Answer:
    """One request by its id. Raises Problem."""
    settle(realm)
    with realm.database.read() as connection:
        found = journal.find(realm, connection, call.path["request_id"])
    if found is None:
        raise Problem(404, "no_request", "There is no such request, or not any more")
    return _answer(realm, found)


def clear_requests(realm: Realm, _call: Call) -> Answer:
    """Forget every request that was answered before."""
    settle(realm)
    with realm.database.write() as connection:
        journal.clear(connection)
    return Answer(204)


def _which(system: str | UnsetType, path: str | UnsetType) -> Mapping[str, str | None]:
    given = {"system": system, "path": path}
    return {name: None if value is UNSET else str(value) for name, value in given.items()}


def _answer(realm: Realm, recorded: Recorded) -> Answer:
    with realm.database.read() as connection:
        return Answer(200, _shown(connection, [recorded])[0])


def _shown(connection: Connection, found: Iterable[Recorded]) -> list[RecordedRequest]:
    client_of = cache(lambda system: registry.find(connection, system))
    return [_show(recorded, client_of(recorded.system)) for recorded in found]


def _show(recorded: Recorded, client: Client | None) -> RecordedRequest:
    exchange = recorded.exchange
    body, encoding = _text(exchange.body)
    answer_body, answer_encoding = _text(exchange.answer_body)
    return RecordedRequest(
        number=recorded.number,
        id=exchange.id,
        at=exchange.at,
        system=recorded.system,
        method=exchange.method,
        path=exchange.path,
        query=exchange.query,
        headers=exchange.headers,
        body=body,
        body_encoding=encoding,
        body_is_cut=exchange.body_is_cut,
        status=exchange.status,
        answer=RecordedAnswer(
            headers=_joined(exchange.answer_headers),
            body=answer_body,
            body_encoding=answer_encoding,
            body_is_cut=exchange.answer_body_is_cut,
        ),
        findings=[
            RequestFinding(code=finding.code, text=finding.text, clause=finding.clause)
            for finding in findings.judge(exchange, client)
        ],
    )


def _text(body: bytes) -> tuple[str, Encoding]:
    try:
        return body.decode(), "text"
    except UnicodeDecodeError:
        return b64encode(body).decode("ascii"), "base64"


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        between = "\n" if name == "set-cookie" else ", "
        joined[name] = joined[name] + between + value if name in joined else value
    return joined


OPERATIONS = (
    Operation(
        name="read_requests",
        method="GET",
        path="/requests",
        summary="Read what the systems sent, waiting for it if need be",
        handle=read_requests,
        query=RequestsQuery,
        answers={200: RecordedRequests},
    ),
    Operation(
        name="take_request",
        method="POST",
        path="/requests/take",
        summary="Take the oldest request that nobody has taken yet, waiting for it if need be",
        handle=take_request,
        body=TakeRequest,
        answers={200: RecordedRequest},
        problems=(404,),
    ),
    Operation(
        name="clear_requests",
        method="DELETE",
        path="/requests",
        summary="Forget every request",
        handle=clear_requests,
    ),
    Operation(
        name="read_request",
        method="GET",
        path="/requests/{request_id}",
        summary="Read one request by the id that the header X-Propusk-Request of its answer gives",
        handle=read_request,
        answers={200: RecordedRequest},
    ),
)
