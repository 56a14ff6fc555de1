"""Pushed authorization requests: the client says what it wants by itself, and the browser brings only a reference (RFC 9126)."""

from collections.abc import Mapping

from authlib.oauth2 import OAuth2Error

from ground.wire import BadRequest, Request, Response
from idp.audit import Event, record
from idp.errors import RequestRefused
from idp.interaction import pushed, replay
from idp.oauth import judging
from idp.oauth.endpoints import server_of
from idp.oauth.server import WireRequest, refuse
from idp.pages.access import Access, open_to
from idp.protocol import authorization_request as rules
from idp.protocol.client import Client
from idp.protocol.vocabulary import CLIENT_AUTHENTICATIONS
from idp.realm import Realm

CREDENTIALS = frozenset({"client_secret", "client_assertion", "client_assertion_type"})
"""Parameters that say who asks, not what for."""


@open_to(Access.CLIENT)
def push(realm: Realm, request: Request) -> Response:
    """Judge a request now and keep it for a moment. The client proves who it is as at the token endpoint."""
    try:
        if request.method != "POST":
            raise BadRequest("requests are pushed with POST", 405)
        if request.query:
            raise BadRequest("parameters stand in the body, not in the query")
        form = request.form
    except BadRequest as bad:
        return refuse(bad)
    server = server_of(realm)
    asked = WireRequest(request)
    try:
        client: Client = server.authenticate_client(asked, list(CLIENT_AUTHENTICATIONS), "pushed_request").client
    except OAuth2Error as error:
        response: Response = server.handle_error_response(asked, error)
        return response
    try:
        return _keep(realm, client, form)
    except RequestRefused as refusal:
        with realm.database.write() as connection:
            actor = f"client:{client.client_id}"
            record(
                realm, connection, Event.AUTHORIZATION_REFUSED, actor=actor, object="authorization", outcome=refusal.code,
                clause=refusal.clause,
            )  # fmt: skip
        body = {"error": refusal.code, "error_description": refusal.description}
        return Response.of_json(body, status=refusal.status)


def _keep(realm: Realm, client: Client, form: Mapping[str, str]) -> Response:
    parameters = {name: value for name, value in form.items() if name not in CREDENTIALS}
    if parameters.setdefault("client_id", client.client_id) != client.client_id:
        raise RequestRefused("invalid_request", "client_id is not the client that authenticated", clause="RFC 9126, 2.1")
    if "request_uri" in parameters:
        raise RequestRefused("invalid_request", "request_uri must not be pushed", clause="RFC 9126, 2.1")
    unpacked = judging.unpack(realm, client, parameters)
    redirect_uri = rules.check_redirect_uri(unpacked.parameters, client)
    judged = judging.judge(realm, client, unpacked.parameters, redirect_uri)
    with realm.database.write() as connection:
        replay.use(realm, connection, unpacked.single_use, client_id=client.client_id)
        request_uri = pushed.push(realm, connection, judged)
        record(realm, connection, Event.AUTHORIZATION_PUSHED, actor=f"client:{client.client_id}", object="authorization")
    body = {"request_uri": request_uri, "expires_in": realm.settings.lifetimes.pushed_request}
    return Response.of_json(body, status=201)
