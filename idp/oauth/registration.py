"""Dynamic client registration (RFC 7591) and its management (RFC 7592).

Registration is open on a test stand and by initial access token elsewhere. Whoever registered a client gets a token that
opens this one registration, to read, replace or delete it; we keep its hash only, and that of the secret, so neither is
ever shown again.
"""

import hmac
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint
from sqlalchemy import Connection

from ground.chance import draw_token
from ground.fetch import may_fetch
from ground.web.wire_view import wire_view
from ground.wire import BadRequest, Request, Response
from idp.audit import Event, record
from idp.clients import registry
from idp.clients.registry import HOUR, Registered
from idp.clients.sector import check_sector
from idp.errors import RequestRefused
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.protocol import registration as rules
from idp.protocol.client import Client, as_metadata
from idp.realm import Realm
from idp.tokens import families

TOKEN_FILE = "registration-token"
PATH = "/oauth2/register"
OURS_ALONE = ("registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at")
"""What an update must not send back (RFC 7592, 2.2)."""

blueprint = Blueprint("registration", __name__)


@open_to(Access.ANYBODY)
def register(realm: Realm, request: Request) -> Response:
    """Register a client and show its secret and its registration token, this once."""
    return _answer(realm, request, "registration", _register)


def manage(realm: Realm, request: Request) -> Response:
    """Read, replace or delete one registration, for the holder of its token."""
    return _answer(realm, request, "registration management", _manage)


def token_file(realm: Realm) -> Path:
    """Where the initial access token is kept, for its operator to hand out."""
    return realm.settings.keys_folder / TOKEN_FILE


@blueprint.record_once
def _serve_management(state: Any) -> None:
    view = wire_view(lambda request: manage(current_realm(), request))
    methods = ["GET", "PUT", "DELETE", "POST", "PATCH"]
    state.app.add_url_rule(f"{PATH}/<client_id>", "registration.manage", open_to(Access.BEARER)(view), methods=methods)


def _register(realm: Realm, request: Request) -> Response:
    if request.method != "POST":
        raise BadRequest("registration is used with POST", 405, headers=(("Allow", "POST"),))
    has_token = _has_initial_token(realm, request)
    if not has_token and not (realm.settings.is_test and realm.settings.registration_is_open):
        raise _token_needed("an initial access token is needed")
    address = None if has_token else request.remote_address
    with realm.database.read() as connection:
        _check_limits(realm, connection, address)
    wanted = read_terms(realm, request.json)
    check_sector(realm, wanted)
    token = draw_token(realm.chance, "registration token")
    with realm.database.write() as connection:
        _check_limits(realm, connection, address)
        actor = f"address:{request.remote_address}"
        client, secret = registry.register(realm, connection, wanted, actor=actor, registration_token=token, address=address)
    return Response.of_json(_describe(realm, client, created_at=realm.clock.now(), token=token, secret=secret), status=201)


def _manage(realm: Realm, request: Request) -> Response:
    if request.method not in ("GET", "HEAD", "PUT", "DELETE"):
        raise BadRequest("a registration is used with GET, PUT and DELETE", 405, headers=(("Allow", "GET, PUT, DELETE"),))
    with realm.database.read() as connection:
        found = _find(connection, request)
    if request.method == "PUT":
        return _replace(realm, request, found)
    if request.method == "DELETE":
        return _delete(realm, request, found.client)
    return Response.of_json(_describe(realm, found.client, created_at=found.created_at, token=request.bearer_token))


def _replace(realm: Realm, request: Request, found: Registered) -> Response:
    document = request.json
    wanted = read_terms(realm, document)
    if document.get("client_id") != found.client.client_id:
        raise _refused("client_id must be that of this registration")
    if any(name in document for name in OURS_ALONE):
        raise _refused(f"leave out {', '.join(OURS_ALONE)}")
    given_secret = document.get("client_secret")
    if given_secret is not None and not registry.secret_is_right(found.client, str(given_secret)):
        raise _refused("client_secret must be the present one, or be left out")
    check_sector(realm, wanted)
    with realm.database.write() as connection:
        present = _find(connection, request).client
        client = replace(
            wanted,
            client_id=present.client_id,
            secret_hash=present.secret_hash,
            resource=present.resource,
            organisation=present.organisation,
            purpose=present.purpose,
        )
        actor = f"client:{client.client_id}"
        client, secret = registry.replace_terms(realm, connection, client, actor=actor, secret=given_secret)
    token = request.bearer_token
    return Response.of_json(_describe(realm, client, created_at=found.created_at, token=token, secret=secret))


