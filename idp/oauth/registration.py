"""Dynamic client registration (RFC 7591, 3): open on a test stand, by initial access token elsewhere."""

import hmac
from pathlib import Path

from ground.wire import BadRequest, Request, Response
from idp.audit import Event, record
from idp.clients import registry
from idp.errors import RequestRefused
from idp.protocol import registration as rules
from idp.realm import Realm

TOKEN_FILE = "registration-token"


def register(realm: Realm, request: Request) -> Response:
    """Register a client and show its secret, this once."""
    try:
        if request.method != "POST":
            raise BadRequest("registration is used with POST", 405, headers=(("Allow", "POST"),))
        if not _may_register(realm, request):
            raise RequestRefused("invalid_token", "an initial access token is needed", clause="RFC 7591, 3", status=401)
        client = rules.read(request.json, is_test=realm.settings.is_test)
        with realm.database.write() as connection:
            if registry.count(connection) >= realm.settings.registration_limit:
                raise RequestRefused("temporarily_unavailable", "no more clients can be registered here", status=429)
            client, secret = registry.register(realm, connection, client, actor=f"address:{request.remote_address}")
    except BadRequest as bad:
        refusal = RequestRefused("invalid_client_metadata", bad.description, status=bad.status)
        return _refusal(realm, request, refusal, headers=bad.headers)
    except RequestRefused as refusal:
        return _refusal(realm, request, refusal)
    answer = {
        "client_id": client.client_id,
        "client_id_issued_at": realm.clock.now(),
        "client_name": client.name,
        **registry.metadata(client),
    }
    if secret is not None:
        answer |= {"client_secret": secret, "client_secret_expires_at": 0}
    return Response.of_json(answer, status=201)


def token_file(realm: Realm) -> Path:
    """Where the initial access token is kept, for its operator to hand out."""
    return realm.settings.keys_folder / TOKEN_FILE


def _may_register(realm: Realm, request: Request) -> bool:
    if realm.settings.is_test and realm.settings.registration_is_open:
        return True
    try:
        expected = token_file(realm).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return False
    given = request.bearer_token or ""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def _refusal(realm: Realm, request: Request, refusal: RequestRefused, *, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    with realm.database.write() as connection:
        actor = f"address:{request.remote_address}"
        record(realm, connection, Event.CLIENT_REFUSED, actor=actor, object="registration", outcome=refusal.code)
    if refusal.status == 401:
        headers = (*headers, ("WWW-Authenticate", 'Bearer realm="propusk"'))
    body = {"error": refusal.code, "error_description": refusal.description}
    return Response.of_json(body, status=refusal.status, headers=headers)
