"""The endpoints that Authlib carries, as plain functions from a request to a response: token, introspection and revocation."""

from ground.wire import BadRequest, Request, Response
from idp.oauth.grants import GRANTS
from idp.oauth.introspection import Introspection
from idp.oauth.revocation import Revocation
from idp.oauth.server import ProviderServer, refuse
from idp.pages.access import Access, open_to
from idp.realm import Realm


@open_to(Access.CLIENT)
def token(realm: Realm, request: Request) -> Response:
    """Exchange a grant for tokens (RFC 6749, 3.2). Only POST, only a form, nothing in the query."""
    try:
        _only_post(request)
        response: Response = server_of(realm).create_token_response(request)
    except BadRequest as bad:
        return refuse(bad)
    return response


@open_to(Access.CLIENT)
def introspect(realm: Realm, request: Request) -> Response:
    """Say whether a token may be used now, and for what (RFC 7662, 2)."""
    try:
        _only_post(request)
        response: Response = server_of(realm).create_endpoint_response(Introspection.ENDPOINT_NAME, request)
    except BadRequest as bad:
        return refuse(bad)
    return response


@open_to(Access.CLIENT)
def revoke(realm: Realm, request: Request) -> Response:
    """Take a token back (RFC 7009, 2)."""
    try:
        _only_post(request)
        response: Response = server_of(realm).create_endpoint_response(Revocation.ENDPOINT_NAME, request)
    except BadRequest as bad:
        return refuse(bad)
    return response


def server_of(realm: Realm) -> ProviderServer:
    """The authorization server of a realm, made on first use."""
    return realm.remember("authorization server", lambda: equip(ProviderServer(realm)))


def equip(server: ProviderServer) -> ProviderServer:
    """Give a server its grants and endpoints."""
    for grant in GRANTS:
        grant.register_at(server)
    server.register_endpoint(Introspection)
    server.register_endpoint(Revocation)
    return server


def _only_post(request: Request) -> None:
    if request.method != "POST":
        raise BadRequest("this endpoint is used with POST", 405, headers=(("Allow", "POST"),))