def _delete(realm: Realm, request: Request, client: Client) -> Response:
    with realm.database.write() as connection:
        _find(connection, request)
        retire(realm, connection, client.client_id, actor=f"client:{client.client_id}")
    return Response(204, (("Cache-Control", "no-store"),))


def retire(realm: Realm, connection: Connection, client_id: str, *, actor: str) -> bool:
    """Let a client in no more, and revoke what it was given. Says whether it was let in."""
    is_done = registry.disable(realm, connection, client_id, actor=actor)
    families.revoke_client(realm, connection, client_id, because="client_disabled", actor=actor)
    return is_done


def read_terms(realm: Realm, metadata: Any) -> Client:
    """What the metadata register here. Raises RequestRefused."""
    return rules.read(metadata, is_test=realm.settings.is_test, may_fetch=lambda url: may_fetch(realm.fetch, url))


def _find(connection: Connection, request: Request) -> Registered:
    """The registration that the path names and the token opens; one answer for every other case."""
    client_id = request.path.removeprefix(f"{PATH}/")
    found = registry.find_by_token(connection, client_id, request.bearer_token or "")
    if found is None:
        raise _token_needed("the registration access token of an existing client is needed")
    return found


def _describe(realm: Realm, client: Client, *, created_at: int, token: str | None, secret: str | None = None) -> dict[str, Any]:
    """The client information response (RFC 7591, 3.2.1; RFC 7592, 3)."""
    answer = {
        "client_id": client.client_id,
        "client_id_issued_at": created_at,
        **as_metadata(client),
        "registration_client_uri": realm.url(f"{PATH}/{client.client_id}"),
        "registration_access_token": token,
    }
    if secret is not None:
        answer |= {"client_secret": secret, "client_secret_expires_at": 0}
    return answer


def _has_initial_token(realm: Realm, request: Request) -> bool:
    try:
        expected = token_file(realm).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return False
    given = request.bearer_token or ""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def _check_limits(realm: Realm, connection: Connection, address: str | None) -> None:
    settings = realm.settings
    if registry.count(connection) >= settings.registration_limit:
        raise RequestRefused("temporarily_unavailable", "no more clients can be registered here", status=429)
    if address is None or settings.registrations_per_hour == 0:
        return
    if registry.count_from(realm, connection, address) >= settings.registrations_per_hour:
        description = f"one address registers at most {settings.registrations_per_hour} clients an hour"
        raise RequestRefused("temporarily_unavailable", description, status=429)


def _answer(realm: Realm, request: Request, place: str, endpoint: Callable[[Realm, Request], Response]) -> Response:
    """Run an endpoint; what it refuses is written down and answered as RFC 7591, 3.2.2 says."""
    headers: list[tuple[str, str]] = []
    try:
        return endpoint(realm, request)
    except BadRequest as bad:
        refusal = RequestRefused("invalid_client_metadata", bad.description, status=bad.status)
        headers.extend(bad.headers)
    except RequestRefused as refused:
        refusal = refused
    with realm.database.write() as connection:
        actor = f"address:{request.remote_address}"
        record(realm, connection, Event.CLIENT_REFUSED, actor=actor, object=place, outcome=refusal.code)
    if refusal.status == 401:
        headers.append(("WWW-Authenticate", 'Bearer realm="propusk", error="invalid_token"'))
    elif refusal.status == 429:
        headers.append(("Retry-After", str(HOUR)))
    body = {"error": refusal.code, "error_description": refusal.description}
    return Response.of_json(body, status=refusal.status, headers=headers)


def _token_needed(description: str) -> RequestRefused:
    return RequestRefused("invalid_token", description, clause="RFC 7591, 3; RFC 7592, 2", status=401)


def _refused(description: str) -> RequestRefused:
    return RequestRefused("invalid_client_metadata", description, clause="RFC 7592, 2.2")
