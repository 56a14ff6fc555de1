"""Where the resources are asked for: everything beneath `/rs/` and `/esia-rs/`.

    listed host? ─400  token? ─401  address? ─404  whose? ─404, 403  scope? ─403  answer, written down as a disclosure

The body of a 401 is the word that a client waits for; codes of a 403 are those that clients have reported.
"""

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import Connection

from ground.wire import Request, Response
from idp.audit import Event
from idp.citizens import oids, organisations
from idp.consent import disclosures
from idp.esia.bearer import Bearer, judge
from idp.esia.rest.asked import Asked, NotAllowed, NotThere, read_embedded
from idp.esia.rest.field import Told, tag_of
from idp.esia.rest.public_address import address_named
from idp.esia.rest.resource import NAME, OID, Picture, Resource, answer
from idp.esia.rest.resources import RESOURCES
from idp.pages.access import Access, open_to
from idp.protocol.esia.fact import Fact, approximate, assumed
from idp.realm import Realm
from idp.throttling import strangers

READING = ("GET", "HEAD")
UNAUTHORIZED = b"Unauthorized"
REFUSALS: Mapping[int, tuple[str, Fact]] = {
    400: ("the host is not one of ours", assumed()),
    401: ("Unauthorized", approximate("EKA EsiaProviderTest")),
    403: ("ESIA-005029: SecurityErrorEnum.scopeNotAllowed", approximate("VOSK EsiaUserClientFactory")),
    404: ("nobody and nothing of this address", assumed()),
}
"""How each refusal is worded."""


@open_to(Access.BEARER)
def resources(realm: Realm, request: Request) -> Response:
    """What a token opens at an address."""
    if request.method not in READING:
        return _refused(405, "invalid_request", "resources are read with GET", headers=[("Allow", ", ".join(READING))])
    address = address_named(realm, request)
    if address is None:
        return _refused(400, "invalid_request", "the host of the request is not an address of ours: see esia.public_addresses")
    try:
        with realm.database.read() as connection:
            bearer = judge(realm, connection, request.bearer_token) if request.bearer_token else None
            told = _told(realm, connection, request, bearer, address) if bearer is not None else None
    except NotAllowed:
        body = {"code": "ESIA-005029", "message": "SecurityErrorEnum.scopeNotAllowed"}
        return Response.of_json(body, status=403)
    except NotThere:
        return _refused(404, "not_found", "there is no such resource")
    if bearer is None or told is None:
        if request.bearer_token:
            strangers.write_down(realm, Event.TOKEN_REFUSED, object="endpoint:esia_resources")
        headers = (("Content-Type", "text/plain; charset=utf-8"), ("WWW-Authenticate", "Bearer"), ("Cache-Control", "no-store"))
        return Response(401, headers, UNAUTHORIZED)
    _write_down(realm, bearer, told.claims)
    return _sent(request, told)


def _told(realm: Realm, connection: Connection, request: Request, bearer: Bearer, address: str) -> Told | Picture:
    """Find what is asked for. Raises NotAllowed, NotThere."""
    # One client encodes the question mark of `?embed=` too, and so it comes as a part of the path.
    path, _, more = request.path.partition("?")
    resource, names = _find([part for part in path.split("/") if part])
    embedded = read_embedded(f"{more}&{request.query}")
    oid = _number(names[OID][0]) if names[OID] else bearer.oid
    if oid is None:
        raise NotAllowed
    asked = Asked(realm, connection, bearer, address, oid, embedded, tuple(names[NAME]))
    return answer(resource, _of_person(asked) if resource.owner == "person" else _of_organisation(asked))


def _find(path: list[str]) -> tuple[Resource, dict[str, list[str]]]:
    for resource in RESOURCES:
        names = resource.names_in(path)
        if names is not None:
            return resource, names
    raise NotThere


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise NotThere
    return int(text)


def _of_person(asked: Asked) -> Asked:
    """Nobody is told of but the person of the token."""
    holder = asked.bearer.holder
    if oids.citizen_of(asked.connection, asked.oid) is None:
        raise NotThere
    if holder is None or asked.oid != asked.bearer.oid:
        raise NotAllowed
    return asked.of(person=holder.person)


def _of_organisation(asked: Asked) -> Asked:
    """An organisation is told of to a token for it; one that a person gave is good while they may act for it."""
    organisation_id = oids.organisation_of(asked.connection, asked.oid)
    organisation = organisations.find(asked.connection, organisation_id) if organisation_id else None
    if organisation is None:
        raise NotThere
    citizen_id = asked.bearer.citizen_id
    if citizen_id is not None:
        acting_for = {member.id for member in organisations.of_member(asked.connection, citizen_id)}
        if organisation.id not in acting_for:
            raise NotAllowed
    return asked.of(organisation=organisation)


def _refused(status: int, error: str, description: str, *, headers: Sequence[tuple[str, str]] = ()) -> Response:
    return Response.of_json({"error": error, "error_description": description}, status=status, headers=headers)


def _write_down(realm: Realm, bearer: Bearer, claims: frozenset[str]) -> None:
    if bearer.family_id is not None and bearer.citizen_id is not None:
        disclosures.write_down(
            realm,
            family_id=bearer.family_id,
            citizen_id=bearer.citizen_id,
            client_id=bearer.client.client_id,
            channel="resources",
            claims=sorted(claims),
        )


def _sent(request: Request, told: Told | Picture) -> Response:
    if isinstance(told, Picture):
        body, kind, tag = told.body, "image/png", tag_of(told.body.hex())
    else:
        body, kind, tag = orjson.dumps(told.members), "application/json;charset=UTF-8", told.members["eTag"]
    headers = (("Content-Type", kind), ("Cache-Control", "no-store"), ("ETag", f'"{tag}"'))
    if request.method == "HEAD":
        return Response(200, (*headers, ("Content-Length", str(len(body)))))
    return Response(200, headers, body)
